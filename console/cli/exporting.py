"""`regulars export`: files of the messaging store."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from console.cli.acting import Why, enter
from console.cli.start import runtime
from console.cli.words import err, note, out
from domain.journal import Act
from exports.files import export as write_files
from pipeline.admit import review
from store import admissions, halts
from workers.runtime import utc_now


class Form(StrEnum):
    """The forms that an export may have."""

    CSV = "csv"
    NDJSON = "ndjson"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)


def export(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to; made where it is missing.")],
    form: Annotated[Form, typer.Option("--format", help="csv or ndjson.")] = Form.NDJSON,
    why: Why = "",
) -> None:
    """Write the regular contacts that may be imported, and a tombstone of each who has left.

    contacts.* holds one record a contact, tombstones.* one a removal that every importer must carry out. Whom
    a gate refuses stays here and is not exported; `regulars contacts explain` says why.
    """
    open_runtime, now = runtime(), utc_now()
    database = open_runtime.database
    with database.read() as connection:
        halts.require_none(connection)
    with database.write() as connection:  # before: no file may be there of which nothing is known
        policy = open_runtime.policy_in_force(connection)
        enter(connection, Act.EXPORT_BEGUN, why=why, format=form)
    settings = open_runtime.settings
    review(database, policy, settings.controller, now=now, to_others=settings.to_others)
    with Progress(TextColumn("{task.completed} records"), console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task("")
        done = write_files(database, form, folder, lambda count: bars.update(bar, completed=count), now=now)
    with database.write() as connection:
        contacts, tombstones = done.contact_count, done.tombstone_count
        enter(connection, Act.EXPORT_WRITTEN, why=why, format=form, contacts=contacts, tombstones=tombstones)
    out.print(f"{done.contact_count} contacts in {done.contacts}", soft_wrap=True)
    out.print(f"{done.tombstone_count} tombstones in {done.tombstones}", soft_wrap=True)
    with database.read() as connection:
        refused = admissions.refused(connection)
    if refused:
        listed = ", ".join(f"{count} {gate}" for gate, count in sorted(refused.items()))
        note(f"Not exported, for a gate refuses them: {listed}.")
