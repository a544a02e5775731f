"""`regulars db`, `config`, `simulator`: the installation itself."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.settings import PREFIX, Settings
from console.cli.start import settings
from console.cli.words import out, print_json, print_table
from domain.errors import RegularsError
from simulator import run as simulation
from store import schema
from store.database import Database

database = typer.Typer(help="The database.", no_args_is_help=True)
configuration = typer.Typer(help="The settings.", no_args_is_help=True)


class Faults(StrEnum):
    """Which faults the simulator makes."""

    NONE = "none"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the groups, and the command that stands at the top, to the command line."""
    app.command()(simulator)
    app.add_typer(database, name="db")
    app.add_typer(configuration, name="config")


@database.command()
def upgrade() -> None:
    """Bring the database to this program's schema; refuses one that a newer program made."""
    read = settings()
    if read.database_url is None:
        read.data_dir.mkdir(parents=True, exist_ok=True)
    before, after = schema.upgrade(Database(read.database))
    out.print(f"The database has schema {after}." if before != after else f"Nothing to do: schema {after}.")


@configuration.command()
def show(json: Annotated[bool, typer.Option("--json", help="One object.")] = False) -> None:
    """Show every setting, its value and its meaning; secrets are hidden."""
    read = settings()
    values = {PREFIX + name.upper(): _written(getattr(read, name)) for name in Settings.model_fields}
    if json:
        print_json(values)
        return
    meanings = [each.description or "" for each in Settings.model_fields.values()]
    print_table(
        ("setting", "value", "meaning"),
        ((name, value, meaning) for (name, value), meaning in zip(values.items(), meanings, strict=True)),
    )


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


def _written(value: object) -> str | None:
    return None if value is None else str(value)
