"""Drift: what looks at a count tell of who came and who left unseen since the last walk."""

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from domain.freshness import Look, Roster

DAY = timedelta(days=1)
#: A look so long before a walk still tells what the platform counted when it began.
_NEAR = timedelta(hours=12)
#: How far back the pace of newcomers is measured.
_PACE = timedelta(days=7)


class Drift:
    """What the looks at a roster tell; at least one look and one walk are needed for anything but zero."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._looks = roster.looks

    @cached_property
    def baseline(self) -> Look | None:
        """The look that goes with the last whole walk: what it counts more than we hold is no drift."""
        return self._look_of(self._roster.walked_at)

    @cached_property
    def gap(self) -> int:
        """How many more the platform counts now than we hold now."""
        return self._looks[-1].count - self._roster.known if self._looks else 0

    @cached_property
    def newcomers(self) -> int:
        """How many came at least since newcomers were last read: leavers unseen hide as many more."""
        last = self._look_of(self._roster.head_at)
        return max(0, self.gap - last.gap) if last else 0

    @cached_property
    def lasting(self) -> int:
        """By how much count and roster disagree since the last walk, at this look and at the one before."""
        if self.baseline is None or len(self._looks) < 2 or self._looks[-2].at < self.baseline.at:
            return 0
        drifts = (self.gap - self.baseline.gap, self._looks[-2].gap - self.baseline.gap)
        return min(map(abs, drifts)) if drifts[0] * drifts[1] > 0 else 0

    @cached_property
    def joins_a_day(self) -> float:
        """How many newcomers a day we came to know lately, between walks."""
        if not self._looks:
            return 0.0
        since = self._looks[-1].at - _PACE
        came, days = 0, 0.0
        for before, after in self._pairs:
            if before.at >= since:
                came += max(0, after.known - before.known)
                days += (after.at - before.at) / DAY
        return came / days if days else 0.0

    @cached_property
    def leaves_a_day(self) -> float:
        """How many leave unseen on a usual day: the median between looks, so bursts do not count."""
        drops = [
            max(0, before.gap - after.gap) / ((after.at - before.at) / DAY) for before, after in self._pairs
        ]
        return median(drops) if drops else 0.0

    @property
    def left_lately(self) -> int:
        """How many left unseen within a day, at least."""
        return sum(self._drops)

    def burst_is_over(self, times: int, least: int) -> bool:
        """Tell whether a day took `times` the usual, more than `least`, and no more is worth waiting for.

        A walk in the middle of it would come again; one a day after its begin would tell of it too late.
        """
        drops = self._drops
        if sum(drops) <= max(least, times * self.leaves_a_day):
            return False
        return 2 * drops[-1] <= max(drops) or 4 * drops[0] >= sum(drops)

    @cached_property
    def _drops(self) -> list[int]:
        """How many left unseen between the looks of the last day, none of them before the last walk."""
        if self.baseline is None:
            return []
        since = max(self.baseline.at, self._looks[-1].at - DAY)
        gaps = [each.gap for each in self._looks if each.at >= since]
        return [max(0, before - after) for before, after in pairwise([*gaps[:-1], self.gap])]

    @cached_property
    def _pairs(self) -> list[tuple[Look, Look]]:
        """Pairs of looks in a row, from the first reading on: before it, everybody was new."""
        first = next((place for place, each in enumerate(self._looks) if each.known), len(self._looks))
        return list(pairwise(self._looks[first:]))

    def _look_of(self, moment: datetime | None) -> Look | None:
        """Return the look just before a reading, which settled it; else the first after it."""
        if moment is None:
            return None
        place = bisect_right(self._looks, moment, key=lambda each: each.at)
        if place and moment - self._looks[place - 1].at <= _NEAR:
            return self._looks[place - 1]
        return self._looks[place] if place < len(self._looks) else None
