"""What needs somebody today, read in few and small statements."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from domain.counting import MOST_COUNTED, counted
from store.tables import accounts, failures, notices, withheld


class Waiting(NamedTuple):
    """What waits for a person; counts are `AtLeast` where there are more than anybody takes in."""

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
    untold = (notices.c.given_at.is_(None), notices.c.due_at < now)
    ahead = (notices.c.given_at.is_(None), notices.c.due_at >= now, notices.c.due_at < soon)
    return Waiting(
        paused=[(name, why) for name, why in paused],
        open_failures=_count(connection, select(failures.c.id).where(failures.c.state == "open")),
        notices_overdue=_count(connection, select(notices.c.contact_id).where(*untold)),
        notices_due=_count(connection, select(notices.c.contact_id).where(*ahead)),
        # All of them, along the index.
        withheld=_count(connection, select(withheld.c.contact_id).where(withheld.c.contact_id > 0)),
    )


def _count(connection: Connection, statement: Select[int]) -> int:
    """Count rows as far as anybody needs to know."""
    some = statement.limit(MOST_COUNTED + 1).subquery()
    return counted(connection.scalar(select(func.count()).select_from(some)) or 0)
