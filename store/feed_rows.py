"""Rows of the feed: the contacts that its readers are shown, and what the records of these hold."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select

from store import given
from store.given import Proofs
from store.json_rows import read, stream, told
from store.tables import admissions, changes, contacts, decisions, messaging_contacts, topic_holders

#: A step of the feed: a row of `changes`.
FeedRow: TypeAlias = Row[*tuple[Any, ...]]
#: A row of the messaging store (see `rows`).
ShownRow: TypeAlias = Sequence[Any]

#: Where a row has since when its contact is regular, and its number; what it gave stands behind these.
_SINCE, _SEQ, _GIVEN = 5, 6, 12
#: Rows that are read at once.
AT_ONCE = 2_000
_BY_KEYS = {"enable_hashjoin": "off", "enable_mergejoin": "off", "max_parallel_workers_per_gather": "0"}


def rows(
    connection: Connection,
    after: int = 0,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
    proofs: Proofs | None = None,
) -> Iterator[ShownRow]:
    """Read whom the gates last admitted, in the order of the feed, with each contact's newest decision.

    A row is platform, platform id, handle, display name, label, regular since, seq, policy, kind, the topics
    that the feed knows of, as one JSON array of (topic, strength), None where there are none, the channels
    that are open as one JSON array, and what hinders on each of the others as one JSON object. `after` leaves
    out whoever has not moved since a step of the feed, `among` whoever does not meet a condition on
    `contacts`. With `given_at` (now) the columns of `store.given` follow, and `proofs` is told of each row's.

    The transaction must see one state from the first row to the last.
    """
    return chain.from_iterable(batches(connection, after, among, given_at=given_at, proofs=proofs))


def batches(
    connection: Connection,
    after: int = 0,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
    proofs: Proofs | None = None,
) -> Iterator[Sequence[ShownRow]]:
    """Read `rows`, some at once; while the database is at it the interpreter is free."""
    shown = shown_rows(connection, given_at, proofs=proofs)
    place = messaging_contacts.c.seq
    ordered = (shown if among is None else shown.where(among)).order_by(place)
    # Whom the feed has not shown yet has no number.
    if connection.dialect.name != "sqlite":
        # One statement: asked for a few, the server would join all of them each time.
        for part in stream(connection, ordered.where(place > after), AT_ONCE):
            yield _complete(part, proofs)
        return
    while part := read(connection, ordered.where(place > after).limit(AT_ONCE)):
        yield _complete(part, proofs)
        if len(part) < AT_ONCE:
            break
        after = part[-1][_SEQ]


def rows_between(
    connection: Connection,
    after: int,
    upto: int,
    size: int | None = None,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
) -> Sequence[ShownRow]:
    """Read those of `rows` whose step lies behind `after`, up to `upto`, `size` of them at most."""
    look_up_each(connection)
    place = messaging_contacts.c.seq
    shown = shown_rows(connection, given_at)
    if size is None or among is not None:
        statement = shown.where(place > after, place <= upto).order_by(place).limit(size)
        return read_shown(connection, statement if among is None else statement.where(among))
    found: list[ShownRow] = []
    while after < upto and len(found) < size:
        # PostgreSQL joins only what it needs where it is told where to end.
        few = select(place).where(place > after, place <= upto).order_by(place)
        last = connection.scalar(few.offset(size - len(found) - 1).limit(1)) or upto
        found += read_shown(connection, shown.where(place > after, place <= last))
        after = last
    return found


def ends(connection: Connection, size: int) -> Sequence[int]:
    """Return the numbers at which parts of `rows` end, each of `size` who have a number at most."""
    place = messaging_contacts.c.seq
    nth = func.row_number().over(order_by=place)
    ordered = select(place, nth.label("nth")).where(place.is_not(None)).subquery()
    found = connection.scalars(select(ordered.c.seq).where(ordered.c.nth % size == 0))
    last = connection.scalar(select(func.max(place)))
    return sorted({*found, *([last] if last else ())})


def look_up_each(connection: Connection) -> None:
    """Let the contacts of a part be looked up by their keys, to the end of the transaction.

    PostgreSQL would read whole tables, with help of its own, to join the thousand of a part: among 300,000
    that took 68 ms, and by keys 23.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(*(func.set_config(name, value, True) for name, value in _BY_KEYS.items())))


