"""A schedule: when an account is harvested by itself, and what became of each moment."""

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import RegularsError


class ScheduleError(RegularsError):
    """Raised where a schedule cannot be as it was asked for."""


class CatchUp(StrEnum):
    """What is done about moments that passed while nothing was at work."""

    #: One harvest stands for all of them.
    ONCE = "once"
    #: Each is made up for, one after the other.
    ALL = "all"
    #: None is; the next moment is the next.
    SKIP = "skip"


class Outcome(StrEnum):
    """What became of a moment."""

    BEGUN = "begun"
    #: The harvest before it was still reading.
    RUNNING = "running"
    #: The account was paused.
    PAUSED = "paused"
    #: A budget was spent.
    BUDGET = "budget"
    #: Nothing was at work then, and it was not made up for by a harvest of its own.
    MISSED = "missed"
    #: Something else was in the way; the reason says what.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Timing:
    """When a schedule is due: five fields of cron by the clock of a time zone (an IANA name).

    Each harvest begins up to `jitter_s` seconds later, so that not all accounts begin at once.
    """

    cron: str
    time_zone: str
    jitter_s: int = 0
    catch_up: CatchUp = CatchUp.ONCE
