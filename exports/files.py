"""Files of the messaging store: written whole or not at all."""

import csv
import io
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from domain.errors import RegularsError
from exports.record import FIELDS, TOMBSTONE_FIELDS, record, tombstone
from store import halts, messaging, written_files
from store.database import Database
from store.written_files import EXPORT

#: What makes a spreadsheet read a cell as a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Progress = Callable[[int], None]
Records = Iterable[Mapping[str, Any]]
#: Seconds between two looks whether a halt began while a file is written.
LOOK_S = 1.0


class Exported(NamedTuple):
    """What an export wrote; `seq` is the newest number of the feed that it shows."""

    contacts: Path
    tombstones: Path
    contact_count: int
    tombstone_count: int
    seq: int


def export(
    database: Database, form: str, folder: Path, progress: Progress = lambda _: None, *, now: datetime
) -> Exported:
    """Write the messaging store and its tombstones to `folder` as `csv` or `ndjson`.

    Both files show one state of the database, and are noted in it. `progress` is called with the records
    written so far. Raises RegularsError where the folder cannot be written, HaltedError while anything is
    halted and as soon as it is.
    """
    write = _csv if form == "csv" else _ndjson
    names = [folder / f"{each}.{form}" for each in ("contacts", "tombstones")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with database.read() as connection:
            halts.require_none(connection)
        with database.write() as connection:
            written_files.note_first(connection, EXPORT, names, now=now)
        with database.read() as connection:
            _, seq = messaging.counts(connection)
            inside = _replaced(
                names[0],
                lambda file: write(
                    file, FIELDS, map(record, messaging.rows(connection)), _until_halted(database, progress)
                ),
            )
            out = _replaced(
                names[1],
                lambda file: write(
                    file, TOMBSTONE_FIELDS, map(tombstone, messaging.tombstones(connection)), progress
                ),
            )
        with database.write() as connection:
            written_files.note(connection, EXPORT, names, now=now, seq=seq)
    except OSError as error:
        raise RegularsError(
            f"The export cannot be written to {folder}: {error.strerror}. Choose another folder or make room."
        ) from error
    return Exported(names[0], names[1], inside, out, seq)


def export_removals(database: Database, form: str, folder: Path, *, now: datetime) -> int:
    """Write the tombstones alone, as may be done at any time; returns how many there are.

    Raises RegularsError where the folder cannot be written.
    """
    path = folder / f"tombstones.{form}"
    write = _csv if form == "csv" else _ndjson
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with database.write() as connection:
            written_files.note_first(connection, EXPORT, [path], now=now)
        with database.read() as connection:
            return _replaced(
                path,
                lambda file: write(
                    file, TOMBSTONE_FIELDS, map(tombstone, messaging.tombstones(connection)), lambda _: None
                ),
            )
    except OSError as error:
        raise RegularsError(
            f"The removals cannot be written to {folder}: {error.strerror}. Choose another folder."
        ) from error


def _until_halted(database: Database, progress: Progress) -> Progress:
    """Look once a second, in a transaction of its own, whether files must stop."""
    looked_at = time.monotonic()

    def watched(count: int) -> None:
        nonlocal looked_at
        if time.monotonic() - looked_at >= LOOK_S:
            looked_at = time.monotonic()
            with database.read() as connection:
                halts.require_none(connection)
        progress(count)

    return watched


def _replaced(path: Path, write: Callable[[IO[bytes]], int]) -> int:
    """Write beside the file and put it in its place at the end: a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            count = write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _ndjson(file: IO[bytes], _fields: tuple[str, ...], records: Records, progress: Progress) -> int:
    count = 0
    form = orjson.OPT_APPEND_NEWLINE | orjson.OPT_OMIT_MICROSECONDS
    for count, each in enumerate(records, start=1):  # the last count is the answer
        file.write(orjson.dumps(each, option=form))
        if count % 2_000 == 0:
            progress(count)
    return count


def _csv(file: IO[bytes], fields: tuple[str, ...], records: Records, progress: Progress) -> int:
    count = 0
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    table = csv.DictWriter(text, fields, lineterminator="\r\n")
    table.writeheader()
    for count, each in enumerate(records, start=1):  # the last count is the answer
        table.writerow({name: _cell(value) for name, value in each.items()})
        if count % 2_000 == 0:
            progress(count)
    text.detach()
    return count


def _cell(value: object) -> object:
    """Write times in ISO 8601, lists with bars; keep a text from being run as a formula by a spreadsheet."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, dict):
        return "|".join(f"{name}:{said}" for name, said in value.items())
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value
