"""Drift: what looks at a count tell of who came and who left unseen since the last walk; pure."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from domain.freshness import NEAR, Look, Read, Roster

DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
#: How far back the pace of newcomers is measured.
_PACE = timedelta(days=7)
#: What is usual is known after so long, from stretches between these lengths.
_USUAL, _SHORTEST, _LONGEST = timedelta(days=3), timedelta(hours=18), timedelta(hours=36)


class Drift:
    """What the looks at a roster tell.

    A look is settled by the reading after it: from then on its gap holds no newcomers that we had not read,
    so between two settled looks the gap falls by exactly those who left unseen.
    """

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
    def since_head(self) -> int:
        """By how much the gap moved since newcomers were last read: up by who came, down by who left."""
        last = self._look_of(self._roster.head_at)
        return self.gap - last.gap if last else 0

    @cached_property
    def lasting(self) -> int:
        """By how much count and roster disagree since the last walk, at this look and at the one before."""
        if self.baseline is None or len(self._looks) < 2 or self._looks[-2].at < self.baseline.at:
            return 0
        drifts = (self.gap - self.baseline.gap, self._looks[-2].gap - self.baseline.gap)
        return min(map(abs, drifts)) if drifts[0] * drifts[1] > 0 else 0

    @cached_property
    def joins_a_day(self) -> float:
        """How many newcomers a day heads of the list showed lately."""
        came, days = 0, 0.0
        for before, after in pairwise(self._settled):
            if after.read is Read.HEAD and self._looks[-1].at - before.at <= _PACE:
                came += max(0, after.known - before.known)
                days += (after.at - before.at) / DAY
        return came / days if days else 0.0

    @cached_property
    def leaves_a_day(self) -> float | None:
        """How many leave unseen on a usual day: the median of stretches of a day, so bursts do not count.

        None before the looks cover a few days: what is usual is not known yet.
        """
        rates = [
            max(0, before.gap - after.gap) / ((after.at - before.at) / DAY)
            for before, after in self._stretches()
        ]
        enough = rates and self._settled[-1].at - self._settled[0].at >= _USUAL
        return median(rates) if enough else None

    @property
    def left_lately(self) -> int:
        """How many left unseen within a day, at least."""
        return max(0, sum(count for _, count in self._drops))

    def burst_is_over(self, times: int, least: int) -> bool:
        """Tell whether a day took `times` the usual, more than `least`, and no more is worth waiting for.

        A walk in the middle of it would come again; one a day after its begin would tell of it too late.
        """
        usual, total = self.leaves_a_day, self.left_lately
        if usual is None or total <= max(least, times * usual):
            return False
        counts = [count for _, count in self._drops]
        began = next(at for at, count in self._drops if count == max(counts) or 5 * count >= total)
        return 2 * counts[-1] <= max(counts) or self._looks[-1].at - began >= DAY - _HOUR

    @cached_property
    def _settled(self) -> list[Look]:
        return [each for each in self._looks if each.read is not Read.NOTHING]

    @cached_property
    def _drops(self) -> list[tuple[datetime, int]]:
        """Since when how many left unseen, between settled looks of the last day and since the last walk."""
        if self.baseline is None:
            return []
        since = max(self.baseline.at, self._looks[-1].at - DAY - _HOUR)
        lately = [each for each in self._settled if each.at >= since]
        return [(before.at, before.gap - after.gap) for before, after in pairwise(lately)]

    def _stretches(self) -> Iterator[tuple[Look, Look]]:
        """Yield settled looks about a day apart without a walk between them."""
        first = 0
        for place, each in enumerate(self._settled):
            if each.read is Read.WALK:
                first = place
            longest = bisect_right(self._settled, each.at - _SHORTEST, first, place, key=lambda look: look.at)
            if longest > first and each.at - self._settled[longest - 1].at <= _LONGEST:
                yield self._settled[longest - 1], each

    def _look_of(self, moment: datetime | None) -> Look | None:
        """Return the look just before a reading, which settled it; else the first after it."""
        if moment is None:
            return None
        place = bisect_right(self._looks, moment, key=lambda each: each.at)
        if place and moment - self._looks[place - 1].at <= NEAR:
            return self._looks[place - 1]
        return self._looks[place] if place < len(self._looks) else None