def part(
    connection: Connection, after: int, upto: int, *, given_at: datetime, proofs: Proofs
) -> Sequence[ShownRow]:
    """Read those of `rows` whose number lies behind `after`, up to `upto`, at once."""
    place = messaging_contacts.c.seq
    statement = shown_rows(connection, given_at, proofs=proofs).where(place > after, place <= upto)
    return _complete(read(connection, statement), proofs)


def count(connection: Connection) -> int:
    """Count whom the feed shows."""
    numbered = messaging_contacts.c.seq.is_not(None)
    return connection.scalar(select(func.count()).select_from(messaging_contacts).where(numbered)) or 0


def row_of(
    connection: Connection,
    platform: str,
    platform_id: str,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
) -> ShownRow | None:
    """Read the one of `rows` that is this contact's; None where the feed does not show it."""
    of_key = (contacts.c.platform == platform, contacts.c.platform_id == platform_id)
    shown = shown_rows(connection, given_at)
    found = shown.where(*of_key, messaging_contacts.c.seq.is_not(None))
    return next(iter(read_shown(connection, found if among is None else found.where(among))), None)


def read_shown(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Sequence[ShownRow]:
    """Read the rows of a statement of `shown_rows`, in the order of their numbers."""
    return _complete(read(connection, statement), None)


def _complete(part: list[list[Any]], proofs: Proofs | None) -> Sequence[ShownRow]:
    part.sort(key=_number)
    for row in part:
        row[_SINCE] = told(row[_SINCE])
        if len(row) > _GIVEN:
            row[-1] = given.confirmed(row[-1], proofs)
    return part


def _number(row: ShownRow) -> int:
    return int(row[_SEQ])


def shown_rows(
    connection: Connection,
    given_at: datetime | None,
    place: ColumnElement[int] | None = None,
    *,
    proofs: Proofs | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the statement of `rows`, with another number in place of the feed's where one is given.

    It is read by `read_shown`.
    """
    newest = (
        select(func.max(decisions.c.id))
        .where(decisions.c.contact_id == contacts.c.id)
        .correlate(contacts)
        .scalar_subquery()
    )
    return (
        select(
            contacts.c.platform,
            contacts.c.platform_id,
            contacts.c.handle,
            contacts.c.display_name,
            contacts.c.label,
            contacts.c.regular_since,
            messaging_contacts.c.seq if place is None else place,
            decisions.c.policy,
            decisions.c.kind,
            topic_holders.c.told,
            admissions.c.addressable,
            admissions.c.hindrances,
            *(given.columns(connection, now=given_at, proofs=proofs) if given_at else ()),
        )
        .select_from(messaging_contacts)
        .join(contacts, contacts.c.id == messaging_contacts.c.contact_id)
        .join(admissions, admissions.c.contact_id == messaging_contacts.c.contact_id)
        .outerjoin(topic_holders, topic_holders.c.contact_id == contacts.c.id)
        .join(decisions, decisions.c.id == newest)
        .where(admissions.c.refusal.is_(None))
    )


def steps_between(
    connection: Connection, after: int, upto: int, size: int, *, removals: bool = False
) -> Sequence[FeedRow]:
    """Read steps of the feed (rows of `changes`), or the removals among them, behind `after` up to `upto`."""
    statement = select(changes).where(changes.c.seq > after, changes.c.seq <= upto)
    if removals:
        statement = statement.where(changes.c.op == literal_column("'remove'"))
    return connection.execute(statement.order_by(changes.c.seq).limit(size)).all()


def tombstones(connection: Connection, after: int = 0) -> Iterator[FeedRow]:
    """Read the newest removal of each contact that `rows` does not show, in the order of the feed."""
    latest = (
        select(func.max(changes.c.seq).label("seq"))
        .where(changes.c.op == "remove")
        .group_by(changes.c.platform, changes.c.platform_id)
        .subquery()
    )
    shown = (
        select(contacts.c.id)
        .join(admissions, admissions.c.contact_id == contacts.c.id)
        .where(
            admissions.c.refusal.is_(None),
            contacts.c.platform == changes.c.platform,
            contacts.c.platform_id == changes.c.platform_id,
        )
        .exists()
    )
    statement = (
        select(changes)
        .join(latest, latest.c.seq == changes.c.seq)
        .where(~shown, changes.c.seq > after)
        .order_by(changes.c.seq)
    )
    yield from connection.execution_options(yield_per=2_000).execute(statement)
