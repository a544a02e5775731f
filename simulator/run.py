"""Starts the simulator: binds a port, tells where it listens, ends at once when told to."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.facebook.call import app_secret
from simulator.faults import ALL_RATE, Faults
from simulator.server import Application
from simulator.twitter.authorising import client_of
from simulator.world import World


class _Protocol(HttpToolsProtocol):
    """Lets a fault close the connection under a request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, world: World, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            Application(world),
            http=_Protocol,
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=0,
            timeout_keep_alive=60,
        )
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of simulator is wanted; `audience` people in total, times in real seconds."""

    seed: int = 1
    audience: int = 2000
    faults: Literal["none", "all"] = "none"
    window_s: float = 900.0
    hang_s: float = 3.0
    fault_rate: float | None = None

    def world(self) -> World:
        """Make the world that was wanted; raises ValueError with a sentence for what cannot be."""
        if self.audience < 0 or self.window_s <= 0 or self.hang_s < 0:
            raise ValueError("The audience and the times of a simulator must not be negative.")
        if self.faults not in {"none", "all"}:
            raise ValueError(f"Faults are none or all, not {self.faults}.")
        chance = ALL_RATE if self.fault_rate is None else self.fault_rate
        faults = Faults(self.seed, chance if self.faults == "all" else 0.0, self.hang_s)
        return World(self.seed, self.audience, self.window_s, faults)


def serve(wanted: Wanted, port: int = 0, ready_file: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM; port 0 is any free one; `ready_file` appears once it listens.

    Raises OSError with a sentence where the port is taken.
    """
    world = wanted.world()
    listener = _bind(port)
    world.address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def ready() -> None:
        if ready_file is not None:
            write_whole(ready_file, json.dumps(directions(world), indent=1))

    try:
        _Server(world, ready).run(sockets=[listener])
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
    finally:
        listener.close()


@contextmanager
def listening(world: World) -> Iterator[dict[str, Any]]:
    """Serve `world` from a thread for as long as the block lasts; gives what a ready file would hold."""
    listener = _bind(0)
    world.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = _Server(world, lambda: None)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield directions(world)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def directions(world: World) -> dict[str, Any]:
    """Return where and as whom the simulator is used: what a ready file holds."""
    tokens, audience = world.tokens, world.audience
    client_id, client_secret = client_of(world)
    return {
        "twitter": {
            "base_url": f"{world.address}/twitter",
            "account_id": audience.x_account.x_id,
            "username": audience.x_account.handle,
            "user_token": tokens.x_user,
            "app_token": tokens.x_app,
            "refresh_token": tokens.x_refresh,
            "consumer_secret": tokens.x_consumer_secret,
            "client_id": client_id,
            "client_secret": client_secret,
            "other_account_id": audience.neighbour_id,
        },
        "facebook": {
            "base_url": f"{world.address}/facebook",
            "page_id": audience.page.page_scoped_id,
            "page_token": tokens.page,
            "user_token": tokens.facebook_user,
            "app_id": audience.app_id,
            "app_secret": app_secret(world),
        },
        "truth_url": f"{world.address}/sim/truth",
        "control_url": f"{world.address}/sim",
        "seed": world.seed,
        "pid": os.getpid(),
    }


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees all of it or nothing."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _bind(port: int) -> socket.socket:
    # asyncio turns Nagle off only where the protocol is named; with it every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as taken:
        listener.close()
        raise OSError(f"Port {port} is taken; choose another one, or 0 for any that is free.") from taken
    listener.listen(128)
    listener.setblocking(False)
    return listener
