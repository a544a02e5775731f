"""Whose turn it is: pages that may be claimed, and pages that wait for a limit."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from store import outbox
from store.outbox import Wake
from store.tables import harvest_runs


def free(run_id: int, fence: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what must hold of a run whose page may be claimed."""
    return (
        harvest_runs.c.id == run_id,
        harvest_runs.c.fence == fence,
        harvest_runs.c.state == "running",
        harvest_runs.c.due_at <= now,
        or_(harvest_runs.c.claimed_by.is_(None), harvest_runs.c.claimed_until < now),
    )


def peek(connection: Connection, run_id: int, fence: int, *, now: datetime) -> tuple[int, str, str] | None:
    """Return (account id, stream, platform) of a page that may be claimed now, None where it may not."""
    row = connection.execute(
        select(harvest_runs.c.account_id, harvest_runs.c.stream, harvest_runs.c.platform).where(
            *free(run_id, fence, now)
        )
    ).first()
    return (row.account_id, row.stream, row.platform) if row else None


def defer(connection: Connection, wake: Wake, until: datetime, reason: str, *, now: datetime) -> None:
    """Let a page that nobody holds wait for a limit; no request was made."""
    deferred = connection.execute(
        update(harvest_runs)
        .where(*free(wake.subject_id, wake.fence, now))
        .values(due_at=until, waiting_for=reason)
    )
    if deferred.rowcount:
        outbox.put(connection, wake, due_at=until)


def busy(connection: Connection, account_id: int, *, now: datetime) -> int:
    """Count the pages of an account that workers hold now."""
    held = select(func.count()).where(
        harvest_runs.c.account_id == account_id,
        harvest_runs.c.claimed_by.is_not(None),
        harvest_runs.c.claimed_until > now,
    )
    return connection.scalar(held) or 0
