"""Webhooks: the endpoints of consumers, their secrets and how they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from domain.webhook import ENDED, State, Webhook, WebhookError
from store import exports
from store.tables import consumers, recipients, webhook_deliveries, webhooks
from store.webhook_events import in_force
from store.webhook_letters import Letter, letters

_COLUMNS = (
    webhooks.c.id,
    webhooks.c.consumer_id,
    webhooks.c.url,
    webhooks.c.state,
    webhooks.c.created_at,
    webhooks.c.told_at,
    webhooks.c.delivered_at,
    webhooks.c.failing_since,
)


class Pending(NamedTuple):
    """An event on its way: how often it was tried, when it is next, and why the last try failed."""

    tries: int
    due_at: datetime
    error: str | None


class Listed(NamedTuple):
    """An endpoint with whose it is, the event on its way to it, and its dead letters."""

    webhook: Webhook
    consumer: str
    recipient: str
    pending: Pending | None
    letters: tuple[Letter, ...]


def add(connection: Connection, consumer_id: int, url: str, sealed: bytes, *, now: datetime) -> Webhook:
    """Add an endpoint; it is told of what its consumer has not acknowledged."""
    values = {"consumer_id": consumer_id, "url": url, "secret_sealed": sealed, "state": State.ACTIVE.value}
    epoch = exports.epoch(connection)
    added = insert(webhooks).values(**values, created_at=now, told_epoch=epoch).returning(webhooks.c.id)
    number = connection.execute(added).scalar_one()
    return Webhook(number, consumer_id, url, State.ACTIVE, now)


def count(connection: Connection, consumer_id: int) -> int:
    """Count the endpoints of a consumer."""
    statement = select(func.count()).where(webhooks.c.consumer_id == consumer_id)
    return connection.execute(statement).scalar_one()


def any_active(connection: Connection) -> bool:
    """Tell whether anybody is to be told anything."""
    statement = select(webhooks.c.id).where(webhooks.c.state == State.ACTIVE.value).limit(1)
    return connection.scalar(statement) is not None


def get(connection: Connection, number: int) -> Webhook:
    """Return an endpoint; raises WebhookError where there is none."""
    row = connection.execute(select(*_COLUMNS).where(webhooks.c.id == number)).first()
    if row is None:
        raise WebhookError("There is no such webhook any more.")
    return _webhook(row)


def every(connection: Connection, consumer_id: int | None = None) -> list[Listed]:
    """Return the endpoints of all consumers, or of one, by the consumer's name."""
    statement = (
        select(*_COLUMNS, consumers.c.name, recipients.c.name)
        .join(consumers, consumers.c.id == webhooks.c.consumer_id)
        .join(recipients, recipients.c.id == consumers.c.recipient_id)
        .order_by(consumers.c.name, webhooks.c.id)
    )
    if consumer_id is not None:
        statement = statement.where(webhooks.c.consumer_id == consumer_id)
    return [_listed(connection, row) for row in connection.execute(statement).all()]


def ended(connection: Connection) -> Sequence[tuple[int, str, str, str]]:
    """Return the endpoints that ended by themselves: id, consumer, recipient, state."""
    statement = (
        select(webhooks.c.id, consumers.c.name, recipients.c.name, webhooks.c.state)
        .join(consumers, consumers.c.id == webhooks.c.consumer_id)
        .join(recipients, recipients.c.id == consumers.c.recipient_id)
        .where(webhooks.c.state.in_([each.value for each in ENDED]))
    )
    return [tuple(row) for row in connection.execute(statement)]


def secrets_of(connection: Connection, number: int, *, now: datetime) -> tuple[bytes, ...]:
    """Return the sealed secrets that sign for an endpoint now, the newest first."""
    columns = (webhooks.c.secret_sealed, webhooks.c.former_sealed, webhooks.c.former_until)
    row = connection.execute(select(*columns).where(webhooks.c.id == number)).one()
    return in_force(*row, now=now)


def rotate(connection: Connection, number: int, sealed: bytes, until: datetime | None) -> None:
    """Let a new secret sign, and the one before beside it until a moment, where one is given."""
    former = {"former_sealed": webhooks.c.secret_sealed if until else None, "former_until": until}
    values = {"secret_sealed": sealed, **former}
    connection.execute(update(webhooks).where(webhooks.c.id == number).values(**values))


def set_state(connection: Connection, number: int, state: State, *, now: datetime) -> None:
    """Change how an endpoint stands; what is on its way to one that is told no more becomes a dead letter."""
    values: dict[str, Any] = {"state": state.value}
    if state is State.ACTIVE:
        values["failing_since"] = None
    connection.execute(update(webhooks).where(webhooks.c.id == number).values(**values))
    if state in ENDED:
        alive = (webhook_deliveries.c.webhook_id == number, webhook_deliveries.c.dead_at.is_(None))
        connection.execute(update(webhook_deliveries).where(*alive).values(dead_at=now))


def remove(connection: Connection, number: int) -> None:
    """Forget an endpoint with all that was for it."""
    connection.execute(delete(webhooks).where(webhooks.c.id == number))


def _listed(connection: Connection, row: Sequence[Any]) -> Listed:
    each, (consumer, recipient) = _webhook(row[:-2]), row[-2:]
    mine = webhook_deliveries.c.webhook_id == each.id
    on_its_way = (
        select(webhook_deliveries.c.tries, webhook_deliveries.c.due_at, webhook_deliveries.c.error)
        .where(mine, webhook_deliveries.c.dead_at.is_(None))
        .order_by(webhook_deliveries.c.due_at)
        .limit(1)
    )
    pending = connection.execute(on_its_way).first()
    on_way = Pending(*pending) if pending else None
    return Listed(each, consumer, recipient, on_way, letters(connection, each.id))


def _webhook(row: Sequence[Any]) -> Webhook:
    number, consumer_id, url, state, *rest = row
    return Webhook(number, consumer_id, url, State(state), *rest)
