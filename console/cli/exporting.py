"""`regulars export` and `exports`: files of the messaging store, and what became of them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TextColumn

from console.cli.acting import Why, enter
from console.cli.start import runtime
from console.cli.words import err, iso, note, out, print_json, print_table
from console.delivering import deliver, deliver_removals
from console.visible import shown
from domain.errors import RegularsError
from domain.journal import Act
from exports.files import Order
from exports.forms import FORMS
from exports.narrowing import called as segment_called
from exports.presets import PRESETS
from store import admissions, leavers, recipients, transfers
from store import exports as recorded
from workers.runtime import Runtime, system_user, utc_now

#: Made of what there is.
Form = StrEnum("Form", {each.upper(): each for each in FORMS})  # type: ignore[misc]
Form.__doc__ = "The forms that an export may have."
NDJSON = Form("ndjson")
PresetName = StrEnum("PresetName", {each.upper().replace("-", "_"): each for each in PRESETS})  # type: ignore[misc]
PresetName.__doc__ = "The presets that there are."


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(export)
    app.command("exports")(exports)


def export(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to; made where it is missing.")],
    form: Annotated[Form, typer.Option("--format", help=f"{', '.join(FORMS)}.")] = NDJSON,
    preset: Annotated[
        PresetName | None,
        typer.Option(
            help="In a CRM's own form instead: docs/presets tells what each takes and where to click."
        ),
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(help="For whom it is: a name of `regulars recipient list`.")
    ] = None,
    since: Annotated[
        int, typer.Option(help="Only what moved after this step of the feed, which the receiver has.", min=0)
    ] = 0,
    segment: Annotated[
        str | None,
        typer.Option(
            help="Only whom a segment of `regulars segment list` holds; needs --why by topic or area."
        ),
    ] = None,
    removals_of: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="Write who has left since an export of `regulars exports` that holds them, nothing else.",
        ),
    ] = None,
    why: Why = "",
) -> None:
    """Write the regular contacts that may be imported, and a tombstone of each who has left.

    contacts.* holds one record a contact, tombstones.* one a removal that every importer must carry out. Whom
    a gate refuses stays here and is not exported; `regulars contacts explain` says why. datapackage.json says
    what the files hold, with their hashes, and until when they may be used; it is signed. The same state of
    the store gives the same bytes, and only the present state can be exported.
    """
    open_runtime, now = runtime(), utc_now()
    if removals_of is not None:
        _write_removals(open_runtime, removals_of, folder, why)
        return
    database = open_runtime.database
    with database.read() as connection:
        found = recipients.called(connection, recipient) if recipient else None
        narrowed = segment_called(connection, segment)
    order = Order(found, since, system_user(), why, open_runtime.signer(), segment=narrowed)
    with Progress(TextColumn("{task.completed} records"), console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task("")
        done = deliver(
            open_runtime,
            preset.value if preset else form.value,
            folder,
            order,
            now=now,
            progress=lambda count: bars.update(bar, completed=count),
        )
    if preset:
        out.print(
            f"{done.contact_count} contacts for {PRESETS[preset.value].title} in {folder}", soft_wrap=True
        )
        out.print(
            f"{done.tombstone_count} removals; import every file of it (docs/presets/{preset.value}.md)"
        )
        if done.reject_count:
            note(f"{done.reject_count} contacts stand in {preset.value}.rejects.csv with the reason.")
    else:
        out.print(f"{done.contact_count} contacts in {done.contacts}", soft_wrap=True)
        out.print(f"{done.tombstone_count} tombstones in {done.tombstones}", soft_wrap=True)
    if done.use_before:
        note(f"Export {done.number} shows step {done.seq} of the feed; use it before {done.use_before}.")
    with database.read() as connection:
        refused = admissions.refused(connection)
        everybody = transfers.shown_count(connection) if found and found.needs_consent else 0
    if everybody:
        among = done.contact_count + done.reject_count
        note(
            f"{everybody - among} regular contacts are not in it: they did not consent to that. "
            "No file that goes there names them."
        )
    if refused:
        listed = ", ".join(f"{count} {gate}" for gate, count in sorted(refused.items()))
        note(f"Not exported, for a gate refuses them: {listed}.")


def exports(
    destroyed: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Say that an export's files are no more, wherever they were."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List the exports whose files are somewhere still, with how many people in them have left since.

    Of these, who was not told stands beside: `regulars export --removals-of NUMBER` writes the removals for
    whoever imported the file. A file that is deleted or written over on this machine ends by itself.
    """
    database = runtime().database
    if destroyed is not None:
        with database.write() as connection:
            if not recorded.end(connection, destroyed, recorded.DESTROYED, now=utc_now()):
                raise RegularsError("No export of this number is known to be somewhere; `regulars exports`.")
            enter(connection, Act.EXPORT_ENDED, export=destroyed)
        out.print("Done.")
        return
    with database.read() as connection:
        seq, counted = recorded.newest_seq(connection), leavers.count(connection)
    with database.write() as connection:
        leavers.keep(connection, counted, seq)
    with database.read() as connection:
        rows = recorded.standing(connection)
        left = sum(leavers.by_platform(connection).values())
    if json:
        for each in rows:
            print_json({**each._asdict(), "at": iso(each.at), "files": [f._asdict() for f in each.files]})
        return
    if not rows:
        note("No export is anywhere. `regulars export --out FOLDER` writes one.")
        return
    heads = ("export", "for", "written", "contacts", "use before", "left since", "not told", "where")
    print_table(heads, (_told(each) for each in rows))
    holding = sum(each.left > 0 for each in rows)
    if holding:
        files = "1 file holds" if holding == 1 else f"{holding} files hold"
        note(f"{files} {'1 person' if left == 1 else f'{left} people'} who left.")


def _told(each: recorded.Export) -> tuple[Any, ...]:
    where = shown(each.folder) if each.folder else "downloaded"
    if each.form == recorded.SINGER:
        where = shown(each.target) if each.target else "its target"
    moments = (f"{each.at:%Y-%m-%d}", each.contacts, each.use_before or "")
    return (f"{each.id} {each.form}", shown(each.recipient or ""), *moments, each.left, each.untold, where)


def _write_removals(open_runtime: Runtime, number: int, folder: Path, why: str) -> None:
    with open_runtime.database.read() as connection:
        found = recorded.one(connection, number)
    if found is None:
        raise RegularsError(f"There is no export {number}: `regulars exports` lists them.")
    done = deliver_removals(open_runtime, found, folder, system_user(), now=utc_now(), why=why)
    out.print(f"{done.people} removals in {', '.join(map(str, done.files)) or folder}", soft_wrap=True)
