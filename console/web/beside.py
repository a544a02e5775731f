"""Beside: the console and the API on one port; neither knows the other's sessions or tokens."""

from typing import Any

from console.api.app import ROOT, make_api
from console.form_reading import Message, Receive, Send
from console.web.app import make_app
from console.web.desk import Desk


class Both:
    """Answers addresses of the API by the API, all others by the console."""

    def __init__(self, desk: Desk) -> None:
        self.console = make_app(desk)
        self.api = make_api(desk)

    @property
    def inner(self) -> Any:
        """The console's application, for those who ask which routes there are."""
        return self.console.inner

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == ROOT or path.startswith(f"{ROOT}/")):
            await self.api(scope, receive, send)
        else:
            await self.console(scope, receive, send)
