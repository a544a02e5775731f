"""`regulars import`: lists of people who signed up, and archives that a platform let you download."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from sqlalchemy import Connection

from connectors.files import columns, table
from connectors.files.bombs import FileRefusedError
from connectors.files.rejects import RejectsFile
from connectors.files.sign_up_list import Terms, check, sign_ups
from connectors.files.table import Table
from console.cli.acting import enter
from console.cli.archives import archive
from console.cli.mapping import mapping_of, preview_of
from console.cli.rejected import note_rejects
from console.cli.start import runtime
from console.cli.words import out, print_json
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act
from domain.sign_up import CHANNELS, LANGUAGES, SignUp
from pipeline.bringing_in import Brought, bring_in, rehearse
from pipeline.signing_up import Outcome, sign_up
from workers.runtime import system_user, utc_now

app = typer.Typer(help="Bring in sign-up lists and downloaded archives.", no_args_is_help=True)

#: Rows that a preview shows.
SHOWN = 5
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--leave-out", metavar="COLUMN", help="Read nothing of this column; several times for several."
    ),
]


def register(root: typer.Typer) -> None:
    """Add the group to the command line."""
    app.command()(archive)
    root.add_typer(app, name="import")


@app.command("list")
def listed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list, CSV or XLSX.", dir_okay=False)],
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN", help=f"Which column holds {', '.join(columns.FIELDS)}."
        ),
    ] = None,
    leave_out: Column = None,
    consent_file: Annotated[
        Path | None, typer.Option(help="File with the exact words that the people agreed to.")
    ] = None,
    source: Annotated[str, typer.Option(help="Where they agreed, such as 'stand at the market'.")] = "",
    given_on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When they agreed, such as 2026-03-31; a column outweighs it."),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="To what everybody on it agreed, email or sms; a column of consents outweighs it."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the words agreed to, fr or en.")] = "fr",
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a CSV where it is not found.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show columns, a guessed mapping and some rows; store nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but store; rejects are written.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs: one object with the counts.")] = False,
) -> None:
    """Bring in people who signed up on a list, with the words that they agreed to.

    Rows that are no sign-ups go with their reasons to FILE.rejects.csv beside the list; delete it when done:
    after 30 days `regulars doctor` names it.
    A list with columns that look like an electoral roll, or like what nobody may keep (birth, religion,
    origin, party, opinion, health, union, income), is refused until you leave them out.
    """
    with _opened(file) as opened:
        read = table.without(table.read(opened, file.name, sheet=sheet, encoding=encoding), leave_out or [])
        if preview:
            preview_of(read)
            return
        mapping = mapping_of(mapped or [], read)
        check(read, mapping, channel or [])
        terms = Terms(
            _wording(consent_file),
            _required(source, "--source, where its people agreed"),
            _date(given_on),
            system_user(),
            tuple(channel or ()),
            language,
        )
        _check(terms)
        with RejectsFile(file, read.columns) as rejects:
            try:
                brought = _bring_in(read, mapping, terms, file.name, rejects, dry_run=dry_run)
            finally:
                note_rejects(rejects)
    _tell(brought, rejects.path, dry_run=dry_run, json=json)


def _bring_in(
    read: Table, mapping: Mapping[str, str], terms: Terms, name: str, rejects: RejectsFile, *, dry_run: bool
) -> Brought:
    open_runtime = runtime()
    act = rehearse if dry_run else bring_in

    def store(connection: Connection, people: list[SignUp]) -> Outcome:
        policy, suppressor = open_runtime.policy_in_force(connection), open_runtime.suppressor_of(connection)
        outcome = sign_up(connection, people, policy, suppressor, now=utc_now())
        enter(connection, Act.LIST_IMPORTED, rows=len(people), new=len(outcome.new), known=len(outcome.known))
        return outcome

    return act(
        open_runtime.database,
        sign_ups(read, mapping, terms, name),
        store,
        rejects.add,
    )


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise FileRefusedError(f"{file} cannot be read ({error.strerror}).") from error


def _wording(file: Path | None) -> str:
    if file is None:
        raise RegularsError(
            "A list needs --consent-file, a file with the exact words that its people agreed to."
        )
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise RegularsError(
            f"{file} cannot be read as text in UTF-8; name the file with the words."
        ) from None


def _required(value: str, what: str) -> str:
    if not value.strip():
        raise RegularsError(f"A list needs {what}.")
    return value.strip()


def _date(written: str | None) -> date:
    try:
        return date.fromisoformat(_required(written or "", "--given-on, when its people agreed"))
    except ValueError:
        raise RegularsError("--given-on takes a date such as 2026-03-31.") from None


def _check(terms: Terms) -> None:
    if not terms.consent:
        raise RegularsError("The file of --consent-file is empty; it must hold the words agreed to.")
    if not set(terms.channels) <= set(CHANNELS):
        raise RegularsError(f"--channel takes {' or '.join(CHANNELS)}.")
    if terms.language not in LANGUAGES:
        raise RegularsError(f"--language takes {' or '.join(LANGUAGES)}.")


def _tell(brought: Brought, rejects: Path | None, *, dry_run: bool, json: bool) -> None:
    if json:
        print_json(
            {
                "new": brought.new,
                "known": brought.known,
                "suppressed": brought.suppressed,
                "rejected": brought.rejected,
                "rejects_file": str(rejects) if rejects else None,
                "stored": not dry_run,
            }
        )
        return
    would = "would be " if dry_run else ""
    out.print(
        f"{brought.new} {would}new, {brought.known} known already, {brought.suppressed} left out since they "
        f"objected, {brought.rejected} rejected.",
        soft_wrap=True,
    )
    if rejects:
        out.print(
            shown(f"Each rejected row stands with its reason in {rejects}; delete it when done."),
            soft_wrap=True,
        )
