"""`regulars views`: who reads the SQL views of the messaging store."""

from typing import Annotated

import typer

from console.cli.start import runtime, settings
from console.cli.words import iso, note, out, print_json, print_table
from console.visible import shown
from pipeline.viewing import grant_views, revoke_views
from store import recipients, view_readers
from store.database import Database
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Who reads the SQL views of the messaging store.", no_args_is_help=True)

Role = Annotated[str, typer.Argument(metavar="ROLE", help="A role of PostgreSQL, with no other rights.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="views")


@app.command()
def grant(
    role: Role,
    recipient: Annotated[
        str, typer.Option("--for", help="For whom it reads: a name of `regulars recipient list`.")
    ],
) -> None:
    """Let a role read the views regular_contacts_v1 and contact_tombstones_v1, for a recipient.

    The published counts by area, regular_contacts_by_area_v1, come with them.
    Carried out as the owner of the tables (REGULARS_DATABASE_OWNER_URL, where it is set). The role is refused
    where it may read or change anything else. When the recipient is removed the views refuse it at once.
    """
    opened = runtime()
    with opened.database.read() as connection:
        found = recipients.called(connection, recipient.strip())
    grant_views(opened.database, _owner(opened.database), role, found, system_user(), now=utc_now())
    out.print(f"{shown(role)} reads the views for {shown(found.name)}.", soft_wrap=True)


@app.command()
def revoke(role: Role) -> None:
    """Take the views from a role again."""
    opened = runtime()
    revoke_views(opened.database, _owner(opened.database), role, system_user(), now=utc_now())
    out.print("Done.")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List which roles read the views, and for whom."""
    with runtime().database.read() as connection:
        rows = view_readers.every(connection)
    if json:
        for each in rows:
            print_json({**each._asdict(), "granted_at": iso(each.granted_at)})
    elif rows:
        told = ((shown(each.role), shown(each.recipient), f"{each.granted_at:%Y-%m-%d}") for each in rows)
        print_table(("role", "for", "granted"), told)
    else:
        note("Nobody reads the views. `regulars views grant` lets a role of PostgreSQL do so.")


def _owner(database: Database) -> Database:
    url = settings().database_owner_url
    return Database(url.get_secret_value()) if url else database
