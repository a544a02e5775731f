"""Web servers in threads of a test, which end as soon as they are told to."""

import asyncio
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

#: Seconds between two looks at whether it shall end; uvicorn looks each tenth, and waits another one.
LOOK_S = 0.005
#: Looks at what is still in hand before it does as uvicorn does.
LOOKS = 20
_end = uvicorn.Server.shutdown


async def _look_often(self: uvicorn.Server) -> None:
    for counter in itertools.count():
        if await self.on_tick(counter):
            return
        await asyncio.sleep(LOOK_S)


async def _end_at_once(self: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
    for closed in (*self.servers, *(sockets or ())):
        closed.close()
    for connection in list(self.server_state.connections):
        connection.shutdown()
    for _ in range(LOOKS):
        if not (self.server_state.connections or self.server_state.tasks):
            return
        await asyncio.sleep(LOOK_S)
    await _end(self, sockets)


def hasten(patch: pytest.MonkeyPatch) -> None:
    """Let every server in this process, ours and the simulator's, end without two tenths of a second."""
    patch.setattr(uvicorn.Server, "main_loop", _look_often)
    patch.setattr(uvicorn.Server, "shutdown", _end_at_once)


@contextmanager
def hosting(app: Callable[..., Any], *, at_once: bool = False, **options: Any) -> Iterator[int]:
    """Serve an application on loopback for the time of a block; yields the port.

    `at_once` leaves what is still in hand at the end, such as streams of events; `options` are uvicorn's.
    """
    usual = {"http": "httptools", "lifespan": "off", "ws": "none", "log_config": None}
    server = uvicorn.Server(uvicorn.Config(app, **{**usual, "log_level": "critical", **options}))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit, server.force_exit = True, at_once
            thread.join()
