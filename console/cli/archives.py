"""`regulars import archive`: what a platform let the owner of an account download."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from connectors.files import archive as archives
from console.cli.acting import enter
from console.cli.start import runtime
from console.cli.words import iso, note, out, print_json, print_table
from console.patience import patiently
from console.visible import shown
from domain.archive import Archive
from domain.errors import RegularsError
from domain.journal import Act
from pipeline.archives import KNOWN, LEFT_SINCE, NEW, OBJECTED, OWN, Taking, require_own, take_followers
from pipeline.collecting import require_settled
from store import accounts
from workers.runtime import utc_now


def archive(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The zip file, as it was downloaded.", dir_okay=False)
    ],
    account: Annotated[str, typer.Option(help="Name or platform id of the account whose archive it is.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would come of it; store nothing.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="For programs: one object a line, the counts last.")
    ] = False,
) -> None:
    """Bring in who follows one of your accounts from the archive that its owner downloaded.

    X's archive holds ids: these followers become contacts, whose proof is as old as the archive. Facebook's
    holds names alone: they are listed for a human who knows them, and nothing of them is stored. As for a
    harvest, nobody is collected before they could be told (`regulars doctor`).
    """
    open_runtime = runtime()
    with open_runtime.database.read() as connection:
        found = accounts.find(connection, account)
    try:
        with file.open("rb") as opened:
            read = archives.read(opened)
    except OSError as error:
        raise RegularsError(f"{file} cannot be read ({error.strerror}).") from error
    now = utc_now()
    require_own(read, found, now=now)
    if read.followers and not dry_run:
        patiently(lambda: require_settled(open_runtime.road("command line"), found))
    taking = Taking(
        read,
        found,
        open_runtime.policy_in_force,
        open_runtime.suppressor_of,
        lambda connection, counts: enter(
            connection, Act.ARCHIVE_IMPORTED, None, "", account=found.key, made_at=iso(read.made_at), **counts
        ),
    )
    counted = take_followers(open_runtime.database, taking, now=now, dry_run=dry_run)
    _list(read, json=json)
    _tell(read, counted, dry_run=dry_run, json=json)


def _list(read: Archive, *, json: bool) -> None:
    """List the names that are proposed to a human."""
    if json:
        for each in read.proposals:
            print_json({"name": each.name, "kind": each.kind, "at": iso(each.at)})
    elif read.proposals:
        rows = ((each.name, each.kind, (iso(each.at) or "")[:10]) for each in read.proposals)
        print_table(("name", "did", "on"), rows)


def _tell(read: Archive, counted: Mapping[str, int], *, dry_run: bool, json: bool) -> None:
    if json:
        counts = {each: counted.get(each, 0) for each in (NEW, KNOWN, LEFT_SINCE, OBJECTED, OWN)}
        names = {"proposals": len(read.proposals), "unread": read.unread}
        print_json({"made_at": iso(read.made_at), **counts, **names, "stored": not dry_run})
        return
    if read.proposals:
        note(
            f"{len(read.proposals)} names without ids: nobody was stored. Whom you know you can ask; "
            "a name is matched to no contact by itself."
        )
    else:
        would = " (nothing was stored)" if dry_run else ""
        out.print(
            shown(
                f"Made {(iso(read.made_at) or '')[:10]}: {counted.get(NEW, 0)} new follows, "
                f"{counted.get(KNOWN, 0)} known already, {counted.get(LEFT_SINCE, 0)} left since, "
                f"{counted.get(OBJECTED, 0)} left out since they objected{would}."
            ),
            soft_wrap=True,
        )
    if read.unread:
        note(f"{read.unread} rows could not be read.")
