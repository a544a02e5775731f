"""`regulars export`: files of the messaging store."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from console.cli.start import runtime
from console.cli.words import err, out
from exports.files import export as write_files


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

    contacts.* holds one record a contact, tombstones.* one a removal that every importer must carry out.
    """
    with Progress(TextColumn("{task.completed} records"), console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task("")
        done = write_files(runtime().database, form, folder, lambda count: bars.update(bar, completed=count))
    out.print(f"{done.contact_count} contacts in {done.contacts}", soft_wrap=True)
    out.print(f"{done.tombstone_count} tombstones in {done.tombstones}", soft_wrap=True)
