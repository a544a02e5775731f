"""Schedules: rows that a dispatcher claims when they are due, and what became of each moment."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from domain.budget import day_of
from domain.schedule import CatchUp, Outcome, ScheduleError, Timing
from store import sets
from store.spends import counted
from store.tables import accounts, harvest_runs, schedule_moments, schedules, spends

#: How long it is kept what became of a moment.
KEEP_MOMENTS = timedelta(days=90)


class Schedule(NamedTuple):
    """A schedule and its account's name; `due_at` is its next moment, whose harvest begins at `begins_at`."""

    id: int
    account_id: int
    account: str
    platform: str
    streams: tuple[str, ...]
    timing: Timing
    budget_micro_usd: int | None
    is_on: bool
    due_at: datetime
    begins_at: datetime
    set_at: datetime
    #: An outside address that is asked for when a harvest has ended whole; when last, and why that failed.
    ping_url: str | None = None
    pinged_at: datetime | None = None
    ping_error: str | None = None


class Wish(NamedTuple):
    """What a schedule shall do: which account and streams (none for all), when, for how much a month."""

    account_id: int
    streams: tuple[str, ...]
    timing: Timing
    budget_micro_usd: int | None
    ping_url: str | None = None


class Became(NamedTuple):
    """What became of a moment."""

    outcome: Outcome
    why: str | None = None
    run_id: int | None = None


def add(connection: Connection, wish: Wish, due_at: datetime, *, now: datetime) -> int:
    """Add a schedule; its first harvest begins at `due_at` until `plan` says otherwise."""
    added: int = connection.execute(
        insert(schedules)
        .values(**_columns(wish), is_on=True, due_at=due_at, begins_at=due_at, set_at=now)
        .returning(schedules.c.id)
    ).scalar_one()
    return added


def change(connection: Connection, schedule_id: int, wish: Wish, *, now: datetime) -> None:
    """Let a schedule do something else; raises ScheduleError where there is none of that number."""
    _one(
        schedule_id,
        connection.execute(
            update(schedules).where(schedules.c.id == schedule_id).values(**_columns(wish), set_at=now)
        ).rowcount,
    )


def plan(connection: Connection, schedule_id: int, due_at: datetime, begins_at: datetime) -> None:
    """Say when a schedule is due next."""
    moved = {"due_at": due_at, "begins_at": begins_at}
    connection.execute(update(schedules).where(schedules.c.id == schedule_id).values(moved))


def switch(connection: Connection, schedule_id: int, *, is_on: bool, now: datetime) -> None:
    """Pause a schedule or let it go on; raises ScheduleError where there is none of that number."""
    values = {"is_on": is_on, "set_at": now}
    changed = connection.execute(update(schedules).where(schedules.c.id == schedule_id).values(values))
    _one(schedule_id, changed.rowcount)


def remove(connection: Connection, schedule_id: int) -> None:
    """Remove a schedule; what it began stays. Raises ScheduleError where there is none of that number."""
    _one(schedule_id, connection.execute(delete(schedules).where(schedules.c.id == schedule_id)).rowcount)


def get(connection: Connection, schedule_id: int) -> Schedule:
    """Return one schedule; raises ScheduleError."""
    row = connection.execute(_all().where(schedules.c.id == schedule_id)).first()
    _one(schedule_id, int(row is not None))
    assert row is not None  # noqa: S101  # or it was raised
    return _schedule(row)


def listed(connection: Connection) -> list[Schedule]:
    """Return all schedules by their next harvest, those that are paused last."""
    rows = connection.execute(_all().order_by(schedules.c.is_on.desc(), schedules.c.begins_at))
    return [_schedule(each) for each in rows]


def due(connection: Connection, *, now: datetime) -> list[Schedule]:
    """Return the schedules whose harvest is to begin now, those that waited longest first."""
    statement = _all().where(schedules.c.is_on.is_(True), schedules.c.begins_at <= now)
    return [_schedule(each) for each in connection.execute(statement.order_by(schedules.c.begins_at))]


def claim(connection: Connection, found: Schedule, due_at: datetime, begins_at: datetime) -> bool:
    """Take a due moment and go on to the next one; False where another was quicker or it was changed."""
    taken = connection.execute(
        update(schedules)
        .where(
            schedules.c.id == found.id,
            schedules.c.is_on.is_(True),
            schedules.c.due_at == found.due_at,
            schedules.c.set_at == found.set_at,
        )
        .values(due_at=due_at, begins_at=begins_at)
    )
    return taken.rowcount == 1


