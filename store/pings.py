"""Pings: which schedules' outside addresses are to be asked for, since a harvest of theirs ended whole."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, or_, select, update

from domain.schedule import Outcome
from store.tables import harvest_runs, schedule_moments, schedules

#: How long one that failed is tried again, and how long after the last try.
TRIED, AGAIN = timedelta(hours=1), timedelta(minutes=1)


class Ping(NamedTuple):
    """An address that is to be asked for; `before` is when that was tried last."""

    schedule_id: int
    url: str
    before: datetime | None


def due(connection: Connection, *, now: datetime) -> Sequence[Ping]:
    """Return the pings of schedules whose newest harvest has ended whole and was not told of."""
    of_it = schedule_moments.alias()
    begun = (of_it.c.schedule_id == schedules.c.id) & (of_it.c.outcome == Outcome.BEGUN.value)
    run_id = select(of_it.c.run_id).where(begun).order_by(of_it.c.moment.desc()).limit(1).scalar_subquery()
    first = select(harvest_runs.c.harvest_id).where(harvest_runs.c.id == run_id).scalar_subquery()
    ended_at = (
        select(func.max(harvest_runs.c.ended_at))
        .where(harvest_runs.c.harvest_id == first)
        .having(func.count() == func.count().filter(harvest_runs.c.state == "done"))
        .scalar_subquery()
    )
    untold = or_(schedules.c.pinged_at.is_(None), schedules.c.pinged_at < ended_at)
    failed = and_(schedules.c.ping_error.is_not(None), schedules.c.pinged_at < now - AGAIN)
    found = select(schedules.c.id, schedules.c.ping_url, schedules.c.pinged_at).where(
        schedules.c.ping_url.is_not(None), ended_at > now - TRIED, or_(untold, failed)
    )
    return [Ping(*each) for each in connection.execute(found)]


def take(connection: Connection, ping: Ping, *, now: datetime) -> bool:
    """Take a ping, so that nobody else sends it; False where another was quicker."""
    same = (schedules.c.id == ping.schedule_id, schedules.c.pinged_at.is_not_distinct_from(ping.before))
    taken = connection.execute(update(schedules).where(*same).values(pinged_at=now, ping_error=None))
    return taken.rowcount == 1


def failed(connection: Connection, ping: Ping, error: str, *, now: datetime) -> None:
    """Keep why an address could not be asked for; it is tried again."""
    same = (schedules.c.id == ping.schedule_id, schedules.c.pinged_at == now)
    connection.execute(update(schedules).where(*same).values(ping_error=error[:200]))
