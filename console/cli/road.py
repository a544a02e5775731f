"""`regulars up`, `worker`, `dispatch`: the processes that carry harvests out."""

from typing import Annotated

import typer

from config.settings import Settings
from console.cli.start import runtime, settings
from console.cli.words import note, out
from domain.errors import RegularsError
from workers import worker as working
from workers.broker import QUEUES, redis_broker
from workers.dispatcher import Dispatcher
from workers.life import Life
from workers.runtime import Runtime
from workers.supervisor import Supervisor


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(up)
    app.command()(worker)
    app.command()(dispatch)


def up() -> None:
    """Run everything on this machine until Ctrl-C: queue server, dispatcher, workers."""
    open_runtime = runtime()
    ended = working.until_signal()
    with Supervisor(open_runtime.settings, open_runtime) as supervisor:
        if supervisor.banner:
            note(supervisor.banner)
        out.print("Regulars is up; Ctrl-C stops it.")
        supervisor.wait(ended)


def worker(
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", help=f"A queue to work on, several allowed: {', '.join(QUEUES)}."),
    ] = None,
) -> None:
    """Run one worker process until SIGTERM; finishes the pages in hand."""
    read = settings()
    working.run(read, _redis_url(read), queue or [*QUEUES])


def dispatch() -> None:
    """Run a dispatcher until SIGTERM: it sends what is due; several may run."""
    read = settings()
    broker = redis_broker(_redis_url(read), allow_volatile=read.allow_volatile_queue)
    open_runtime = Runtime(read)
    ended = working.until_signal()
    life = Life(open_runtime.database, "dispatcher")
    life.begin()
    road = open_runtime.road("dispatcher")
    Dispatcher(open_runtime.database, broker, read, road, ticked=life.worked).run(ended)
    life.end()


def _redis_url(read: Settings) -> str:
    if read.redis_url is None:
        raise RegularsError(
            "Set REGULARS_REDIS_URL to the queue server's address. Without one, `regulars up` runs "
            "everything with a queue server of its own."
        )
    return read.redis_url.get_secret_value()
