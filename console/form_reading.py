"""Reading a form as a browser sends it: bounded in bytes, fields and seconds; and whose page sent it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers

#: Longest form in bytes, most fields in it, and seconds in which it must arrive.
MAX_BODY, MAX_FIELDS, BODY_TIME_OUT_S = 16 * 1024, 60, 10.0
_FORM_TYPE = "application/x-www-form-urlencoded"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]
Form = dict[str, list[str]]


class FormError(Exception):
    """Raised for a form that is too long, too slow or none; `status` is what HTTP calls that."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_form(scope: Message, receive: Receive) -> Form:
    """Return the fields of a form; raises FormError."""
    headers = Headers(scope=scope)
    body = await read_body(receive, headers)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise FormError(415)
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        raise FormError(400) from None


def own_origins(scope: Message, public_url: str | None) -> set[str]:
    """Return the origins that pages of ours have: of the public address, else of the one that was asked."""
    if public_url:
        return {origin_of(public_url)}
    host = Headers(scope=scope).get("host")
    return {f"{each}://{host}" for each in ("http", "https")}


def origin_of(url: str) -> str:
    """Return the origin of an address as browsers write it."""
    parts = urlsplit(url.lower())
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, standard) else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


async def read_body(
    receive: Receive, headers: Headers, *, most: int = MAX_BODY, seconds: float = BODY_TIME_OUT_S
) -> bytes:
    """Return the body of a request, whole; raises FormError for one that is too long or too slow."""
    told = headers.get("content-length", "0")
    if told.isdigit() and int(told) > most:
        raise FormError(413)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise FormError(400)
                body += message.get("body", b"")
                if len(body) > most:
                    raise FormError(413)
                more = message.get("more_body", False)
    except TimeoutError:
        raise FormError(408) from None
    return bytes(body)
