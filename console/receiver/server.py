"""Runs the receiver as a process of its own: a port, a file that says where, a clean end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from console.receiver.app import Receiver
from console.receiver.callbacks import DEAUTHORISATION, DELETION, Callbacks, DatabaseActs
from console.receiver.intake import Intake
from console.receiver.secrets import Secrets, reader
from console.serving import Server, bind, tell
from workers.runtime import Runtime, utc_now


@contextmanager
def receiving(runtime: Runtime) -> Iterator[Receiver]:
    """Make the application of an installation; when the block ends, whatever arrived is stored."""
    settings = runtime.settings
    intake = Intake(runtime.inbox, timedelta(days=settings.inbox_days), runtime.bodies.seal)
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
    listener = bind("The receiver", host, port)
    address = f"http://{host}:{listener.getsockname()[1]}"

    def ready() -> None:
        told = {each: f"{address}/push/{each}" for each in ("facebook", "twitter")}
        told |= {each: f"{address}/facebook/{each}" for each in (DELETION, DEAUTHORISATION)}
        tell(ready_file, told)

    with listener, receiving(runtime) as app:
        Server(app, ready).run(sockets=[listener])
