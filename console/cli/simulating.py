"""`regulars simulator`: both platforms on this machine, with invented people."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import RegularsError
from simulator import run as simulation


class Faults(StrEnum):
    """Which faults the simulator makes."""

    NONE = "none"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(simulator)


def simulator(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    audience: Annotated[int, typer.Option(help="How many people there are.", min=1)] = 2_000,
    faults: Annotated[Faults, typer.Option(help="Cut connections, error pages and the like.")] = Faults.NONE,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written once it listens: addresses, ids and tokens as JSON.")
    ] = None,
    window_s: Annotated[float, typer.Option(help="Length of a rate-limit window in seconds.", min=0.1)] = 900,
    hang_s: Annotated[
        float, typer.Option(help="How long a hanging answer takes before it is dropped, in seconds.", min=0)
    ] = 3,
) -> None:
    """Serve both platforms over HTTP on this machine, with invented people and a truth to compare with."""
    wanted = simulation.Wanted(seed, audience, faults.value, window_s, hang_s)
    try:
        simulation.serve(wanted, port, ready_file)
    except OSError as error:
        if error.strerror:
            raise
        raise RegularsError(str(error)) from error  # the port is taken, as the simulator says itself
