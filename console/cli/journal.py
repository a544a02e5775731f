"""`regulars journal`: who did what and why, and whether anybody has changed what was written."""

import json as jsons
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import RowMapping

from console.cli.acting import Why, reading
from console.cli.anchors import add_anchor, anchors_in, known
from console.cli.contact_key import key_of
from console.cli.start import runtime, settings
from console.cli.words import iso, local, note, out, print_json, print_table
from domain.journal import Act, JournalError
from domain.journal_proof import Finding, Verdict
from store import journal, schema
from store.database import Database
from workers.runtime import utc_now

app = typer.Typer(help="Who did what and why; proof that nobody has changed it.", no_args_is_help=True)

#: As many faults are told one by one.
MOST_TOLD = 20


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    root.add_typer(app, name="journal")


@app.command("list")
def listed(
    count: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 30,
    about: Annotated[
        str | None, typer.Option("--about", metavar="KEY", help="Only about this contact; - reads its key.")
    ] = None,
    why: Why = "",
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List entries, newest first; that they are listed is entered, too."""
    subject = key_of(about) if about else None
    with reading(runtime().database, Act.JOURNAL_LISTED, why=why, count=count) as connection:
        rows = journal.listed(connection, count=count, subject=subject)
    if json:
        for each in rows:
            print_json(_as_json(each))
    elif rows:
        print_table(("entry", "at", "who", "what", "about", "why", "details"), map(_cells, rows))
    else:
        note("There is no such entry. Leave --about out to see all; what commands do from now on is entered.")


@app.command()
def verify(
    anchor: Annotated[
        Path | None, typer.Option("--anchor", metavar="FILE", help="Anchors that were kept elsewhere.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Find entries that were changed, removed or moved; with anchors also an end that was cut off.

    Exit code 1 means that something was done to the journal. Without an anchor a whole journal is
    consistent, not proven: whoever can write every row of the database can write another chain.
    """
    anchors = anchors_in(anchor) if anchor else []
    with _database().read() as connection:
        verdict = journal.verify(connection, anchors)
    if json:
        print_json(_verdict(verdict))
    else:
        _tell(verdict)
    if verdict.findings:
        raise JournalError(
            "The journal is not as it was written. Keep this database as it is, compare with backups, and "
            "find out who could write to it."
        )


@app.command("anchor")
def anchored(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File of anchors; a line is added. Keep it elsewhere.")
    ],
) -> None:
    """Write the newest entry's number and link to a file, to be kept where nobody can change both.

    Refused where the journal is another one than the anchors in the file tell of.
    """
    earlier = known(file)
    with _database().read() as connection:
        journal.require(connection, earlier)
        newest = journal.newest(connection)
    add_anchor(file, newest, now=utc_now())
    out.print(f"Entry {newest.seq}, link {newest.link.hex()}", soft_wrap=True)


def _database() -> Database:
    """Open the database alone: whoever proves, perhaps on a copy, needs no key."""
    read = settings()
    if read.database_url is None and not (read.data_dir / "regulars.db").exists():
        raise JournalError("There is no journal here yet: nothing was done in this data folder.")
    database = Database(read.database)
    schema.require_current(database)
    return database


def _as_json(row: RowMapping) -> dict[str, Any]:
    said = {name: row[name] for name in ("actor", "act", "subject_key", "why")}
    details = jsons.loads(row["details"]) if row["details"] else None
    return {"entry": row["seq"], "at": iso(row["at"]), **said, "details": details}


def _cells(row: RowMapping) -> tuple[object, ...]:
    if row["act"] is None:
        return (row["seq"], local(row["at"]), "", "text deleted", "", "", "")
    details = ", ".join(f"{name} {value}" for name, value in jsons.loads(row["details"]).items())
    said = (row[name] for name in ("actor", "act", "subject_key", "why"))
    return (row["seq"], local(row["at"]), *said, details)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "entries": verdict.entries,
        "texts_deleted": verdict.deleted,
        "consistent": not verdict.findings,
        "proven_to": verdict.proven or None,
        "findings": [
            {"first": each.first, "last": each.last, "fault": each.fault.name.lower()}
            for each in verdict.findings
        ],
    }


def _tell(verdict: Verdict) -> None:
    for each in verdict.findings[:MOST_TOLD]:
        out.print(_sentence(each), soft_wrap=True)
    if more := len(verdict.findings[MOST_TOLD:]):
        out.print(f"And {more} more; --json lists them all.")
    told = f"{verdict.entries} entries"
    if verdict.deleted:
        told += f", {verdict.deleted} of them without their text: deleted on request or by age"
    if verdict.findings:
        out.print(f"{told}.", soft_wrap=True)
    elif verdict.proven:
        after = verdict.entries - verdict.proven
        rest = f"; {after} after it, consistent, not proven" if after else ""
        out.print(f"{told}: proven up to entry {verdict.proven}{rest}.", soft_wrap=True)
    else:
        out.print(f"{told}: consistent, not proven.", soft_wrap=True)
        note("An anchor kept elsewhere proves it: `regulars journal anchor FILE`, `verify --anchor FILE`.")


def _sentence(finding: Finding) -> str:
    if finding.first == finding.last:
        return f"Entry {finding.first}: {finding.fault}."
    return f"Entries {finding.first} to {finding.last}: {finding.fault}."
