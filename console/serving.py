"""Serving: a port, a file that says where, a clean end; what every web server of ours shares."""

import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from domain.errors import RegularsError

#: Anything that answers HTTP the ASGI way.
Application = Callable[[Any, Any, Any], Awaitable[None]]


class Server(uvicorn.Server):
    """Says when it listens; a signal lets it finish the requests in hand, and then it returns."""

    def __init__(self, app: Application, ready: Callable[[], None], proxies: str | None = None) -> None:
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,  # an address may hold a token
            server_header=False,
            proxy_headers=proxies is not None,
            forwarded_allow_ips=proxies,
            limit_concurrency=1000,
            timeout_graceful_shutdown=10,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at the first signal, without raising it again afterwards."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda _number, _frame: setattr(self, "should_exit", True))
        yield


def tell(ready_file: Path | None, told: Mapping[str, str]) -> None:
    """Write, whole or not at all, where something listens and as which process."""
    if ready_file is not None:
        partial = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
        partial.write_text(json.dumps({**told, "pid": os.getpid()}), encoding="utf-8")
        partial.replace(ready_file)


def bind(what: str, host: str, port: int) -> socket.socket:
    """Listen; port 0 is any free one. Raises RegularsError, which names `what`, where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; with it every answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise RegularsError(
            f"{what} cannot listen on {host}, port {port} ({error.strerror or error}); choose another."
        ) from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener
