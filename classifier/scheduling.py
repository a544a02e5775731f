"""Scheduling: when a schedule is due by its zone's clock, and what is done about moments that passed; pure.

The clock's changes as Debian's cron takes them (cronsim): a moment that does not exist comes when the clock
has jumped, one that exists twice comes the first time. A star in the minutes or the hours means that time
passes, not that a clock shows something: such a schedule simply goes on.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from domain.schedule import CatchUp, ScheduleError, Timing

#: Between two harvests at least: X counts its limits in quarters of an hour (x-api.md §3).
CLOSEST = timedelta(minutes=15)
#: How many moments ahead are looked at when a schedule is set.
LOOKED_AT = 50
#: A moment begins up to so much late and is still on time.
GRACE = timedelta(minutes=10)
#: So many missed moments are made up for at most, the newest.
MOST_MADE_UP = 100
LONGEST_JITTER = timedelta(hours=1)
_FIELDS, _LONGEST_CRON = 5, 100


class Due(NamedTuple):
    """What is done now: the moment to begin, if any; those that nothing is begun for; the next one."""

    moment: datetime | None
    missed: tuple[datetime, ...]
    due_at: datetime


def checked(timing: Timing, *, now: datetime) -> Timing:
    """Return a timing in its usual form; raises ScheduleError with a sentence where it cannot be kept."""
    cron = " ".join(timing.cron.split())
    if len(cron.split(" ")) != _FIELDS or len(cron) > _LONGEST_CRON:
        raise ScheduleError(
            "A schedule has five fields: minute, hour, day of the month, month, day of the week, such as "
            '"30 2 * * *" for every day at 02:30.'
        )
    if timing.time_zone not in available_timezones():
        raise ScheduleError("There is no such time zone; name one like Europe/Paris.")
    if not 0 <= timing.jitter_s <= LONGEST_JITTER.total_seconds():
        raise ScheduleError("A harvest may begin up to an hour late, not more.")
    kept = Timing(cron, timing.time_zone, timing.jitter_s, timing.catch_up)
    ahead = next_moments(kept, now, LOOKED_AT)
    if not ahead:
        raise ScheduleError("That day never comes.")
    closest = min((after - before for before, after in pairwise(ahead)), default=LONGEST_JITTER * 2)
    if closest < CLOSEST:
        raise ScheduleError("Two harvests lie a quarter of an hour apart at least.")
    if timedelta(seconds=timing.jitter_s) >= closest:
        raise ScheduleError("The delay must be shorter than the time between two harvests.")
    return kept


def moments(timing: Timing, after: datetime) -> Iterator[datetime]:
    """Yield the moments of a timing after a moment, in UTC; raises ScheduleError for no expression."""
    last = after.astimezone(UTC)
    try:
        found = CronSim(timing.cron, last.astimezone(ZoneInfo(timing.time_zone)))
    except ZoneInfoNotFoundError:
        raise ScheduleError(f"This machine no longer knows the time zone {timing.time_zone}.") from None
    except CronSimError as error:
        raise ScheduleError(f"{str(error).replace('Bad', 'This is no')}: {timing.cron}") from None
    for each in found:
        moment = each.astimezone(UTC)
        # In the hour that comes twice, the first one lies before us.
        if moment > last:
            last = moment
            yield moment


def next_moments(timing: Timing, after: datetime, count: int) -> list[datetime]:
    """Return the next moments, in UTC; fewer where there are no more."""
    return [each for each, _ in zip(moments(timing, after), range(count), strict=False)]


def begins_at(schedule_id: int, timing: Timing, moment: datetime) -> datetime:
    """Return when the harvest of a moment begins: the same for all who ask, another for each moment."""
    drawn = sha256(f"{schedule_id} {moment.astimezone(UTC).isoformat()}".encode()).digest()
    return moment + timedelta(seconds=int.from_bytes(drawn[:8], "big") % (timing.jitter_s + 1))


def due(schedule_id: int, timing: Timing, due_at: datetime, *, now: datetime) -> Due:
    """Decide about the moments from `due_at` on that have come; its harvest begins now at the latest.

    Raises ScheduleError where no moment follows.
    """

    def has_come(moment: datetime) -> bool:
        return begins_at(schedule_id, timing, moment) <= now

    come = [due_at, *takewhile(has_come, moments(timing, due_at))]
    if timing.catch_up is CatchUp.ALL:
        given_up, kept = come[:-MOST_MADE_UP], come[-MOST_MADE_UP:]
        following = kept[1] if len(kept) > 1 else _after(timing, kept[0])
        return Due(kept[0], tuple(given_up[-MOST_MADE_UP:]), following)
    *before, last = come
    following = _after(timing, last)
    if timing.catch_up is CatchUp.SKIP and is_late(schedule_id, timing, last, now=now):
        return Due(None, tuple(come[-MOST_MADE_UP:]), following)
    return Due(last, tuple(before[-MOST_MADE_UP:]), following)


def is_late(schedule_id: int, timing: Timing, moment: datetime, *, now: datetime) -> bool:
    """Tell whether a moment passed while nothing was at work."""
    return now > begins_at(schedule_id, timing, moment) + GRACE


def _after(timing: Timing, moment: datetime) -> datetime:
    following = next_moments(timing, moment, 1)
    if not following:
        raise ScheduleError("That day never comes.")
    return following[0]
