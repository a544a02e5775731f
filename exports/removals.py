"""Removals: who must be deleted by whoever reads our files; told at any time, whatever is halted."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from domain.errors import RegularsError
from exports.forms import FORMS
from exports.narrowing import left_segment, left_third_party, needs_consent, policy_of
from exports.presets import PRESETS
from exports.presets import write as write_preset
from exports.record import TOMBSTONE_FIELDS, tombstone
from exports.whole import Counted, write_whole, writer
from store import exports as recorded
from store import feed_rows, leavers, recipients, segment_told, segments, transfers, written_files
from store.database import Database
from store.exports import Export
from store.written_files import EXPORT

#: The form in which removals are written for what was no file, such as a Singer target.
OTHERS = "ndjson"


class Removals(NamedTuple):
    """How many people a removal file tells of, and where it lies; a preset may need several."""

    people: int
    files: list[Path]


def export_removals(database: Database, form: str, folder: Path, *, now: datetime) -> int:
    """Write the tombstones alone, as may be done at any time; returns how many there are.

    Raises RegularsError where the folder cannot be written.
    """
    path = folder / f"tombstones.{form}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with database.write() as connection:
            written_files.note_first(connection, EXPORT, [path], now=now)
        with database.read() as connection:
            gone = map(tombstone, feed_rows.tombstones(connection))
            return write_whole(path, writer(FORMS[form], TOMBSTONE_FIELDS, gone, lambda _: None)).records
    except OSError as error:
        raise _unwritable(folder, error) from error


def export_removals_of(database: Database, export: Export, folder: Path, *, now: datetime) -> Removals:
    """Write who has left since an export that holds them, as may be done at any time, and record it.

    The files stand in a folder of their own within `folder`, in the form of the export. Who reads them
    deletes these people, and holds none who has left by then. Raises RegularsError where the folder cannot
    be written.
    """
    folder /= f"removals-of-{export.id}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with database.read() as connection:
            seq = recorded.newest_seq(connection)
            gone = Counted(_gone(connection, export, seq, now=now))
            form = export.form if export.form in FORMS else OTHERS
            if export.form in PRESETS:
                written = write_preset(PRESETS[export.form], (), gone, folder)
                files = [each.path for each in written if each.holds != "rejects"]
            else:
                files = [folder / f"tombstones.{form}"]
                write_whole(files[0], writer(FORMS[form], TOMBSTONE_FIELDS, gone, lambda _: None))
    except OSError as error:
        raise _unwritable(folder, error) from error
    with database.write() as connection:
        recorded.tell(connection, export.id, seq)
    return Removals(gone.count, files)


def _gone(connection: Any, export: Export, seq: int, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Read who has left; of a segment's or a third party's also who left that alone."""
    for each in leavers.removals(connection, export.id):
        yield tombstone(each)  # type: ignore[arg-type]  # the same columns
    recipient = recipients.of_export(connection, export.id)
    if recipient is not None and recipient.needs_consent:
        left = left_third_party(connection, recipient, now=now)
        yield from (each for each in left if each["reason"] == transfers.WITHDRAWN)
    number = export.segment_id
    segment = segments.one(connection, number, ended_too=True) if number is not None else None
    if segment is not None:
        policy = policy_of(connection)
        gone = left_segment(connection, segment, seq, needs_consent=needs_consent(policy), now=now)
        yield from (each for each in gone if each["reason"] == segment_told.LEFT_SEGMENT)


def _unwritable(folder: Path, error: OSError) -> RegularsError:
    return RegularsError(
        f"The removals cannot be written to {folder}: {error.strerror}. Choose another folder."
    )
