"""`regulars alive`: the health check of a process, for whoever starts and watches processes."""

import socket
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Annotated
from urllib.parse import urlsplit

import typer

from console.cli.start import settings
from console.cli.words import out
from domain.errors import RegularsError
from store import workers
from store.database import Database
from workers.life import is_dead
from workers.runtime import utc_now

#: Seconds that a process has to answer.
TIME_OUT_S = 5.0


class Kind(StrEnum):
    """What signs of life come from."""

    DISPATCHER = "dispatcher"
    WORKER = "worker"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(alive)


def alive(
    kind: Annotated[Kind | None, typer.Argument(help="The process of this machine to look for.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Or the address that a web process of this machine answers under.")
    ] = None,
) -> None:
    """Tell whether a process of this machine lives: a dispatcher or worker by its last sign, others by HTTP.

    Ends with 1 where none does. `/readyz` of the console tells whether the whole installation is well.
    """
    if (kind is None) == (url is None):
        raise RegularsError("Name a dispatcher or worker, or give the address of a web process with --url.")
    if url is not None:
        _require_answer(url)
    elif kind is not None:
        _require_sign(kind)
    out.print("Alive.")


def _require_answer(url: str) -> None:
    """Take any answer but a fault of the server's: that it serves is what is asked."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise RegularsError("--url is an address on this machine, such as http://127.0.0.1:8090/healthz.")
    connection = HTTPConnection(parts.hostname, parts.port, timeout=TIME_OUT_S)
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise RegularsError(f"Nothing answers under {url} ({type(error).__name__}).") from None
    finally:
        connection.close()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegularsError(f"What answers under {url} says {status}.")


def _require_sign(kind: Kind) -> None:
    database, now = Database(settings().database), utc_now()
    with database.read() as connection:
        here = [each for each in workers.every(connection) if each.host == socket.gethostname()]
    if not any(each.kind == kind and not is_dead(each, now) for each in here):
        raise RegularsError(f"No {kind} of this machine gives a sign of life.")
