"""The stage: the API behind something that keeps what was asked, and plays faults into its answers."""

import asyncio
import gzip
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import uvicorn
from starlette.datastructures import Headers, MutableHeaders

from console.form_reading import Asgi, Message, Receive, Send
from console.serving import bind

SNAPSHOT, CHANGES, ACK = "/v1/regular-contacts", "/v1/changes", "/v1/consumers/me/ack"
#: How many steps a page tells at most in a scenario, so that few people make several pages, and before it.
SIZE, SIZE_BEFORE = 2, 1_000


@dataclass
class Asked:
    """A request and what it was answered; `at` in seconds of a clock that only goes forward."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    content: Any = None
    status: int = 0
    told: Any = None
    #: Whether its token, or a part of it, stood in the address.
    shows_token: bool = False

    @property
    def items(self) -> list[dict[str, Any]]:
        """What it was told of contacts; of an answer that was cut off, nothing."""
        return list(self.told["items"]) if self.status == 200 and "items" in (self.told or {}) else []

    @property
    def reads(self) -> str:
        """Which page it reads: SNAPSHOT or CHANGES; empty for anything else."""
        return self.path if self.method == "GET" and self.path in (SNAPSHOT, CHANGES) else ""


class Cut(Exception):  # noqa: N818  # what happens, no mistake of ours
    """Raised where an answer ends in its middle."""


@dataclass
class Turn:
    """What is played into the next page of a kind that is read.

    `asks` may change what is asked, `tells` what is told; `cuts` ends the answer in its middle; `instead`
    answers without asking the API.
    """

    reads: str = CHANGES
    asks: Callable[[dict[str, str]], dict[str, str]] | None = None
    tells: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    cuts: bool = False
    instead: Callable[[Asked], Asgi] | None = None
    #: Called before the answer goes out.
    before: Callable[[Asked], None] | None = None


@dataclass
class Stage:
    """Answers by the API, with turns played in; `asked` keeps every request."""

    api: Asgi
    token: str
    turns: deque[Turn] = field(default_factory=deque)
    #: Played into every page that is read, beside the turns.
    always: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    #: Called while the consumer waits for the answer to an acknowledgement.
    on_ack: Callable[[Asked], None] | None = None
    asked: list[Asked] = field(default_factory=list)
    #: How many steps a page tells at most, however many are asked for.
    size: int = SIZE
    port: int = 0
    clock: Callable[[], float] = time.monotonic

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read(receive)
        asked = self._noted(scope, body)
        turn = self._turn(asked)
        if turn and turn.asks:
            asked.query = turn.asks(asked.query)
        if asked.reads and _more_than(self.size, asked.query.get("limit", "")):
            asked.query["limit"] = str(self.size)
        scope = {**scope, "query_string": urlencode(asked.query).encode()}
        if turn or self.always:  # what is played in has no ETag that its reader could know
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"if-none-match"]
        app = turn.instead(asked) if turn and turn.instead else self.api
        if asked.path == ACK and asked.method == "PUT" and self.on_ack:
            await asyncio.to_thread(self.on_ack, asked)
        start, content = await _answered(app, scope, body)
        asked.status = start["status"]
        told = _value(start, content)
        if asked.reads and asked.status == 200:
            changed = told
            for each in (turn.tells if turn else None, self.always):
                changed = each(changed) if each else changed
            if changed != told:
                told, content = changed, _packed(start, changed)
        asked.told = told
        if turn and turn.before:
            await asyncio.to_thread(turn.before, asked)
        if turn and turn.cuts:
            asked.told, asked.status = None, 0
            await send(start)
            await send(
                {"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True}
            )
            raise Cut
        await send(start)
        await send({"type": "http.response.body", "body": content})

    def _noted(self, scope: Message, body: bytes) -> Asked:
        address = scope["query_string"].decode("latin-1")
        asked = Asked(
            self.clock(), scope["method"], scope["path"], dict(parse_qsl(address, keep_blank_values=True))
        )
        asked.shows_token = self.token in f"{scope['path']}?{address}"
        try:
            asked.content = orjson.loads(body) if body else None
        except ValueError:
            asked.content = None
        self.asked.append(asked)
        return asked

    def _turn(self, asked: Asked) -> Turn | None:
        if asked.reads and self.turns and self.turns[0].reads == asked.reads:
            return self.turns.popleft()
        return None


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _answered(app: Asgi, scope: Message, body: bytes) -> tuple[Message, bytes]:
    told: list[Message] = []

    async def keep(message: Message) -> None:
        told.append(message)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    await app(scope, again, keep)
    return told[0], b"".join(each.get("body", b"") for each in told[1:])


def _value(start: Message, content: bytes) -> Any:
    headers = Headers(raw=start["headers"])
    if "json" not in headers.get("content-type", ""):
        return None
    return orjson.loads(gzip.decompress(content) if "content-encoding" in headers else content)


def _packed(start: Message, told: Mapping[str, Any]) -> bytes:
    """Write another body in the form of the one that was there; it has no ETag."""
    content: bytes = orjson.dumps(told)
    headers = MutableHeaders(raw=start["headers"])
    if "content-encoding" in headers:
        content = gzip.compress(content, 1, mtime=0)
    if "etag" in headers:
        del headers["etag"]
    headers["content-length"] = str(len(content))
    start["headers"] = headers.raw
    return content


def _more_than(size: int, limit: str) -> bool:
    return not limit or (limit.isdecimal() and int(limit) > size)


@contextmanager
def listening(stage: Stage) -> Iterator[str]:
    """Let a stage listen on loopback for the time of a block; yields its address."""
    config = uvicorn.Config(
        stage, http="httptools", lifespan="off", ws="none", log_config=None, log_level="critical"
    )
    server = uvicorn.Server(config)
    with bind("The feed", "127.0.0.1", 0) as listener:
        stage.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{stage.port}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
