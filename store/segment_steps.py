"""Steps of a segment: the feed of each consumer that is bound to one, in numbers of its own.

A row is the newest step of a contact for one consumer. Steps are reckoned from what the segment holds and
what the consumer knows, so that neither their numbers nor their order tell of anybody outside it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
)

from domain.segment import Segment
from store.feed_rows import FeedRow, ShownRow, read_shown, shown_rows
from store.segments import holds, shown
from store.sets import as_parameter, rows_of, run
from store.tables import (
    consumers,
    contacts,
    received,
    segment_steps,
)

_HERE = segment_steps.c
SAME = and_(_HERE.platform_id == contacts.c.platform_id, _HERE.platform == contacts.c.platform)


class Bound(NamedTuple):
    """A consumer that is bound to a segment, and whether consent to targeting is needed there."""

    consumer_id: int
    segment: Segment
    needs_consent: bool


def newest(connection: Connection, consumer_id: int) -> int:
    """Return the consumer's own newest number."""
    return connection.scalar(select(consumers.c.own_seq).where(consumers.c.id == consumer_id)) or 0


def steps_between(
    connection: Connection, consumer_id: int, after: int, upto: int, size: int | None, op: str | None = None
) -> Sequence[FeedRow]:
    """Read steps behind `after` up to `upto`, as rows of `changes` are."""
    columns = (_HERE.seq, _HERE.platform, _HERE.platform_id, _HERE.op, _HERE.reason, _HERE.at)
    statement = select(*columns).where(_HERE.consumer_id == consumer_id, _HERE.seq > after, _HERE.seq <= upto)
    if op is not None:
        statement = statement.where(_HERE.op == op)
    return connection.execute(statement.order_by(_HERE.seq).limit(size)).all()


def rows_between(
    connection: Connection,
    bound: Bound,
    after: int,
    upto: int,
    size: int | None = None,
    *,
    given_at: datetime | None = None,
) -> Sequence[ShownRow]:
    """Read whom the segment holds of those whose step lies behind `after`, up to `upto`, `size` at most.

    Rows as `store.feed_rows.rows` has, with the consumer's own numbers. Of whoever is no more in it as this
    is read, it is asked anew when steps are reckoned next.
    """
    read: list[ShownRow] = []
    while size is None or len(read) < size:
        left = size - len(read) if size is not None else None
        steps = steps_between(connection, bound.consumer_id, after, upto, left, "upsert")
        if not steps:
            break
        placed = (_HERE.seq >= steps[0].seq, _HERE.seq <= steps[-1].seq)
        found = read_shown(connection, _rows(connection, bound, given_at).where(*placed))
        there = {(row[0], row[1]) for row in found}
        told = [(each.platform, each.platform_id) for each in steps]
        _doubt(connection, bound, [each for each in told if each not in there])
        read += found
        after = steps[-1].seq
        if size is None:
            break
    return read


def row_of(
    connection: Connection,
    bound: Bound,
    platform: str,
    platform_id: str,
    *,
    given_at: datetime | None = None,
) -> ShownRow | None:
    """Read the one of the rows that is this contact's; None where it is not in the segment."""
    of_key = (contacts.c.platform == platform, contacts.c.platform_id == platform_id)
    found = read_shown(connection, _rows(connection, bound, given_at).where(*of_key))
    return next(iter(found), None)


def knows(connection: Connection, bound: Bound, platform: str, platform_id: str) -> bool:
    """Tell whether a contact is in the segment now, or was shown to the consumer."""
    of_key = (contacts.c.platform == platform, contacts.c.platform_id == platform_id)
    inside = select(contacts.c.id).where(
        *of_key, *shown(), holds(bound.segment, needs_consent=bound.needs_consent)
    )
    was_shown = select(received.c.consumer_id).where(
        received.c.consumer_id == bound.consumer_id,
        received.c.platform_id == platform_id,
        received.c.platform == platform,
    )
    return connection.scalar(select(or_(inside.exists(), was_shown.exists()))) is True


def count(connection: Connection, consumer_id: int) -> int:
    """Count whom a consumer is or will be told of as being in its segment."""
    statement = select(func.count()).select_from(segment_steps)
    return connection.scalar(statement.where(_HERE.consumer_id == consumer_id, _HERE.op == "upsert")) or 0


def forget(connection: Connection, before: datetime) -> int:
    """Forget removals of before a moment, and that their consumers were shown whom they tell of."""
    over = and_(_HERE.op == "remove", _HERE.at < before)
    keys = select(_HERE.consumer_id, _HERE.platform_id, _HERE.platform).where(over)
    of_key = tuple_(received.c.consumer_id, received.c.platform_id, received.c.platform)
    connection.execute(delete(received).where(of_key.in_(keys)))
    return connection.execute(delete(segment_steps).where(over)).rowcount


def _rows(connection: Connection, bound: Bound, given_at: datetime | None) -> Select[*tuple[Any, ...]]:
    """Read whom the segment holds now and the consumer has a step of."""
    mine = and_(_HERE.consumer_id == bound.consumer_id, _HERE.op == "upsert", SAME)
    inside = holds(bound.segment, needs_consent=bound.needs_consent)
    return shown_rows(connection, given_at, _HERE.seq).where(mine, inside)


def _doubt(connection: Connection, bound: Bound, keys: Iterable[tuple[str, str]]) -> None:
    """Let it be asked anew of contacts that were not there as a page was read, in which they were to be."""
    rows = [[*each] for each in keys]
    if rows:
        run(
            connection,
            "UPDATE segment_steps SET shown_seq = 0 WHERE consumer_id = :id AND (platform, platform_id) IN "
            f"(SELECT platform, platform_id FROM {rows_of(connection, _KEY)} AS r)",
            id=bound.consumer_id,
            rows=as_parameter(rows),
        )


_KEY = {"platform": "text", "platform_id": "text"}
