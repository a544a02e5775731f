"""`regulars segment`: saved filters of the messaging store."""

from datetime import date, datetime
from typing import Annotated

import typer

from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.numbers import told_of
from console.visible import shown
from domain.segment import Segment, about
from exports.narrowing import needs_consent
from pipeline.segments import add_segment, remove_segment
from store import accounts, segments, targetings
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Saved filters of the messaging store, for exports.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The segment's name.")]
Json = Annotated[bool, typer.Option("--json", help="One object a line.")]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="segment")


@app.command()
def add(
    name: Name,
    topic: Annotated[
        str | None, typer.Option(help="Who declared this topic and agreed to be chosen by it.")
    ] = None,
    area: Annotated[
        str | None, typer.Option(help="Whose form names this area: a code of `regulars areas show`.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Who follows, or is a friend of, this account of yours.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Who is regular since this day (UTC) or later."),
    ] = None,
) -> None:
    """Save a filter; it holds whoever meets all that is asked, as of each export anew.

    To choose by a topic takes each person's explicit consent to that (Regulation (EU) 2024/900): whoever
    declared the topic without agreeing to be chosen by it is not in the segment.
    """
    open_runtime, now = runtime(), utc_now()
    with open_runtime.database.write() as connection:
        account_id = accounts.find(connection, account).id if account else None
        day = date(since.year, since.month, since.day) if since else None
        segment = Segment(name.strip(), topic, area, account_id, day)
        add_segment(connection, segment, system_user(), now=now)
    out.print(f"{shown(segment.name)} is a segment: `regulars export --segment` takes it.")


@app.command("list")
def listed(json: Json = False) -> None:
    """List the segments with what each asks."""
    with runtime().database.read() as connection:
        rows = segments.every(connection)
    if json:
        for each in rows:
            print_json({"name": each.name, **each.criteria, "created_at": iso(each.created_at)})
    elif rows:
        print_table(("segment", "asks"), ((shown(each.name), _asked(each)) for each in rows))
    else:
        note("No segment is saved yet. `regulars segment add` saves one.")


@app.command()
def show(name: Name, json: Json = False) -> None:
    """Show about how many a segment holds now, whom it leaves out for want of consent, and its last use.

    Numbers are rounded down to whole groups of the pack's smallest size. Of a segment by area none is told:
    every count by area comes from `regulars areas show`.
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
        segment = segments.called(connection, name.strip())
        told = told_of(connection, segment, policy)
        least = policy.number("aggregate_k")
        without = about(segments.undeclared(connection, segment), least) if segment.topic else 0
        used_at = targetings.last_at(connection, segment)
    if json:
        numbers = {"at_least": told, "without_consent_at_least": without, "smallest_told": least}
        print_json({"name": segment.name, **segment.criteria, **numbers, "last_used_at": iso(used_at)})
        return
    out.print(f"{shown(segment.name)}: {_asked(segment)}")
    if told is None:
        note("Of a segment by area no number is told; `regulars areas show` has the quarter's table.")
    else:
        out.print(f"at least {told} contacts" if told else f"fewer than {least} contacts")
    if segment.topic and needs_consent(policy):
        others = f"At least {without}" if without else f"Fewer than {least}"
        note(f"{others} others declared the topic and did not agree to be chosen by it: they are left out.")


@app.command()
def remove(name: Name) -> None:
    """Take a segment away; what its files held stays on record until it is told."""
    with runtime().database.write() as connection:
        found = segments.called(connection, name.strip())
        remove_segment(connection, found.id, system_user(), now=utc_now())
    out.print("Done.")


def _asked(segment: Segment) -> str:
    return ", ".join(f"{name} {shown(str(value))}" for name, value in segment.criteria.items())
