"""Deletions that platforms asked for: how many, when asked and when done, and nobody's id."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select

from store.tables import deletions

#: How long a line stays, and with it the answer to whoever looks a code up.
KEPT = timedelta(days=400)


class Deletion(NamedTuple):
    """What was asked for and done; `contacts` is None where one person was named."""

    platform: str
    kind: str
    asked_at: datetime
    done_at: datetime
    contacts: int | None = None
    code: str | None = None


def record(connection: Connection, done: Deletion) -> None:
    """Write down what was asked for and done; lines past their time go."""
    connection.execute(delete(deletions).where(deletions.c.done_at < done.done_at - KEPT))
    connection.execute(insert(deletions).values(**done._asdict()))


def done_at(connection: Connection, code: str) -> datetime | None:
    """Return when what a code stands for was done; None for a code that nobody was given."""
    return connection.scalar(select(deletions.c.done_at).where(deletions.c.code == code))


def any_since(connection: Connection, platform: str, moment: datetime) -> bool:
    """Tell whether anything that a platform asked for was done at a moment or later."""
    later = exists().where(deletions.c.platform == platform, deletions.c.done_at >= moment)
    return bool(connection.scalar(select(later)))


def listed(connection: Connection, *, count: int) -> Sequence[RowMapping]:
    """Return what was asked for, newest first, without codes."""
    columns = [each for each in deletions.c if each.name != "code"]
    return connection.execute(select(*columns).order_by(deletions.c.id.desc()).limit(count)).mappings().all()
