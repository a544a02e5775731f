"""What a push changes: it may come late, twice and in any order, and must end where order would end."""

from datetime import datetime
from typing import NamedTuple


class Past(NamedTuple):
    """What is known of an act before a push of it is taken in.

    `started_at` and `ended_at` are those of the stored act: `ended_at` None while it holds, `started_at` None
    where no platform ever told it. `told_end_at` is the newest end that any push told. `walk_began_at` is
    when the last whole walk of its roster began; whatever is older, that walk has shown.
    """

    stored: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    told_end_at: datetime | None = None
    walk_began_at: datetime | None = None
    suppressed_at: datetime | None = None


def begins(at: datetime, past: Past) -> bool:
    """Tell whether an act that a push says to have begun `at` begins, begins again, or begins later.

    An end of the same moment wins, and so do a walk and an objection: in doubt nobody is written to.
    """
    later = (past.ended_at, past.told_end_at, past.walk_began_at, past.suppressed_at)
    if any(each is not None and at <= each for each in later):
        return False
    holds = past.stored and past.ended_at is None
    return not (holds and past.started_at is not None and at <= past.started_at)


def ends(at: datetime, past: Past) -> bool:
    """Tell whether an act ends that a push says to have ended `at`; one that has not begun does not."""
    if not past.stored or past.ended_at is not None:
        return False
    if past.walk_began_at is not None and at <= past.walk_began_at:
        return False
    return past.started_at is None or at >= past.started_at
