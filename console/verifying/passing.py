"""Passing on: a request to the API, its answer taken apart and put together again."""

import gzip
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import Headers, MutableHeaders

from console.form_reading import Asgi, Message, Receive


async def read(receive: Receive) -> bytes:
    """Read a request's body."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def answered(app: Asgi, scope: Message, body: bytes) -> tuple[Message, bytes]:
    """Let an application answer; returns how its answer starts, and the body."""
    told: list[Message] = []

    async def keep(message: Message) -> None:
        told.append(message)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    await app(scope, again, keep)
    return told[0], b"".join(each.get("body", b"") for each in told[1:])


def value(start: Message, content: bytes) -> Any:
    """Return what an answer says; None for what is no JSON."""
    headers = Headers(raw=start["headers"])
    if "json" not in headers.get("content-type", ""):
        return None
    return orjson.loads(gzip.decompress(content) if "content-encoding" in headers else content)


def packed(start: Message, told: Mapping[str, Any]) -> bytes:
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


def more_than(size: int, limit: str) -> bool:
    """Tell whether a limit, as it is asked for, lets more through."""
    return not limit or (limit.isdecimal() and int(limit) > size)
