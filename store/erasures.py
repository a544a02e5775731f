"""Erasures: on which days people were erased, and by when no copy of ours holds them any more."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from store import sets
from store.tables import erasures, installation, written_files

#: How long a day stays listed after its date, so that who is late still reads of it.
LISTED = timedelta(days=30)


class Erased(NamedTuple):
    """A day of erasures: its last one, when the copies are gone, and when the database had lost them."""

    day: str
    at: datetime
    gone_by: datetime
    scrubbed_at: datetime | None


def gone_by(connection: Connection, *, now: datetime) -> datetime:
    """Return when whoever is erased now stands in no backup and no log any more.

    The longest counts: the days that the settings name, or a backup of ours that was made for longer.
    """
    days = connection.scalar(select(installation.c.copies_days)) or 0
    last = connection.scalar(select(func.max(written_files.c.expires_at)))
    by_days = now + timedelta(days=days)
    return max(by_days, last) if last else by_days


def note(connection: Connection, *, now: datetime) -> None:
    """Note that somebody is erased, whoever it is; the row is the day's."""
    day = {"day": f"{now.astimezone(UTC):%Y-%m-%d}", "at": now, "scrubbed_at": None}
    sets.put(connection, erasures, {**day, "gone_by": gone_by(connection, now=now)})


def every(connection: Connection) -> Sequence[Erased]:
    """Return the days that are listed, the oldest first."""
    return [Erased(*each) for each in connection.execute(select(erasures).order_by(erasures.c.day))]


def unscrubbed(connection: Connection) -> list[Erased]:
    """Return the days of whose erased somebody may still stand in the database's files."""
    return [each for each in every(connection) if each.scrubbed_at is None]


def scrubbed(connection: Connection, days: Iterable[Erased], *, now: datetime) -> None:
    """Keep that the database's files have lost these days' erased; not where somebody was erased since."""
    for each in days:
        same = (erasures.c.day == each.day, erasures.c.at == each.at)
        connection.execute(update(erasures).where(*same).values(scrubbed_at=now))


def forget_past(connection: Connection, *, now: datetime) -> int:
    """Delete the days whose date was long ago and that the database's files had lost; returns how many."""
    over = (erasures.c.gone_by < now - LISTED, erasures.c.scrubbed_at.is_not(None))
    return connection.execute(delete(erasures).where(*over)).rowcount
