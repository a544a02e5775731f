"""Rosters as the planner sees them, told by their looks."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.freshness import Look, Prices, Read, Roster

#: The begin of a month of thirty days.
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
OWNED = Prices(10_000, 1_000)
NOTHING, HEAD, WALK = Read.NOTHING, Read.HEAD, Read.WALK


def at(hours: float) -> datetime:
    """Return the moment so many hours after the begin."""
    return BEGAN + timedelta(hours=hours)


def roster(
    told: Iterable[tuple[float, int, int, Read]], *, walked: float | None = 0, **values: Any
) -> Roster:
    """Make a roster from looks (hours, count, known, what was read then); what is known is the last's."""
    looks = tuple(Look(at(hours), count, known, read) for hours, count, known, read in told)
    heads = [each.at for each in looks if each.read is not NOTHING]
    facts: dict[str, Any] = {
        "known": looks[-1].known if looks else 0,
        "walked_at": None if walked is None else at(walked),
        "head_at": max(heads, default=None),
    }
    return Roster(looks=looks, **(facts | values))


#: Looks: hours, count, known, and what was read then.
Told = list[tuple[float, int, int, Read]]


def quiet(days: float, *, size: int = 10_000, came: int = 0, left: int = 0) -> Told:
    """Tell looks twice a day since a walk, each followed by a head read: so many come and leave a day."""
    told: Told = [(0.0, size, size, WALK)]
    for half in range(1, int(days * 2) + 1):
        joined, gone = came * half // 2, left * half // 2
        told.append((half * 12.0, size + joined - gone, size + joined, HEAD))
    return told
