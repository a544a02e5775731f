"""Whom files of a segment held, so that each receiver is told of who is no more in it, and of nobody else."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from domain.segment import Segment
from store.segments import holds, shown
from store.sets import as_parameter, rows_of, run
from store.tables import changes, contacts, messaging_contacts, segment_told

#: What the tombstone says of whoever is in the messaging store still but no more in the segment.
LEFT_SEGMENT = "left_segment"


def note(connection: Connection, number: int, held: Iterable[tuple[str, str]]) -> None:
    """Note whom a file of a segment is about to hold."""
    columns = {"platform": "text", "platform_id": "text"}
    run(
        connection,
        "INSERT INTO segment_told (segment_id, platform, platform_id) "
        f"SELECT :number, platform, platform_id FROM {rows_of(connection, columns)} AS r WHERE true "
        "ON CONFLICT (segment_id, platform, platform_id) DO UPDATE SET left_at = NULL",
        number=number,
        rows=as_parameter([*each] for each in held),
    )


def left(
    connection: Connection, segment: Segment, *, needs_consent: bool = True
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Read whom files of a segment held and who is no more in it: rows as `store.feed_rows.tombstones` has.

    Who left the messaging store has the reason and step of the feed, who left the segment alone none: its
    reason is LEFT_SEGMENT and its step 0.
    """
    step = (
        select(func.max(changes.c.seq))
        .where(
            changes.c.platform == segment_told.c.platform, changes.c.platform_id == segment_told.c.platform_id
        )
        .correlate(segment_told)
        .scalar_subquery()
    )
    gone = and_(changes.c.seq == step, changes.c.op == "remove")
    statement = (
        select(
            func.coalesce(changes.c.seq, 0),
            segment_told.c.platform,
            segment_told.c.platform_id,
            literal("remove", String()),
            func.coalesce(changes.c.reason, LEFT_SEGMENT),
            func.coalesce(changes.c.at, segment_told.c.left_at),
        )
        .select_from(segment_told.outerjoin(changes, gone))
        .where(segment_told.c.segment_id == segment.id, ~_inside(segment, needs_consent=needs_consent))
        .order_by(func.coalesce(changes.c.seq, 0), segment_told.c.platform, segment_told.c.platform_id)
    )
    yield from connection.execute(statement.execution_options(yield_per=2_000))


def part(connection: Connection, segment: Segment, *, needs_consent: bool = True, now: datetime) -> None:
    """Note since when whom its files held is no more in a segment."""
    inside = _inside(segment, needs_consent=needs_consent)
    over = (segment_told.c.segment_id == segment.id, segment_told.c.left_at.is_(None), ~inside)
    connection.execute(update(segment_told).where(*over).values(left_at=now))


def forget_told(connection: Connection, before: datetime) -> int:
    """Forget whom files held: who left the segment before a moment, and of whom the feed knows no more."""
    known = (
        select(literal(1))
        .where(
            changes.c.platform == segment_told.c.platform, changes.c.platform_id == segment_told.c.platform_id
        )
        .correlate(segment_told)
        .exists()
    )
    inside = (
        select(literal(1))
        .where(
            contacts.c.platform == segment_told.c.platform,
            contacts.c.platform_id == segment_told.c.platform_id,
            messaging_contacts.c.contact_id == contacts.c.id,
        )
        .correlate(segment_told)
        .exists()
    )
    over = or_(segment_told.c.left_at < before, and_(~known, ~inside))
    return connection.execute(delete(segment_told).where(over)).rowcount


def _inside(segment: Segment, *, needs_consent: bool) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(
            contacts.c.platform == segment_told.c.platform,
            contacts.c.platform_id == segment_told.c.platform_id,
            *shown(),
            holds(segment, needs_consent=needs_consent),
        )
        .correlate(segment_told)
        .exists()
    )
