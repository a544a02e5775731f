"""The outbox: what must be sent to a queue, written with the state that makes it due."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, or_, select, update

from store import sets
from store.tables import outbox


class Wake(NamedTuple):
    """One message: which subject to go on with, at which fence, on which queue."""

    kind: str
    subject_id: int
    fence: int
    queue: str


def put(connection: Connection, wake: Wake, *, due_at: datetime, sent_at: datetime | None = None) -> None:
    """Write that `wake` is due; a subject has one entry, the newest fence wins.

    `sent_at` is given by a worker that sends the message itself right after its commit.
    """
    sets.put(connection, outbox, {**wake._asdict(), "due_at": due_at, "sent_at": sent_at})


def drop(connection: Connection, kind: str, subject_id: int) -> None:
    """Take a subject out: it has ended."""
    connection.execute(delete(outbox).where(outbox.c.kind == kind, outbox.c.subject_id == subject_id))


def due(
    connection: Connection,
    *,
    now: datetime,
    resend_after: timedelta,
    count: int,
    without: Collection[str] = (),
) -> Sequence[Wake]:
    """Return what is due and was not sent, or was sent so long ago that it may be lost; oldest first.

    What belongs to the queues `without` is left out.
    """
    found = connection.execute(
        select(outbox.c.kind, outbox.c.subject_id, outbox.c.fence, outbox.c.queue)
        .where(
            outbox.c.due_at <= now,
            or_(outbox.c.sent_at.is_(None), outbox.c.sent_at < now - resend_after),
            outbox.c.queue.not_in(without),
        )
        .order_by(outbox.c.due_at)
        .limit(count)
    )
    return [Wake(*each) for each in found]


def claim(connection: Connection, wake: Wake, *, now: datetime, resend_after: timedelta) -> bool:
    """Mark as sent; False where another dispatcher was quicker or the subject has moved on."""
    claimed = connection.execute(
        update(outbox)
        .where(
            outbox.c.kind == wake.kind,
            outbox.c.subject_id == wake.subject_id,
            outbox.c.fence == wake.fence,
            or_(outbox.c.sent_at.is_(None), outbox.c.sent_at < now - resend_after),
        )
        .values(sent_at=now)
    )
    return claimed.rowcount == 1


def unsend(connection: Connection, wake: Wake) -> None:
    """Mark a message as not sent: the queue did not take it."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.kind == wake.kind,
            outbox.c.subject_id == wake.subject_id,
            outbox.c.fence == wake.fence,
        )
        .values(sent_at=None)
    )


def unsend_all(connection: Connection) -> None:
    """Mark every message as not sent: the queue has forgotten them."""
    connection.execute(update(outbox).values(sent_at=None))
