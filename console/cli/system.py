"""`regulars db`, `config`: the installation itself."""

from typing import Annotated

import typer

from config.settings import PREFIX, Settings
from console.cli.start import settings
from console.cli.words import note, out, print_json, print_table
from pipeline.scrubbing import scrub_now
from store import grants, schema
from store.database import Database
from workers.runtime import utc_now

database = typer.Typer(help="The database.", no_args_is_help=True)
configuration = typer.Typer(help="The settings.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the groups to the command line."""
    app.add_typer(database, name="db")
    app.add_typer(configuration, name="config")


@database.command()
def upgrade() -> None:
    """Bring the database to this program's schema; refuses one that a newer program made.

    Where REGULARS_DATABASE_OWNER_URL is set it is brought up as that role, and the role of
    REGULARS_DATABASE_URL gets what it needs: of the journal it can neither change nor delete an entry.
    """
    read = settings()
    if read.database_url is None:
        read.data_dir.mkdir(parents=True, exist_ok=True)
    application = Database(read.database)
    if read.database_owner_url is None:
        before, after = schema.upgrade(application)
    else:
        owner = Database(read.database_owner_url.get_secret_value())
        before, after = grants.upgrade(owner, application)
    out.print(f"The database has schema {after}." if before != after else f"Nothing to do: schema {after}.")


@database.command("scrub")
def scrubbed() -> None:
    """Write the tables anew, so that no byte of deleted rows stays in the database's files.

    The dispatcher begins it by itself every day and within an hour of an erasure. On PostgreSQL that leaves
    out tables of more than 256 MB, for each is shut to everybody else meanwhile: run this for them when no
    harvest does, as the owner of the tables (REGULARS_DATABASE_OWNER_URL). Its write-ahead log and your
    backups lose them by their age.
    """
    read = settings()
    owner = read.database_owner_url
    opened = Database(owner.get_secret_value() if owner else read.database)
    schema.require_current(opened)
    if scrub_now(opened, whole=True, now=utc_now()):
        note("Done.")
    elif opened.on_sqlite:
        note("Somebody still reads; try again later.")
    else:
        note("Not every table could be written anew; try again as their owner (REGULARS_DATABASE_OWNER_URL).")


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


def _written(value: object) -> str | None:
    return None if value is None else str(value)
