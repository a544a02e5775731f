"""The guard before every page: what a request may be, what an answer must say, what the log may hold."""

import logging
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from config.crashes import calls_of
from console.form_reading import Asgi, Form, FormError, Message, Receive, Send, own_origins, read_form
from console.pages.crowd import BOUNDS, Crowd
from console.pages.document import STYLE_SOURCE
from domain.errors import RegularsError

#: What a mail program posts by itself for its unsubscribe button (RFC 8058, 3.1), without an origin.
ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}
FORM = "regulars.form"
_POLICY = (
    "default-src 'none'; style-src {styles}; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    # Not no-referrer: with it a browser sends its own forms with the origin null (Fetch, "append a request
    # Origin header"). Other sites are told nothing either way.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}

#: Makes the page that says a refusal: the request, its status, the name of its words.
Say = Callable[[Message, int, str], Response]

log = logging.getLogger("regulars.pages")


class _RefusedError(Exception):
    """Raised where a request is answered here."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status)
        self.status, self.words = status, words


class Guard:
    """Lets through what may come to a page, with its form read."""

    def __init__(
        self, app: Asgi, say: Say, *, public_url: str | None, embed: str | None, crowd: Crowd
    ) -> None:
        self._app = app
        self._say = say
        self._public_url = public_url
        self._embed = embed
        self._crowd = crowd

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        status = 500
        begun = False

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                self._head(scope["path"], MutableHeaders(raw=message["headers"]))
            await send(message)

        try:
            if scope["method"] == "POST":
                scope[FORM] = await self._form(scope, receive)
            await self._app(scope, receive, answer)
        except _RefusedError as refused:
            await self._say(scope, refused.status, refused.words)(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  # its own text may hold what somebody wrote
            told = str(error) if isinstance(error, RegularsError) else calls_of(error)
            log.error("pages.failed", extra={"reason": told})  # noqa: TRY400  # no trace, for the same reason
            if not begun:
                await self._say(scope, 503, "failed")(scope, receive, answer)
        extra = {"method": scope["method"], "path": shown(scope["path"]), "status": status}
        log.info("pages.request", extra=extra)

    def _head(self, path: str, headers: MutableHeaders) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        framed = path == "/join" and self._embed
        styles = f"'self' {STYLE_SOURCE}" if path == "/notice" else "'self'"
        frames = self._embed if framed and self._embed else "'none'"
        headers["content-security-policy"] = _POLICY.format(styles=styles, frames=frames)
        if not framed:
            headers["x-frame-options"] = "DENY"

    async def _form(self, scope: Message, receive: Receive) -> Form:
        kind = scope["path"].split("/")[1]
        if kind not in BOUNDS:
            raise _RefusedError(404, "missing")
        origin = Headers(scope=scope).get("origin")
        if origin not in own_origins(scope, self._public_url) and not (origin is None and kind == "stop"):
            raise _RefusedError(403, "foreign")
        if not self._crowd.admits(kind, (scope.get("client") or ("", 0))[0]):
            raise _RefusedError(429, "many")
        try:
            form = await read_form(scope, receive)
        except FormError as error:
            raise _RefusedError(error.status, "large") from None
        if origin is None and form != ONE_CLICK:
            raise _RefusedError(403, "foreign")
        return form


def shown(path: str) -> str:
    """Return of a path what the log may hold: pages of ours by name, their tokens and all else as dots."""
    if path in ("/object", "/join", "/notice", "/pages.css"):
        return path
    for each in ("/stop/", "/join/confirm/"):
        if path.startswith(each):
            return f"{each}…"
    return "/…"
