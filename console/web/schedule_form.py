"""The form of a schedule: what somebody wrote into it, and what that says."""

from typing import Any, NamedTuple

from console.web.desk import Visit
from console.web.harvesting import amount_of
from domain.schedule import CatchUp, ScheduleError, Timing
from store.schedules import Schedule, Wish

#: What can be chosen instead of an expression; the time of the day stands in for the first two fields.
EVERY = {
    "day": "{time} * * *",
    "weekdays": "{time} * * 1-5",
    "week": "{time} * * 1",
    "month": "{time} 1 * *",
    "12h": "{minute} */12 * * *",
    "6h": "{minute} */6 * * *",
    "hour": "{minute} * * * *",
}
_MINUTES_A_DAY = 24 * 60
#: Characters of an address at most.
LONGEST = 300


class Wished(NamedTuple):
    """What somebody wrote into the form, as it was written."""

    account: str
    #: Sent as `stream`, once for each.
    streams: list[str]
    every: str
    time: str
    cron: str
    zone: str
    jitter: str
    catch_up: str
    budget: str
    #: Sent with the form that acts alone: an address of this kind is a secret of sorts.
    ping: str = ""


def wished_by(visit: Visit, sent: dict[str, str], streams: list[str]) -> Wished:
    """Return what the form holds, with what it begins with where somebody opens it."""
    zone = "Europe/Paris" if visit.user.time_zone == "UTC" else visit.user.time_zone
    usual = Wished("", streams, "day", "02:30", "", zone, "0", CatchUp.ONCE.value, "")
    given: dict[str, Any] = {name: sent[name].strip() for name in Wished._fields if name in sent}
    return usual._replace(**given)


def as_wished(schedule: Schedule) -> Wished:
    """Return a schedule as the form shows it."""
    timing = schedule.timing
    every, time = _choice_of(timing.cron)
    return Wished(
        account=str(schedule.account_id),
        streams=list(schedule.streams),
        every=every,
        time=time,
        cron=timing.cron if every == "own" else "",
        zone=timing.time_zone,
        jitter=str(timing.jitter_s // 60),
        catch_up=timing.catch_up.value,
        budget="" if schedule.budget_micro_usd is None else f"{schedule.budget_micro_usd / 1_000_000:.2f}",
        ping=schedule.ping_url or "",
    )


def wish_of(wished: Wished, account_id: int) -> Wish:
    """Read the form; raises RegularsError with a sentence."""
    budget = amount_of(wished.budget)
    return Wish(account_id, tuple(wished.streams), timing_of(wished), budget, wished.ping[:LONGEST] or None)


def _choice_of(cron: str) -> tuple[str, str]:
    """Return what one would choose to get an expression, and its time; `own` where it is none of those."""
    minute, hour = (int(each) if each.isdigit() else 0 for each in [*cron.split(), "", ""][:2])
    for every, pattern in EVERY.items():
        if pattern.format(time=f"{minute} {hour}", minute=minute) == cron:
            return every, f"{hour:02}:{minute:02}"
    return "own", "02:30"


def timing_of(wished: Wished) -> Timing:
    """Read the timing off the form; raises ScheduleError with a sentence."""
    if not wished.jitter.isdigit() or int(wished.jitter) > _MINUTES_A_DAY:
        raise ScheduleError("Write the delay in minutes, from 0 to 60.")
    if wished.catch_up not in set(CatchUp):
        raise ScheduleError("Choose what happens with times that were missed.")
    jitter_s = int(wished.jitter) * 60
    return Timing(_cron(wished), wished.zone, jitter_s, CatchUp(wished.catch_up))


def _cron(wished: Wished) -> str:
    if wished.every not in EVERY:
        return wished.cron
    hour, _, minute = wished.time.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise ScheduleError("Write the time like 02:30.")
    return EVERY[wished.every].format(time=f"{int(minute)} {int(hour)}", minute=int(minute))
