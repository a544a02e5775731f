"""The ASGI application: both platforms and the control endpoints on one port, with faults laid over."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from simulator.control import app as control_app
from simulator.control.truth import stream
from simulator.facebook import app as facebook_app
from simulator.faults import faulty
from simulator.guises import shown, worn
from simulator.http import Answer, Request
from simulator.pushes.callback import call_back
from simulator.pushes.command import push
from simulator.twitter import app as twitter_app
from simulator.world import World

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DOORS: dict[str, Callable[[Request, World], Answer]] = {
    "twitter": twitter_app.answer,
    "facebook": facebook_app.answer,
    "sim": control_app.answer,
}


class Application:
    """Serves one world; requests are answered one after another in one thread."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _, platform, *rest = scope["path"].split("/", 2)
        path = "/" + "".join(rest)
        if (platform, path) == ("sim", "/truth"):
            await self._truth(send)
            return
        door = DOORS.get(platform)
        if door is None:
            await _send(send, Answer(404))
            return
        request = await _request(scope, receive, path)
        if platform == "sim" and request.method == "POST" and path in _CALLS:
            await _send(send, await _called(_CALLS[path], self.world, request))
            return
        kind = None if platform == "sim" else self.world.faults.next(platform, path)
        spoiled = None if kind is None else faulty(kind, platform, self.world.now())
        if spoiled is not None or kind in {"dropped", "hang"}:
            self.world.counts.add(platform, "fault", str(kind))
            if spoiled is None:
                await self._never(scope, kind)
            else:
                await _send(send, spoiled, cut=kind == "cut")
            return
        request, self.world.guise = worn(request, platform, self.world)
        answer = shown(door(request, self.world), self.world.guise, self.world)
        if platform != "sim":
            self.world.counts.add(platform, answer.endpoint, kind or str(answer.status))
        if kind == "slow":
            await asyncio.sleep(self.world.faults.slow_s)
        await _send(send, answer)

    async def _never(self, scope: Message, kind: str | None) -> None:
        """Close the connection without an answer, at once or after a while."""
        if kind == "hang":
            await asyncio.sleep(self.world.faults.hang_s)
        scope["state"]["transport"].abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def _truth(self, send: Send) -> None:
        headers = [(b"content-type", b"application/x-ndjson")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for each in stream(self.world):
            await send({"type": "http.response.body", "body": each, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})


#: Commands that let a platform ask us.
_CALLS: dict[str, Callable[[World, Any], Awaitable[Answer]]] = {"/push": push, "/callback": call_back}


async def _called(act: Callable[[World, Any], Awaitable[Answer]], world: World, request: Request) -> Answer:
    """Ask while other requests are answered: whoever is asked may ask meanwhile."""
    try:
        return await act(world, json.loads(request.body or b"{}"))
    except (ValueError, KeyError, TypeError) as wrong:
        return Answer.of_json({"error": f"The command could not be understood: {wrong}"}, 400)


async def _request(scope: Message, receive: Receive, path: str) -> Request:
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    if scope["method"] != "GET":
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
    return Request(scope["method"], path, query, headers, body)


async def _send(send: Send, answer: Answer, *, cut: bool = False) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if cut and answer.body:
        # The promised length never comes: the server closes the connection.
        await send(
            {"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True}
        )
        return
    await send({"type": "http.response.body", "body": answer.body})
