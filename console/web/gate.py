"""The gate before every screen: whose form this is, what an answer must say, what the log may hold."""

import logging
import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from config.crashes import calls_of
from console.form_reading import Asgi, FormError, Message, Receive, Send, own_origins, read_form
from console.uploading import is_upload, read_upload
from console.web.access import FORM, UPLOAD
from domain.errors import RegularsError


def policy(forms_to: str = "") -> str:
    """Write what a page may load and where its forms may lead: here, and to one origin that is named."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self' {forms_to}; base-uri 'none'; frame-ancestors 'none'".replace(" ;", ";")
    )


_HEADERS = {
    "content-security-policy": policy(),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}
_METHODS = {"GET", "HEAD", "POST"}
#: Makes the page that says a refusal: the request, its status, the name of its words.
Say = Callable[[Any, int, str], Response]

#: Tells whether a request may bring a file: asked before anything of it is read.
MayUpload = Callable[[Any], bool]

log = logging.getLogger("regulars.console")


class Gate:
    """Lets through what may come to a screen, with its form read."""

    def __init__(
        self, app: FastAPI, say: Say, public_url: str | None, may_upload: MayUpload = lambda _: False
    ) -> None:
        self._app: Asgi = app
        #: The application behind, for those who ask which routes there are.
        self.inner = app
        self._say = say
        self._public_url = public_url
        self._may_upload = may_upload

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        status, begun, asked_at = 500, False, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                headers = MutableHeaders(raw=message["headers"])
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._public_url and self._public_url.startswith("https://"):
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        try:
            refused = await self._refuse(scope, receive)
            app: Asgi = self._say(scope, *refused) if refused else self._app
            await app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  # its own text may hold what somebody wrote
            told = str(error) if isinstance(error, RegularsError) else calls_of(error)
            log.error("console.failed", extra={"reason": told})  # noqa: TRY400  # no trace, for the same reason
            if not begun:
                await self._say(scope, 503, "failed")(scope, receive, answer)
        # The route's own path, not what was asked: a path may hold a key or a token.
        path = getattr(scope.get("route"), "path", "/…")
        took = round(1000 * (time.perf_counter() - asked_at), 1)
        told_of = {"method": scope["method"], "path": path, "status": status, "ms": took}
        log.info("console.request", extra=told_of)

    async def _refuse(self, scope: Message, receive: Receive) -> tuple[int, str] | None:
        """Read the form; return status and words where it is not let through."""
        if scope["method"] not in _METHODS:
            return 405, "missing"
        if scope["method"] != "POST":
            return None
        if Headers(scope=scope).get("origin") not in own_origins(scope, self._public_url):
            return 403, "foreign"
        try:
            if is_upload(Headers(scope=scope)) and await run_in_threadpool(self._may_upload, scope):
                scope[FORM], scope[UPLOAD] = await read_upload(scope, receive)
            else:
                scope[FORM] = await read_form(scope, receive)
        except FormError as error:
            return error.status, "large"
        return None
