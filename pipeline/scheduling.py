"""Scheduling: schedules are set, changed and paused, and what is due is begun, by one of the dispatchers."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from classifier import scheduling
from connectors.outbound import check_url
from domain.account import Account
from domain.budget import AtEnd, Budget, Period, dollars
from domain.errors import RegularsError
from domain.journal import Act, Detail, Entry, as_ranges
from domain.schedule import CatchUp, Outcome, ScheduleError
from pipeline import collecting
from pipeline.begin import Wanted, begin_harvest, chosen_streams
from pipeline.road import Road
from store import accounts, budgets, journal, profile_looks, runs, schedules, stopped
from store.schedules import Became, Schedule, Wish

#: When a schedule is looked at again that cannot be read: its time zone may be known again by then.
UNREADABLE = timedelta(hours=1)

log = logging.getLogger("regulars.scheduling")


class Next(NamedTuple):
    """A harvest that a schedule will begin, as far as is known now."""

    schedule: Schedule
    moment: datetime


def add_schedule(connection: Connection, road: Road, account: Account, wish: Wish, *, now: datetime) -> int:
    """Add a schedule; returns its number. Raises RegularsError where it cannot be as it is wished."""
    kept = _checked(connection, road, account, wish, now=now)
    due_at = scheduling.next_moments(kept.timing, now, 1)[0]
    schedule_id = schedules.add(connection, kept, due_at, now=now)
    _plan(connection, schedule_id, kept, due_at)
    return schedule_id


def change_schedule(
    connection: Connection, road: Road, schedule_id: int, wish: Wish, *, now: datetime
) -> None:
    """Let a schedule do something else from now on; raises RegularsError where it cannot."""
    account = accounts.get(connection, schedules.get(connection, schedule_id).account_id)
    kept = _checked(connection, road, account, wish, now=now)
    schedules.change(connection, schedule_id, kept, now=now)
    _plan(connection, schedule_id, kept, scheduling.next_moments(kept.timing, now, 1)[0])


def pause_schedule(connection: Connection, schedule_id: int, *, now: datetime) -> None:
    """Begin nothing by a schedule until it is resumed; moments until then are no missed ones."""
    schedules.switch(connection, schedule_id, is_on=False, now=now)


def resume_schedule(connection: Connection, schedule_id: int, *, now: datetime) -> None:
    """Let a schedule go on with its next moment."""
    schedules.switch(connection, schedule_id, is_on=True, now=now)
    plan_again(connection, schedules.get(connection, schedule_id), now=now)


def plan_again(connection: Connection, schedule: Schedule, *, now: datetime) -> None:
    """Let a schedule be due at its next moment from now on."""
    due_at = scheduling.next_moments(schedule.timing, now, 1)[0]
    _plan(connection, schedule.id, _wish(schedule), due_at)


def plan_all_again(connection: Connection, *, now: datetime) -> None:
    """Plan anew what is due ahead, for the clock was put back: what it brought too early comes again."""
    schedules.forget_ahead(connection, now=now)
    for each in schedules.listed(connection):
        if each.due_at > now:
            plan_again(connection, each, now=now)


def next_of_all(listed: Sequence[Schedule], count: int, *, now: datetime) -> list[Next]:
    """Return the next harvests of all schedules that are on, the earliest first."""
    ahead = [Next(each, moment) for each in listed if each.is_on for moment in next_of(each, count, now=now)]
    return sorted(ahead, key=lambda each: (each.moment, each.schedule.id))[:count]


def next_of(schedule: Schedule, count: int, *, now: datetime) -> list[datetime]:
    """Return the next moments of a schedule; one that is due and not begun yet is the first."""
    waiting = [schedule.due_at] if schedule.is_on and schedule.due_at <= now < schedule.begins_at else []
    try:
        return [*waiting, *scheduling.next_moments(schedule.timing, now, count)][:count]
    except ScheduleError:
        return []


def begin_scheduled(road: Road, *, now: datetime) -> int:
    """Begin what schedules say is due; returns how many harvests. Several dispatchers may call it at once."""
    with road.database.read() as connection:
        due = schedules.due(connection, now=now)
    return sum(_carried_out(road, each, now) for each in due)


def _carried_out(road: Road, found: Schedule, now: datetime) -> int:
    """Carry out a schedule; one that can no longer be read holds no other up."""
    try:
        return road.transact(lambda connection: _carry_out(connection, road, found, now))
    except ScheduleError as error:
        log.warning("schedule.unreadable", extra={"schedule": found.id, "reason": str(error)})
        road.transact(lambda connection: schedules.plan(connection, found.id, found.due_at, now + UNREADABLE))
        return 0


def _carry_out(connection: Connection, road: Road, found: Schedule, now: datetime) -> int:
    """Claim what is due of a schedule and carry it out, in one transaction: whoever dies leaves it due."""
    due = scheduling.due(found.id, found.timing, found.due_at, now=now)
    begins_at = scheduling.begins_at(found.id, found.timing, due.due_at)
    if not schedules.claim(connection, found, due.due_at, begins_at):
        return 0
    if due.missed:
        schedules.tell(connection, found.id, due.missed, Became(Outcome.MISSED), now=now)
    if due.moment is None or schedules.is_told(connection, found.id, due.moment):
        return 0
    became, begun = _begin(connection, road, found, now)
    if became.outcome is Outcome.RUNNING and _waits(found, due.moment, now):
        schedules.plan(connection, found.id, found.due_at, found.begins_at)
        return 0
    schedules.tell(connection, found.id, [due.moment], became, now=now)
    if begun is None:
        log.warning("schedule.skipped", extra={"schedule": found.id, "reason": became.outcome.value})
        return 0
    journal.record(connection, begun)
    return 1


def _waits(found: Schedule, moment: datetime, now: datetime) -> bool:
    """Tell whether a moment waits for the harvest before it: only what is made up for does."""
    late = scheduling.is_late(found.id, found.timing, moment, now=now)
    return late and found.timing.catch_up is CatchUp.ALL


def _begin(connection: Connection, road: Road, found: Schedule, now: datetime) -> tuple[Became, Entry | None]:
    """Begin a harvest; returns what became of it and what the journal is told of one that began."""
    account = accounts.get(connection, found.account_id)
    try:
        connector = road.connector_of(connection, account)
        chosen = chosen_streams(account, connector, found.streams)
        hindered = _hindrance(connection, road, found, account, chosen, now)
        if hindered is not None:
            return hindered, None
        left = _left(connection, found, now)
        wanted = Wanted(found.streams, budget_micro_usd=left)
        begun = begin_harvest(connection, account, connector, wanted, now=now)
    except RegularsError as error:
        return Became(Outcome.REFUSED, str(error)), None
    schedules.began(connection, found.id, begun.values())
    details: dict[str, Detail] = {
        "account": account.key,
        "schedule": found.id,
        "runs": as_ranges(begun.values()),
    }
    entry = Entry("dispatcher", Act.HARVEST_BEGUN, now, details=details)
    return Became(Outcome.BEGUN, run_id=min(begun.values())), entry


def _hindrance(  # all that a harvest hangs on
    connection: Connection, road: Road, found: Schedule, account: Account, chosen: set[str], now: datetime
) -> Became | None:
    if account.paused:
        return Became(Outcome.PAUSED, account.paused)
    running = sorted(runs.active(connection, account.id).keys() & chosen)
    if running:
        return Became(Outcome.RUNNING, f"A harvest was still reading {', '.join(running)}.")
    left = _left(connection, found, now)
    if left is not None and left <= 0:
        spent = dollars(found.budget_micro_usd or 0)
        return Became(Outcome.BUDGET, f"This month's {spent} of the schedule are spent.")
    empty = _empty_budget(connection, found, account, chosen, now)
    if empty is not None:
        return Became(Outcome.BUDGET, empty)
    duty = road.duty_of(account)
    if duty is not None:
        collecting.require_chosen(duty)
        if profile_looks.last(connection, account.id) is None:
            return Became(
                Outcome.REFUSED,
                "Nobody has looked yet whether the account's profile shows the notice; begin the first "
                "harvest yourself.",
            )
    return None


def _empty_budget(
    connection: Connection, found: Schedule, account: Account, chosen: set[str], now: datetime
) -> str | None:
    """Say which budget of the account, of everything or of a stopped harvest leaves nothing."""
    for row in budgets.listed(connection, now=now):
        if row["account_id"] in (None, account.id):
            scope = row["account"] or "all accounts"
            amounts = (row["amount_micro_usd"], Period(row["period"]), AtEnd(row["at_end"]))
            budget = Budget(row["id"], *amounts, scope, row["committed_micro_usd"] or 0)
            if not budget.left_micro_usd:
                return f"Nothing is left of {budget.words}."
    if found.budget_micro_usd is None:
        for stream, run_id in sorted(stopped.found(connection, account.id).items()):
            own = budgets.of_harvest(connection, runs.get(connection, run_id)["harvest_id"])
            if stream in chosen and own is not None and not own.left_micro_usd:
                return f"Run {run_id} stopped at {own.words}; resume it with another one, or cancel it."
    return None


def _left(connection: Connection, found: Schedule, now: datetime) -> int | None:
    """Return what a schedule may still spend this month; None where it has no budget."""
    if found.budget_micro_usd is None:
        return None
    return found.budget_micro_usd - schedules.spent(connection, now=now).get(found.id, 0)


def _checked(connection: Connection, road: Road, account: Account, wish: Wish, *, now: datetime) -> Wish:
    chosen_streams(account, road.connector_of(connection, account), wish.streams)
    if wish.ping_url is not None:
        check_url(wish.ping_url)
    return wish._replace(account_id=account.id, timing=scheduling.checked(wish.timing, now=now))


def _plan(connection: Connection, schedule_id: int, wish: Wish, due_at: datetime) -> None:
    schedules.plan(connection, schedule_id, due_at, scheduling.begins_at(schedule_id, wish.timing, due_at))


def _wish(schedule: Schedule) -> Wish:
    return Wish(
        schedule.account_id, schedule.streams, schedule.timing, schedule.budget_micro_usd, schedule.ping_url
    )
