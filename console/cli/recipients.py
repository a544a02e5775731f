"""`regulars recipient`: who gets files of the messaging store."""

from typing import Annotated

import typer

from config.transfers import adequate
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.visible import shown
from domain.recipient import Ground, Part, Recipient
from pipeline.recipients import add_recipient, remove_recipient
from store import recipients
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Who gets files of the messaging store, and on which ground.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The recipient's name.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="recipient")


@app.command()
def add(
    name: Name,
    country: Annotated[
        str, typer.Option(help="Where it keeps the data: two letters of ISO 3166, such as FR.")
    ],
    part: Annotated[
        Part,
        typer.Option(
            "--role",
            help="own: a body of yours; processor: works on your instructions alone, under a contract; "
            "third-party: decides itself, and gets nobody who did not consent to that.",
        ),
    ],
    ground: Annotated[
        Ground | None,
        typer.Option(
            help="Outside the European Economic Area: what lets data go there (GDPR art. 44 to 47)."
        ),
    ] = None,
) -> None:
    """Register a recipient; it stands in the record of processing from then on.

    As soon as there is one that is not your own body, nobody is exported who was not told individually (GDPR
    art. 14(3)(c)).
    """
    recipient = Recipient(name.strip(), country.strip().upper(), part, ground)
    with runtime().database.write() as connection:
        add_recipient(connection, recipient, system_user(), now=utc_now())
    out.print(f"{shown(recipient.name)} is a recipient.")
    if ground is Ground.ADEQUACY and (bound := adequate().get(recipient.country)):
        note(f"The decision on {recipient.country} covers {bound}: make sure that it does here.")


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """List who may get files."""
    with runtime().database.read() as connection:
        rows = recipients.every(connection)
    if json:
        for each in rows:
            print_json({**each._asdict(), "created_at": iso(each.created_at), "ended_at": None})
    elif rows:
        print_table(
            ("recipient", "country", "role", "ground"),
            ((shown(each.name), each.country, each.part.value, each.ground or "") for each in rows),
        )
    else:
        note("Nobody is registered yet. `regulars recipient add` registers who gets a file.")


@app.command()
def remove(name: Name) -> None:
    """Let a recipient get no file any more; what it got stays on record."""
    with runtime().database.write() as connection:
        found = recipients.called(connection, name.strip())
        remove_recipient(connection, found.id, system_user(), now=utc_now())
    out.print("Done.")
