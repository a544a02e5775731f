"""Events of webhooks: which endpoint is to be told, and what is on its way.

Each event is made once and sent by one dispatcher at a time, by updates that only one of several can win.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, update

from domain.webhook import State
from store import consumers as readers
from store import exports
from store.tables import consumer_tokens, consumers, recipients, webhook_deliveries, webhooks


class Waiting(NamedTuple):
    """An active endpoint with no event on its way, of which feed and up to which steps it was told."""

    webhook_id: int
    consumer_id: int
    told_at: datetime | None
    epoch: str
    seq: int
    removals: int


class There(NamedTuple):
    """The newest number of what a consumer reads, and whether somebody is shown behind its place."""

    newest: int
    shows: bool


class Due(NamedTuple):
    """An event that is to be sent now, with the sealed secrets that sign it, the newest first."""

    id: int
    webhook_id: int
    url: str
    message_id: str
    made_at: datetime
    due_at: datetime
    tries: int
    failing_since: datetime | None
    sealed: tuple[bytes, ...]


def waiting(connection: Connection, *, told_before: datetime, now: datetime) -> list[Waiting]:
    """Return the endpoints that may be told something, and were last told before a moment."""
    on_its_way = exists().where(
        webhook_deliveries.c.webhook_id == webhooks.c.id, webhook_deliveries.c.dead_at.is_(None)
    )
    statement = (
        select(
            webhooks.c.id,
            webhooks.c.consumer_id,
            webhooks.c.told_at,
            webhooks.c.told_epoch,
            webhooks.c.told_seq,
            webhooks.c.told_removals,
        )
        .join(consumers, consumers.c.id == webhooks.c.consumer_id)
        .join(recipients, recipients.c.id == consumers.c.recipient_id)
        .where(
            *is_told(now),
            or_(webhooks.c.told_at.is_(None), webhooks.c.told_at <= told_before),
            ~on_its_way,
        )
    )
    return [Waiting(*row) for row in connection.execute(statement)]


def has_moved(connection: Connection, waits: Waiting, newest: int, *, halted: bool) -> bool:
    """Tell whether something happened behind the place of an endpoint, be it none of its business.

    While anything is halted a reader is given removals alone, so only they count.
    """
    if halted:
        return waits.removals < newest
    return min(waits.removals, waits.seq) < newest or waits.epoch != exports.epoch(connection)


def look(
    connection: Connection, waits: Waiting, there: There, message_id: str, *, halted: bool, now: datetime
) -> bool:
    """Put an event on its way where its consumer may read more than it acknowledged and was told of.

    `there` is as the transaction finds it that holds the consumer. What concerns it not is passed over.
    Returns whether there is an event; False, too, where another dispatcher was quicker.
    """
    reader = readers.get(connection, waits.consumer_id)
    removals = max(waits.removals, reader.acked_removals)
    tells = readers.behind(connection, reader._replace(acked_removals=removals)).removals > 0
    epoch = exports.epoch(connection)
    told: dict[str, Any] = {"told_removals": there.newest}
    if not halted:
        tells = tells or epoch != waits.epoch or there.shows
        told |= {"told_seq": there.newest, "told_epoch": epoch}
    if tells:
        told["told_at"] = now
    same = (
        webhooks.c.id == waits.webhook_id,
        webhooks.c.told_at.is_not_distinct_from(waits.told_at),
        webhooks.c.state == State.ACTIVE.value,
    )
    if connection.execute(update(webhooks).where(*same).values(**told)).rowcount != 1 or not tells:
        return False
    values = {"webhook_id": waits.webhook_id, "message_id": message_id, "made_at": now, "due_at": now}
    connection.execute(insert(webhook_deliveries).values(**values, tries=0))
    return True


def due(connection: Connection, *, now: datetime, most: int = 100) -> list[Due]:
    """Return what is to be sent now, the oldest first."""
    statement = (
        select(
            webhook_deliveries.c.id,
            webhooks.c.id,
            webhooks.c.url,
            webhook_deliveries.c.message_id,
            webhook_deliveries.c.made_at,
            webhook_deliveries.c.due_at,
            webhook_deliveries.c.tries,
            webhooks.c.failing_since,
            webhooks.c.secret_sealed,
            webhooks.c.former_sealed,
            webhooks.c.former_until,
        )
        .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook_id)
        .join(consumers, consumers.c.id == webhooks.c.consumer_id)
        .join(recipients, recipients.c.id == consumers.c.recipient_id)
        .where(webhook_deliveries.c.dead_at.is_(None), webhook_deliveries.c.due_at <= now, *is_told(now))
        .order_by(webhook_deliveries.c.due_at)
        .limit(most)
    )
    rows = connection.execute(statement).all()
    return [_due(row, now) for row in rows]


def claim(connection: Connection, due: Due, until: datetime) -> Due | None:
    """Take an event, so that nobody else sends it before `until`; None where somebody was quicker."""
    same = (
        webhook_deliveries.c.id == due.id,
        webhook_deliveries.c.due_at == due.due_at,
        webhook_deliveries.c.dead_at.is_(None),
    )
    taken = update(webhook_deliveries).where(*same).values(due_at=until, tries=due.tries + 1)
    if connection.execute(taken).rowcount != 1:
        return None
    return due._replace(due_at=until, tries=due.tries + 1)


def delivered(connection: Connection, due: Due, *, now: datetime) -> None:
    """Note that an endpoint took an event: nothing of it is kept."""
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.id == due.id))
    values = {"delivered_at": now, "failing_since": None}
    connection.execute(update(webhooks).where(webhooks.c.id == due.webhook_id).values(**values))


def failed(connection: Connection, due: Due, error: str, again_at: datetime | None, *, now: datetime) -> None:
    """Note why an event was not taken, and when to try again; never again: it is a dead letter."""
    mine = (webhook_deliveries.c.id == due.id, webhook_deliveries.c.tries == due.tries)
    values = {"error": error[:200], **({"dead_at": now} if again_at is None else {"due_at": again_at})}
    connection.execute(update(webhook_deliveries).where(*mine).values(**values))
    since = (webhooks.c.id == due.webhook_id, webhooks.c.failing_since.is_(None))
    connection.execute(update(webhooks).where(*since).values(failing_since=now))


def is_told(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what must hold of an endpoint, its consumer and its recipient so that it is told anything."""
    token = exists().where(
        consumer_tokens.c.consumer_id == webhooks.c.consumer_id, consumer_tokens.c.ends_at > now
    )
    return (
        webhooks.c.state == State.ACTIVE.value,
        consumers.c.ended_at.is_(None),
        recipients.c.ended_at.is_(None),
        token,
    )


def in_force(
    secret: bytes, former: bytes | None, until: datetime | None, *, now: datetime
) -> tuple[bytes, ...]:
    """Return the sealed secrets that sign now, the newest first."""
    return (secret, former) if former is not None and until is not None and until > now else (secret,)


def _due(row: Sequence[Any], now: datetime) -> Due:
    return Due._make([*row[:8], in_force(row[8], row[9], row[10], now=now)])
