"""`regulars object`, `forget` and `access`: what a person asks of us, carried out at once."""

import os
import secrets
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.access_page import access_json, access_page
from console.cli.acting import enter
from console.cli.contact_key import Key, key_of
from console.cli.copies import tell_of
from console.cli.exporting import PresetName
from console.cli.objecting import Manner, object_listed
from console.cli.start import runtime
from console.cli.words import note
from domain.journal import Act
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.scrubbing import follow_up
from store import erasures, holdings, written_files
from store.suppressions import UNDER_AGE
from store.written_files import ACCESS
from workers.runtime import utc_now


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.command("object")(object_)
    root.command("forget")(forget)
    root.command("access")(access)


def object_(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY", help="A contact's key, such as twitter:123; - reads it from standard input."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Many at once: the opt-outs of another system, CSV or XLSX.", dir_okay=False),
    ] = None,
    preset: Annotated[
        PresetName | None,
        typer.Option(help="Whose list it is; without one it has a column contact_key or twitter_handle."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what the list would do; only rejects are written.")
    ] = False,
    even_most: Annotated[
        bool,
        typer.Option("--even-most", help="Also where the list takes out more than half of all regulars."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Of a list: one object with the counts.")] = False,
) -> None:
    """Carry out an objection: the contact goes everywhere and is never stored or written to again.

    What stays is a keyed hash by which every later harvest passes the person over (GDPR art. 21). The key may
    be one that we never met. Works twice.

    With --file everybody on a list objects. A list of the target's everybody will do where docs/presets names
    the column that says who opted out; any other list must hold opt-outs alone. Rows that name nobody go to
    FILE.rejects.csv beside it, with the reason.
    """
    if (key is None) is (file is None):
        raise typer.BadParameter("Give a KEY, or a list with --file.")
    if file is not None:
        object_listed(file, preset.value if preset else None, Manner(dry_run, even_most, json))
        return
    _end(key or "", OBJECTED)


def forget(
    key: Key,
    under_age: Annotated[
        bool,
        typer.Option("--under-age", help="Because the person is known or says to be under the pack's age."),
    ] = False,
) -> None:
    """Carry out an erasure: as an objection, for a person who asks to be erased (GDPR art. 17).

    Files of ours that hold the person go, too, or are named; the date is told by which the last backup and
    log are over. With --under-age for whoever is known to be too young (`min_age_years` of the pack): no
    sign-up of theirs ends it.
    """
    _end(key, UNDER_AGE if under_age else ERASED)


def access(
    key: Key,
    out: Annotated[
        Path, typer.Option(help="Folder in which both files are written, for you alone.")
    ] = Path(),
    language: Annotated[Literal["fr", "en"], typer.Option(help="Of the page to read.")] = "fr",
) -> None:
    """Write everything that we hold of one contact: a page to read and JSON for machines (GDPR art. 15, 20).

    Nothing of others stands in it. Make sure first that it is the person who asks: let them write from the
    account. An answer is due within a month.
    """
    wanted, now = key_of(key), utc_now()
    database = runtime().database
    with database.read() as connection:
        held = holdings.of_contact(connection, wanted)
    stem = f"access-{secrets.token_hex(4)}"
    paths = [out / f"{stem}.{ending}" for ending in ("json", "html")]
    with database.write() as connection:
        enter(connection, Act.ACCESSED, wanted if held else None)
        held = holdings.of_contact(connection, wanted)
        gone_by = erasures.gone_by(connection, now=now)
        written_files.note(connection, ACCESS, paths, now=now)
    as_json = access_json(str(wanted), held, now=now, gone_by=gone_by)
    page = access_page(str(wanted), held, language=language, now=now, gone_by=gone_by).encode()
    for path, content in zip(paths, (as_json, page), strict=True):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        note(f"Written: {path}")
    if not held:
        note("We hold nothing under this key.")


def _end(written: str, reason: str) -> None:
    key = key_of(written)
    open_runtime = runtime()
    with open_runtime.database.write() as connection:
        suppressor = open_runtime.suppressor_of(connection)
        left = end_contact(connection, [key], suppressor, reason, now=utc_now())
        enter(connection, Act.OBJECTED if reason == OBJECTED else Act.FORGOTTEN)
    note("Done: nothing is stored of the contact any more, and no harvest brings it back.")
    told = "Other systems are told to delete it, too" if left else "No other system was ever told of it"
    note(f"{told}.")
    left_behind = follow_up(open_runtime.road("cli"), key, now=utc_now())
    note(f"The last backup and log that may hold them are over by {left_behind.gone_by:%Y-%m-%d}.")
    if not left_behind.clean:
        note("Workers write the database's files over within the hour, `regulars db scrub` at once.")
    tell_of(left_behind.files)
