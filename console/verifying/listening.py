"""Listening: a stage on loopback, for the time of a block."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from console.serving import bind
from console.verifying.stage import Stage


@contextmanager
def listening(stage: Stage) -> Iterator[str]:
    """Let a stage listen on loopback for the time of a block; yields its address."""
    config = uvicorn.Config(
        stage, http="httptools", lifespan="off", ws="none", log_config=None, log_level="critical"
    )
    server = uvicorn.Server(config)
    with bind("The feed", "127.0.0.1", 0) as listener:
        stage.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{stage.port}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
