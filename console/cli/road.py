"""`regulars up`, `worker`, `dispatch`: the processes that carry harvests out."""

from typing import Annotated

import typer

from config.settings import Settings
from console.cli.acting import enter
from console.cli.start import runtime, settings
from console.cli.words import note, out
from domain.errors import RegularsError
from domain.journal import Act
from domain.user import Role
from pipeline import signing_in
from store import users
from workers import worker as working
from workers.announcer import Announcer
from workers.broker import QUEUES, redis_broker
from workers.dispatcher import Dispatcher
from workers.life import Life
from workers.runtime import Runtime, utc_now
from workers.supervisor import Supervisor, is_free


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(up)
    app.command()(worker)
    app.command()(dispatch)


def up() -> None:
    """Run everything on this machine until Ctrl-C: queue server, dispatcher, workers, console.

    Where nobody may settle anything yet, it prints a link by which the first administrator is made.
    """
    open_runtime = runtime()
    ended = working.until_signal()
    port = open_runtime.settings.console_port
    free = is_free(port)
    with Supervisor(open_runtime.settings, open_runtime, console_port=port) as supervisor:
        if supervisor.banner:
            note(supervisor.banner)
        out.print("Regulars is up; Ctrl-C stops it.")
        if port and free:
            _tell_console(open_runtime, port)
        elif port:
            note(
                f"The console is not served: another program uses port {port}. REGULARS_CONSOLE_PORT names "
                "another one."
            )
        supervisor.wait(ended)


def _tell_console(open_runtime: Runtime, port: int) -> None:
    """Say where the console is; without any administrator, how to become the first."""
    address = (open_runtime.settings.console_url or f"http://127.0.0.1:{port}").rstrip("/")
    out.print(f"The console: {address}", soft_wrap=True)
    with open_runtime.database.write() as connection:
        if users.any_admin(connection):
            return
        token = signing_in.invite(connection, Role.ADMIN, now=utc_now())
        enter(connection, Act.USER_INVITED, role=Role.ADMIN.word)
    out.print("Nobody can sign in yet. Within 15 minutes, become the administrator here:")
    out.print(f"{address}/welcome/{token}", soft_wrap=True)


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
    announcer = Announcer(open_runtime)
    Dispatcher(open_runtime.database, broker, read, road, ticked=life.worked, announcer=announcer).run(ended)
    life.end()


def _redis_url(read: Settings) -> str:
    if read.redis_url is None:
        raise RegularsError(
            "Set REGULARS_REDIS_URL to the queue server's address. Without one, `regulars up` runs "
            "everything with a queue server of its own."
        )
    return read.redis_url.get_secret_value()
