"""Exports: which files of the messaging store were written, and who has left of those they hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from store.tables import changes, exports, feed_state, recipients, segments, written_files
from store.written_files import host

DESTROYED, REPLACED = "destroyed", "replaced"
#: Who keeps an export up to date by itself: of its exports to one folder the newest alone is on record.
WORKER = "worker"
#: What a Singer target was told is on record in this form; no file was written.
SINGER = "singer"
#: As many exports are listed at most.
MOST = 100


class File(NamedTuple):
    """A file of an export, as it was when it was written."""

    name: str
    size: int
    sha256: str
    records: int


class Made(NamedTuple):
    """An export that was just written; `folder` is none for a download."""

    form: str
    recipient_id: int | None
    seq: int
    since_seq: int
    contacts: int
    tombstones: int
    rejects: int
    files: Sequence[File]
    use_before: str | None
    by: str
    folder: str | None
    segment_id: int | None = None
    target: str | None = None


class Export(NamedTuple):
    """An export of the record; `left` and `untold` are as of the step `counted_seq`."""

    id: int
    form: str
    recipient: str | None
    seq: int
    since_seq: int
    contacts: int
    tombstones: int
    rejects: int
    use_before: str | None
    at: datetime
    by: str
    host: str | None
    folder: str | None
    told_seq: int
    left: int
    untold: int
    counted_seq: int
    ended_at: datetime | None
    ending: str | None
    #: The number of the segment that it was narrowed to, and its name.
    segment_id: int | None
    segment: str | None
    #: Which of the recipient's systems was told, where no file was written.
    target: str | None
    files: tuple[File, ...]


def add(connection: Connection, made: Made, *, now: datetime) -> int:
    """Record an export; returns its number. One whose files it wrote over is replaced."""
    values = made._asdict() | {"files": orjson.dumps([list(each) for each in made.files]).decode()}
    if made.folder is not None:
        _replace(connection, made, now=now)
        values["host"] = host()
    counted = {"told_seq": made.seq, "left_count": 0, "untold_count": 0, "counted_seq": made.seq}
    return int(
        connection.execute(
            insert(exports).values(**values, **counted, at=now).returning(exports.c.id)
        ).scalar_one()
    )


def _replace(connection: Connection, made: Made, *, now: datetime) -> None:
    names = {each.name for each in made.files}
    there = (exports.c.ended_at.is_(None), exports.c.host == host(), exports.c.folder == made.folder)
    columns = (exports.c.id, exports.c.form, exports.c.files)
    for number, form, files in connection.execute(select(*columns).where(*there)).all():
        if form != made.form and not names.issuperset(file[0] for file in orjson.loads(files)):
            continue
        if made.by == WORKER:  # which writes one every few minutes
            connection.execute(delete(exports).where(exports.c.id == number))
        else:
            end(connection, number, REPLACED, now=now)


def standing(connection: Connection) -> Sequence[Export]:
    """Return the exports whose files are somewhere still, the newest first."""
    statement = _listed().where(exports.c.ended_at.is_(None)).order_by(exports.c.id.desc()).limit(MOST)
    return [_export(each) for each in connection.execute(statement)]


def ended(connection: Connection, count: int) -> Sequence[Export]:
    """Return those whose files are no more, the last that ended first."""
    statement = _listed().where(exports.c.ended_at.is_not(None))
    ordered = statement.order_by(exports.c.ended_at.desc(), exports.c.id.desc()).limit(count)
    return [_export(each) for each in connection.execute(ordered)]


def one(connection: Connection, number: int) -> Export | None:
    """Return an export, None where there is none of this number."""
    row = connection.execute(_listed().where(exports.c.id == number)).first()
    return _export(row) if row else None


def last_at(connection: Connection, form: str, recipient_id: int | None) -> datetime | None:
    """Return when the last export of a form was written for a recipient, None where there was none."""
    newest = (
        select(exports.c.at)
        .where(exports.c.form == form, exports.c.recipient_id.is_not_distinct_from(recipient_id))
        .order_by(exports.c.id.desc())
        .limit(1)
    )
    return connection.scalar(newest)


def end(connection: Connection, number: int, ending: str, *, now: datetime) -> bool:
    """Note that the files of an export are no more; False where they were not there."""
    there = (exports.c.id == number, exports.c.ended_at.is_(None))
    values = {"ended_at": now, "ending": ending}
    return connection.execute(update(exports).where(*there).values(**values)).rowcount == 1


def end_without_files(connection: Connection, *, now: datetime) -> int:
    """End the exports of this machine none of whose files is noted any more; returns how many."""
    noted = set(connection.scalars(select(written_files.c.path).where(written_files.c.host == host())))
    ours = [each for each in standing(connection) if each.host == host()]
    over = [each for each in ours if not any(f"{each.folder}/{file.name}" in noted for file in each.files)]
    return sum(end(connection, each.id, DESTROYED, now=now) for each in over)


def tell(connection: Connection, number: int, seq: int) -> None:
    """Note that the receiver of an export got the removals up to a step; what follows counts anew."""
    values = {"told_seq": seq, "untold_count": 0}
    connection.execute(update(exports).where(exports.c.id == number).values(**values))


def target_told(connection: Connection, number: int, told: tuple[int, int]) -> None:
    """Note that a target was told all of an export: it is one of contacts and of removals.

    What it was told before is part of that: of each target the newest alone is on record.
    """
    made = exports.alias()
    same = (
        exports.c.form == SINGER,
        exports.c.id < number,
        select(made.c.id)
        .where(
            made.c.id == number,
            made.c.recipient_id == exports.c.recipient_id,
            made.c.target == exports.c.target,
        )
        .exists(),
    )
    connection.execute(delete(exports).where(*same))
    contacts, tombstones = told
    values = {"contacts": contacts, "tombstones": tombstones}
    connection.execute(update(exports).where(exports.c.id == number).values(**values))


def tell_target(connection: Connection, recipient_id: int, target: str, seq: int) -> None:
    """Note that a target was told the removals alone, up to a step."""
    same = (exports.c.form == SINGER, exports.c.recipient_id == recipient_id, exports.c.target == target)
    values = {"told_seq": seq, "untold_count": 0}
    connection.execute(update(exports).where(*same, exports.c.ended_at.is_(None)).values(**values))


def forget(connection: Connection, before: datetime) -> int:
    """Delete the record of exports that ended before a moment; returns how many there were."""
    return connection.execute(delete(exports).where(exports.c.ended_at < before)).rowcount


def newest_seq(connection: Connection) -> int:
    """Return the feed's newest number."""
    return connection.scalar(select(feed_state.c.seq)) or 0


