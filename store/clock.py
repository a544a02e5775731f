"""A clock that was put back: what lies in its future now, because it was ahead, is brought back to now."""

from datetime import datetime

from sqlalchemy import Connection, Table, update

from store import renewals, runs
from store.tables import accounts, harvest_runs, jobs, outbox, workers

#: What is due at a moment, and what is held until one, for how long at most.
_DUE: tuple[Table, ...] = (harvest_runs, jobs, outbox)
_HELD = (
    (harvest_runs, "claimed_until", runs.LEASE),
    (jobs, "claimed_until", runs.LEASE),
    (accounts, "renewing_until", renewals.LEASE),
)


def put_back(connection: Connection, *, now: datetime) -> None:
    """Make due whatever waits, hold nothing longer than a lease, and take all signs of life for fresh.

    What must wait for a platform or for a budget is asked once, learns so, and waits by the clock as it is.
    """
    for table in _DUE:
        connection.execute(update(table).where(table.c.due_at > now).values(due_at=now))
    connection.execute(update(outbox).values(sent_at=None))
    for table, name, lease in _HELD:
        connection.execute(update(table).where(table.c[name] > now + lease).values({name: now + lease}))
    connection.execute(update(workers).where(workers.c.seen_at > now).values(seen_at=now))
