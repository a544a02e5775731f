"""What needs somebody today, read in few and small statements."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from store.tables import accounts, failures, notices, withheld


class Waiting(NamedTuple):
    """What waits for a person."""

    #: Accounts that are paused: name and why.
    paused: list[tuple[str, str]]
    open_failures: int
    notices_overdue: int
    #: Notices that fall due within a week.
    notices_due: int
    #: People in doubt, who are out of messaging until somebody decides.
    withheld: int


def waiting(connection: Connection, *, now: datetime, soon: datetime) -> Waiting:
    """Count what waits; `soon` bounds what is told ahead."""
    paused = connection.execute(
        select(accounts.c.name, accounts.c.paused_reason)
        .where(accounts.c.paused_reason.is_not(None))
        .order_by(accounts.c.name)
    ).all()
    failed = select(func.count()).select_from(failures).where(failures.c.state == "open")
    overdue = connection.scalar(_untold(now)) or 0
    return Waiting(
        paused=[(name, why) for name, why in paused],
        open_failures=connection.scalar(failed) or 0,
        notices_overdue=overdue,
        notices_due=(connection.scalar(_untold(soon)) or 0) - overdue,
        withheld=connection.scalar(select(func.count()).select_from(withheld)) or 0,
    )


def _untold(before: datetime) -> Select[int]:
    """Return the statement that counts those who must be told before a moment."""
    return (
        select(func.count())
        .select_from(notices)
        .where(notices.c.given_at.is_(None), notices.c.due_at < before)
    )