def tell(
    connection: Connection, schedule_id: int, moments: Collection[datetime], became: Became, *, now: datetime
) -> None:
    """Keep what became of moments; what is known of one already stays."""
    for each in moments:
        row = {"schedule_id": schedule_id, "moment": each, "at": now, **became._asdict()}
        sets.add(connection, schedule_moments, row)
    old = (schedule_moments.c.schedule_id == schedule_id, schedule_moments.c.moment < now - KEEP_MOMENTS)
    connection.execute(delete(schedule_moments).where(*old))


def is_told(connection: Connection, schedule_id: int, moment: datetime) -> bool:
    """Tell whether it is known what became of a moment: a clock that was put back brings it again."""
    known = (schedule_moments.c.schedule_id == schedule_id, schedule_moments.c.moment == moment)
    return connection.execute(select(schedule_moments.c.at).where(*known)).first() is not None


def forget_ahead(connection: Connection, *, now: datetime) -> None:
    """Forget what became of moments that have not come: a clock that was ahead brought them too early."""
    connection.execute(delete(schedule_moments).where(schedule_moments.c.moment > now))


def told(connection: Connection, schedule_id: int, *, count: int) -> Sequence[RowMapping]:
    """Return what became of a schedule's newest moments, newest first."""
    return (
        connection.execute(
            select(schedule_moments)
            .where(schedule_moments.c.schedule_id == schedule_id)
            .order_by(schedule_moments.c.moment.desc())
            .limit(count)
        )
        .mappings()
        .all()
    )


def last_told(connection: Connection) -> dict[int, RowMapping]:
    """Return what became of each schedule's newest moment."""
    rows = connection.execute(select(schedule_moments).join(schedules, _is_newest()))
    return {each["schedule_id"]: each for each in rows.mappings()}


def missed(connection: Connection) -> Sequence[RowMapping]:
    """Return the newest moments by which nothing was begun: schedule, account, moment, outcome."""
    found = (
        select(
            schedules.c.id,
            accounts.c.name.label("account"),
            schedule_moments.c.moment,
            schedule_moments.c.outcome,
        )
        .select_from(schedules)
        .join(schedule_moments, _is_newest())
        .join(accounts, accounts.c.id == schedules.c.account_id)
        .where(schedules.c.is_on.is_(True), schedule_moments.c.outcome != Outcome.BEGUN.value)
        .order_by(schedules.c.id)
    )
    return connection.execute(found).mappings().all()


def _is_newest() -> ColumnElement[bool]:
    """Hold for the newest moment of each schedule, found by one look into the index."""
    of_it = schedule_moments.alias()
    newest = select(func.max(of_it.c.moment)).where(of_it.c.schedule_id == schedules.c.id).scalar_subquery()
    return (schedule_moments.c.schedule_id == schedules.c.id) & (schedule_moments.c.moment == newest)


def began(connection: Connection, schedule_id: int, run_ids: Collection[int]) -> None:
    """Note that a schedule began these runs, which spend its budget from now on."""
    connection.execute(
        update(harvest_runs).where(harvest_runs.c.id.in_(list(run_ids))).values(schedule_id=schedule_id)
    )


def spent(connection: Connection, *, now: datetime) -> dict[int, int]:
    """Return by schedule what its runs have spent or reserved in this calendar month (UTC)."""
    rows = connection.execute(
        select(harvest_runs.c.schedule_id, func.sum(counted()).label("spent"))
        .join(spends, spends.c.run_id == harvest_runs.c.id)
        .where(harvest_runs.c.schedule_id.is_not(None), spends.c.day >= day_of(now.replace(day=1)))
        .group_by(harvest_runs.c.schedule_id)
    )
    return {each.schedule_id: int(each.spent) for each in rows}


def _columns(wish: Wish) -> dict[str, object]:
    timing = wish.timing
    return {
        "account_id": wish.account_id,
        "streams": json.dumps(wish.streams),
        "cron": timing.cron,
        "time_zone": timing.time_zone,
        "jitter_s": timing.jitter_s,
        "catch_up": timing.catch_up.value,
        "budget_micro_usd": wish.budget_micro_usd,
        "ping_url": wish.ping_url,
    }


def _all() -> Select[*tuple[object, ...]]:
    named = (accounts.c.name.label("account"), accounts.c.platform)
    return select(schedules, *named).join(accounts, accounts.c.id == schedules.c.account_id)


def _schedule(row: Row[*tuple[object, ...]]) -> Schedule:
    timing = Timing(row.cron, row.time_zone, row.jitter_s, CatchUp(row.catch_up))
    facts = {each: getattr(row, each) for each in Schedule._fields if each not in ("timing", "streams")}
    return Schedule(**facts, timing=timing, streams=tuple(json.loads(row.streams)))


def _one(schedule_id: int, found: int) -> None:
    if not found:
        raise ScheduleError(
            f"There is no schedule {schedule_id}. `regulars schedule list` shows those there are."
        )