def epoch(connection: Connection) -> str:
    """Return the feed's epoch: numbers of another one say nothing."""
    return connection.scalar(select(feed_state.c.epoch)) or ""


def knows(connection: Connection, seq: int, after: datetime) -> bool:
    """Tell whether every removal after a step of the feed is certainly there still.

    That is where the step, or one before it, is younger than `after`, or an export that shows it.
    """
    if seq < (connection.scalar(select(feed_state.c.forgotten_seq)) or 0):
        return False  # a removal that all acknowledged is forgotten
    step = select(changes.c.seq).where(changes.c.seq <= seq, changes.c.at > after).limit(1)
    written = select(exports.c.id).where(exports.c.seq == seq, exports.c.at > after).limit(1)
    return connection.scalar(step) is not None or connection.scalar(written) is not None


def _listed() -> Select[*tuple[Any, ...]]:
    columns = exports.c
    return select(
        columns.id,
        columns.form,
        recipients.c.name,
        columns.seq,
        columns.since_seq,
        columns.contacts,
        columns.tombstones,
        columns.rejects,
        columns.use_before,
        columns.at,
        columns.by,
        columns.host,
        columns.folder,
        columns.told_seq,
        columns.left_count,
        columns.untold_count,
        columns.counted_seq,
        columns.ended_at,
        columns.ending,
        columns.segment_id,
        segments.c.name,
        columns.target,
        columns.files,
    ).select_from(
        exports.outerjoin(recipients, recipients.c.id == columns.recipient_id).outerjoin(
            segments, segments.c.id == columns.segment_id
        )
    )


def _export(row: Row[*tuple[Any, ...]]) -> Export:
    files = tuple(File(*each) for each in orjson.loads(row[-1]))
    return Export._make((*row[:-1], files))
