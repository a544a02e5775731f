"""Reckoning: the steps of consumers bound to a segment, by what that holds and what each of them knows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from store.segment_steps import SAME, Bound
from store.segment_told import LEFT_SEGMENT
from store.segments import holds, shown
from store.tables import (
    Moment,
    admissions,
    changes,
    consumers,
    contacts,
    feed_state,
    messaging_contacts,
    received,
    segment_steps,
)

#: How often it is asked of everybody who is in a segment; in between, of those whom the feed tells of.
WHOLE_EVERY = timedelta(minutes=10)
#: So many contacts are asked about by name at most.
MOST_NAMED = 2_000
#: Reasons that are told also of whoever had left the segment before: they ask for more than a removal.
TOLD_AGAIN = ("erased", "objected", "platform_gone")
#: Why a contact is told: it is in the segment, new or changed.
INSIDE = "inside"

Keys: TypeAlias = Sequence[tuple[str, str]]

_HERE = segment_steps.c


class _State(NamedTuple):
    own_seq: int
    looked_seq: int
    looked_at: datetime | None


def is_due(connection: Connection, consumer_id: int, *, now: datetime) -> bool:
    """Tell whether steps of a consumer are to be reckoned: the feed has moved, or it is time to."""
    state = _state(connection, consumer_id)
    return _is_whole(state, now) or _feed(connection) != state.looked_seq


def reckon(
    connection: Connection,
    bound: Bound,
    *,
    now: datetime,
    whole: bool = False,
    only: tuple[str, str] | None = None,
) -> None:
    """Bring the steps of a consumer up to date, of one contact alone (platform, platform id) with `only`.

    Whoever holds the consumer may. With `whole` everybody is asked about.
    """
    state, at = _state(connection, bound.consumer_id), _feed(connection)
    whole = whole or _is_whole(state, now) or at < state.looked_seq
    if only is None and not whole and at == state.looked_seq:
        return
    among: Keys | None = None
    if only is not None:
        among = [only]
    elif not whole:
        among = _told_since(connection, state.looked_seq)
        whole = among is None
    own = state.own_seq
    _drop_untold(connection, bound, among)
    own += _write(connection, _leaving(bound, own, among, now))
    own += _write(connection, _coming(bound, own, among, now))
    looked = {"looked_seq": at, **({"looked_at": now} if whole else {})} if only is None else {}
    values = {"own_seq": own, **looked}
    connection.execute(update(consumers).where(consumers.c.id == bound.consumer_id).values(**values))


def _state(connection: Connection, consumer_id: int) -> _State:
    columns = (consumers.c.own_seq, consumers.c.looked_seq, consumers.c.looked_at)
    return _State(*connection.execute(select(*columns).where(consumers.c.id == consumer_id)).one())


def _is_whole(state: _State, now: datetime) -> bool:
    return state.looked_at is None or not timedelta(0) <= now - state.looked_at < WHOLE_EVERY


def _feed(connection: Connection) -> int:
    return connection.scalar(select(feed_state.c.seq)) or 0


def _inside(bound: Bound) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(SAME, *shown(), holds(bound.segment, needs_consent=bound.needs_consent))
        .correlate(segment_steps)
        .exists()
    )


def _was_shown() -> ColumnElement[bool]:
    same = (
        received.c.consumer_id == _HERE.consumer_id,
        received.c.platform_id == _HERE.platform_id,
        received.c.platform == _HERE.platform,
    )
    return select(literal(1)).where(*same).correlate(segment_steps).exists()


def _mine(bound: Bound, among: Keys | None) -> ColumnElement[bool]:
    mine = _HERE.consumer_id == bound.consumer_id
    return mine if among is None else and_(mine, *_named(segment_steps, among))


def _told_since(connection: Connection, seq: int) -> Keys | None:
    """Read of whom the feed has told behind a step; None where they are so many that all are asked about."""
    statement = select(changes.c.platform, changes.c.platform_id).where(changes.c.seq > seq)
    found = connection.execute(statement.limit(MOST_NAMED + 1)).all()
    return None if len(found) > MOST_NAMED else [(each[0], each[1]) for each in found]


def _named(table: Table, keys: Keys) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a row is of one of these contacts, or of another by chance, which may be."""
    platforms, ids = sorted({each[0] for each in keys}), sorted({each[1] for each in keys})
    return table.c.platform.in_(platforms), table.c.platform_id.in_(ids)


def _drop_untold(connection: Connection, bound: Bound, among: Keys | None) -> None:
    """Drop who left before the consumer was shown them: it never learns of them."""
    over = (_mine(bound, among), _HERE.op == "upsert", ~_inside(bound), ~_was_shown())
    connection.execute(delete(segment_steps).where(*over))


def _leaving(bound: Bound, own: int, among: Keys | None, now: datetime) -> Select[*tuple[Any, ...]]:
    """Read whom the consumer was shown and who is no more in the segment, or asks for more than that."""
    step = (
        select(func.max(changes.c.seq))
        .where(changes.c.platform == _HERE.platform, changes.c.platform_id == _HERE.platform_id)
        .correlate(segment_steps)
        .scalar_subquery()
    )
    gone = and_(changes.c.seq == step, changes.c.op == "remove")
    graver = and_(
        _HERE.op == "remove",
        changes.c.seq > _HERE.shown_seq,
        changes.c.reason.in_(TOLD_AGAIN),
        changes.c.reason != _HERE.reason,
    )
    return (
        select(
            literal(bound.consumer_id, BigInteger()),
            _HERE.platform_id,
            _HERE.platform,
            own + func.row_number().over(order_by=_HERE.seq),
            literal("remove", String()),
            func.coalesce(changes.c.reason, LEFT_SEGMENT),
            literal(now, Moment()),
            func.coalesce(changes.c.seq, _HERE.shown_seq),
        )
        .select_from(segment_steps.outerjoin(changes, gone))
        .where(_mine(bound, among), _was_shown(), or_(and_(_HERE.op == "upsert", ~_inside(bound)), graver))
    )


def _coming(bound: Bound, own: int, among: Keys | None, now: datetime) -> Select[*tuple[Any, ...]]:
    """Read who is in the segment and new to the consumer, or has changed since it was told."""
    place = messaging_contacts.c.seq
    mine = and_(_HERE.consumer_id == bound.consumer_id, SAME)
    statement = (
        select(
            literal(bound.consumer_id, BigInteger()),
            contacts.c.platform_id,
            contacts.c.platform,
            own + func.row_number().over(order_by=place),
            literal("upsert", String()),
            literal(INSIDE, String()),
            literal(now, Moment()),
            place,
        )
        .select_from(
            contacts.join(messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id)
            .join(admissions, admissions.c.contact_id == contacts.c.id)
            .outerjoin(segment_steps, mine)
        )
        .where(
            *shown(),
            holds(bound.segment, needs_consent=bound.needs_consent),
            or_(_HERE.seq.is_(None), _HERE.op == "remove", _HERE.shown_seq < place),
        )
    )
    return statement if among is None else statement.where(*_named(contacts, among))


def _write(connection: Connection, steps: Select[*tuple[Any, ...]]) -> int:
    """Write steps in place of former ones; returns how many there are."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    names = ("consumer_id", "platform_id", "platform", "seq", "op", "reason", "at", "shown_seq")
    statement = insert(segment_steps).from_select([*names], steps)
    written = statement.on_conflict_do_update(
        index_elements=[*names[:3]], set_={name: statement.excluded[name] for name in names[3:]}
    )
    done = connection.execute(written, execution_options={"preserve_rowcount": True})
    return done.rowcount
