"""Runs the receiver as a process of its own: a port, a file that says where, a clean end."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import uvicorn

from console.receiver.app import Receiver
from console.receiver.callbacks import DEAUTHORISATION, DELETION, Callbacks, DatabaseActs
from console.receiver.intake import Intake
from console.receiver.secrets import Secrets, reader
from domain.errors import RegularsError
from workers.runtime import Runtime, utc_now


class _Server(uvicorn.Server):
    """Says when it listens; a signal lets it finish the requests in hand, and then it returns."""

    def __init__(self, app: Receiver, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,  # an address may hold a verify token
            server_header=False,
            proxy_headers=False,
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


@contextmanager
def receiving(runtime: Runtime) -> Iterator[Receiver]:
    """Make the application of an installation; when the block ends, whatever arrived is stored."""
    settings = runtime.settings
    intake = Intake(runtime.inbox, timedelta(days=settings.inbox_days))
    token = settings.facebook_verify_token
    verify_token = token.get_secret_value() if token else ""
    try:
        callbacks = Callbacks(DatabaseActs(runtime), settings.public_url, utc_now)
        yield Receiver(intake, Secrets(reader(runtime)), verify_token, utc_now, callbacks)
    finally:
        intake.close()


def serve(runtime: Runtime, host: str, port: int, ready_file: Path | None = None) -> None:
    """Receive until SIGTERM or SIGINT; port 0 is any free one; `ready_file` appears once it listens.

    Raises RegularsError where the port is taken.
    """
    listener = _bind(host, port)
    address = f"http://{host}:{listener.getsockname()[1]}"

    def ready() -> None:
        if ready_file is not None:
            told = {each: f"{address}/push/{each}" for each in ("facebook", "twitter")}
            told |= {each: f"{address}/facebook/{each}" for each in (DELETION, DEAUTHORISATION)}
            partial = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
            partial.write_text(json.dumps({**told, "pid": os.getpid()}), encoding="utf-8")
            partial.replace(ready_file)

    with listener, receiving(runtime) as app:
        _Server(app, ready).run(sockets=[listener])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; with it every answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise RegularsError(
            f"The receiver cannot listen on {host}, port {port} ({error.strerror or error}); choose another."
        ) from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener
