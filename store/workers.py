"""Signs of life of the processes, and what dead ones held."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from store.tables import harvest_runs, jobs, outbox, workers


def sign(connection: Connection, values: dict[str, object], *, now: datetime) -> None:
    """Write a sign of life of the process `values["id"]`."""
    seen = connection.execute(update(workers).where(workers.c.id == values["id"]).values(seen_at=now))
    if not seen.rowcount:
        connection.execute(insert(workers).values(**values, started_at=now, seen_at=now))


def every(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return all processes that signed and were not taken off."""
    return connection.execute(select(workers).order_by(workers.c.started_at)).all()


def bury(connection: Connection, ids: Iterable[str], *, died: bool) -> None:
    """Take processes off the list and make what they held due again, at once.

    `died` tells processes that ended amid their work from those that said goodbye: pages remember it.
    """
    gone = list(ids)
    free = {"claimed_by": None, "claimed_until": None}
    held_pages = update(harvest_runs).where(harvest_runs.c.claimed_by.in_(gone))
    connection.execute(held_pages.values(**free, deaths=harvest_runs.c.deaths + int(died)))
    connection.execute(update(jobs).where(jobs.c.claimed_by.in_(gone)).values(**free))
    # What they had fetched and not begun is in nobody's hands: a message too many is a no-op.
    connection.execute(update(outbox).values(sent_at=None))
    connection.execute(delete(workers).where(workers.c.id.in_(gone)))
