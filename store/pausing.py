"""Queues that an operator holds back: nothing is sent to them, and what was sent is laid aside."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from store.sets import put
from store.tables import paused_queues


def pause(connection: Connection, queue: str, by: str, *, now: datetime) -> None:
    """Hold a queue back."""
    put(connection, paused_queues, {"queue": queue, "by": by, "at": now})


def resume(connection: Connection, queue: str) -> bool:
    """Let a queue go on; False where it was not held back."""
    return connection.execute(delete(paused_queues).where(paused_queues.c.queue == queue)).rowcount == 1


def paused(connection: Connection) -> Mapping[str, tuple[str, datetime]]:
    """Return the queues that are held back, each with who does and since when."""
    return {row.queue: (row.by, row.at) for row in connection.execute(select(paused_queues))}
