"""Dead letters: events that an endpoint has not taken to the last try."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, select, update

from domain.webhook import WebhookError
from store.tables import webhook_deliveries


class Letter(NamedTuple):
    """A dead letter: an event that was not taken to the last try."""

    id: int
    webhook_id: int
    message_id: str
    made_at: datetime
    tries: int
    dead_at: datetime
    error: str | None


def letter(connection: Connection, number: int) -> Letter:
    """Return a dead letter; raises WebhookError where there is none."""
    row = connection.execute(_letters().where(webhook_deliveries.c.id == number)).first()
    if row is None:
        raise WebhookError("There is no such dead letter any more.")
    return Letter(*row)


def letters(connection: Connection, webhook_id: int) -> tuple[Letter, ...]:
    """Return the dead letters of an endpoint, the newest first."""
    mine = _letters().where(webhook_deliveries.c.webhook_id == webhook_id)
    rows = connection.execute(mine.order_by(webhook_deliveries.c.id.desc()))
    return tuple(Letter(*row) for row in rows)


def replay(connection: Connection, number: int, *, now: datetime) -> None:
    """Put a dead letter on its way once more, from the first try; its id stays, so twice is once."""
    again = {"dead_at": None, "due_at": now, "tries": 0, "error": None}
    connection.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == number).values(**again))


def drop(connection: Connection, number: int) -> None:
    """Forget a dead letter."""
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.id == number))


def expire(connection: Connection, before: datetime) -> int:
    """Forget the letters that died before a moment; returns how many."""
    return connection.execute(
        delete(webhook_deliveries).where(webhook_deliveries.c.dead_at < before)
    ).rowcount


def _letters() -> Select[*tuple[Any, ...]]:
    each = webhook_deliveries.c
    columns = (each.id, each.webhook_id, each.message_id, each.made_at, each.tries, each.dead_at, each.error)
    return select(*columns).where(each.dead_at.is_not(None))
