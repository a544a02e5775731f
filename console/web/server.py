"""Serves the console as a process of its own."""

import secrets
from pathlib import Path

from console.serving import Server, bind, tell
from console.web.beside import Both
from console.web.desk import Desk
from workers.memory import collect_less_often, share_pools
from workers.runtime import Runtime


def serve(runtime: Runtime, host: str, port: int, ready_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT; port 0 is any free one; `ready_file` appears once it listens.

    Raises RegularsError where the port is taken.
    """
    listener = bind("The console", host, port)
    address = f"http://{host}:{listener.getsockname()[1]}"
    share_pools()
    runtime.database.go_first()
    app = Both(Desk(runtime, secrets.token_bytes(32)))
    collect_less_often()
    with listener:
        proxies = runtime.settings.pages_proxies
        Server(app, lambda: tell(ready_file, {"console": address}), proxies).run(sockets=[listener])
