"""What needs somebody today, read in few and small statements."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, Select, func, select

from domain.counting import MOST_COUNTED, counted
from store.tables import accounts, failures, notices, withheld

# All of them, along the index.
_WITHHELD = select(withheld.c.contact_id).where(withheld.c.contact_id > 0)


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
    counts = connection.execute(
        select(
            _count(select(failures.c.id).where(failures.c.state == "open")),
            _count(select(notices.c.contact_id).where(*untold)),
            _count(select(notices.c.contact_id).where(*ahead)),
            _count(_WITHHELD),
        )
    ).one()
    return Waiting([(name, why) for name, why in paused], *map(counted, counts))


def people_withheld(connection: Connection) -> int:
    """Count the people in doubt alone, as `waiting` does."""
    return counted(connection.scalar(select(_count(_WITHHELD))) or 0)


def _count(statement: Select[int]) -> ScalarSelect[int]:
    """Count rows as far as anybody needs to know."""
    some = statement.limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
