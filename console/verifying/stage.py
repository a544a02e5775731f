"""The stage: the API behind something that keeps what was asked, and plays faults into its answers."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from console.form_reading import Asgi, Message, Receive, Send
from console.verifying.asked import ACK, SIZE, Asked, Turn
from console.verifying.passing import answered, more_than, packed, read, value


class Cut(Exception):  # noqa: N818  # what happens, no mistake of ours
    """Raised where an answer ends in its middle."""


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
        body = await read(receive)
        asked = self._noted(scope, body)
        turn = self._turn(asked)
        if turn and turn.asks:
            asked.query = turn.asks(asked.query)
        if asked.reads and more_than(self.size, asked.query.get("limit", "")):
            asked.query["limit"] = str(self.size)
        scope = {**scope, "query_string": urlencode(asked.query).encode()}
        if turn or self.always:  # what is played in has no ETag that its reader could know
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"if-none-match"]
        app = turn.instead(asked) if turn and turn.instead else self.api
        if asked.path == ACK and asked.method == "PUT" and self.on_ack:
            await asyncio.to_thread(self.on_ack, asked)
        start, content = await answered(app, scope, body)
        asked.status = start["status"]
        told = value(start, content)
        if asked.reads and asked.status == 200:
            changed = told
            for each in (turn.tells if turn else None, self.always):
                changed = each(changed) if each else changed
            if changed != told:
                told, content = changed, packed(start, changed)
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
