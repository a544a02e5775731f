"""The gate before the API: how large a body may be, what each answer says, what the log may hold."""

import logging
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders

from config.crashes import calls_of
from console.api.entering import HEADERS
from console.api.problems import problem
from console.form_reading import Asgi, FormError, Message, Receive, Send, read_body
from domain.errors import RegularsError

_ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

log = logging.getLogger("regulars.api")


class ApiGate:
    """Lets requests through and logs them, without address, token or body."""

    def __init__(self, app: Asgi, public_url: str | None) -> None:
        self._app = app
        #: The application behind, for those who ask which routes there are.
        self.inner: Any = app
        self._secure = (public_url or "").startswith("https://")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, begun, asked_at = 500, False, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                headers = MutableHeaders(raw=message["headers"])
                for name, value in {**_ALWAYS, **scope.get(HEADERS, {})}.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        try:
            app, body = self._app, b""
            try:
                body = await read_body(receive, Headers(scope=scope))
            except FormError as error:
                app = problem("too-large" if error.status == 413 else "bad-request")
            await app(scope, _given(body), answer)
        except Exception as error:  # noqa: BLE001  # its own text may hold what somebody wrote
            told = str(error) if isinstance(error, RegularsError) else calls_of(error)
            log.error("api.failed", extra={"reason": told})  # noqa: TRY400  # no trace, for the same reason
            if not begun:
                await problem("unavailable")(scope, receive, answer)
        path = getattr(scope.get("route"), "path", "/…")
        took = round(1000 * (time.perf_counter() - asked_at), 1)
        log.info("api.request", extra={"method": scope["method"], "path": path, "status": status, "ms": took})


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
