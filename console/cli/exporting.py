"""`regulars export`: files of the messaging store."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from console.cli.start import runtime
from console.cli.words import err, note, out
from exports.files import export as write_files
from pipeline.admit import review
from store import admissions
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
) -> None:
    """Write the regular contacts that may be imported, and a tombstone of each who has left.

    contacts.* holds one record a contact, tombstones.* one a removal that every importer must carry out. Whom
    a gate refuses stays here and is not exported; `regulars contacts explain` says why.
    """
    open_runtime, now = runtime(), utc_now()
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
    review(open_runtime.database, policy, open_runtime.settings.controller, now=now)
    with Progress(TextColumn("{task.completed} records"), console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task("")
        done = write_files(
            open_runtime.database, form, folder, lambda count: bars.update(bar, completed=count)
        )
    out.print(f"{done.contact_count} contacts in {done.contacts}", soft_wrap=True)
    out.print(f"{done.tombstone_count} tombstones in {done.tombstones}", soft_wrap=True)
    with open_runtime.database.read() as connection:
        refused = admissions.refused(connection)
    if refused:
        listed = ", ".join(f"{count} {gate}" for gate, count in sorted(refused.items()))
        note(f"Not exported, for a gate refuses them: {listed}.")
