"""A listing of acts, newest first, of which any stretch is computed alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.acts import Act


@dataclass(frozen=True, slots=True)
class Listing:
    """Acts of one kind, newest first: `parts` (day, slots) and `extras` are given oldest first."""

    find: Callable[[int, int], Act]
    shows: Callable[[Act], bool]
    parts: Sequence[tuple[int, range]]
    extras: Sequence[Act] = field(default=())

    def __len__(self) -> int:
        return len(self.extras) + sum(len(slots) for _, slots in self.parts)

    def slice(self, start: int, stop: int) -> list[Act]:
        """Return what stands at places start..stop-1, 0 being the newest.

        Whoever is suspended and whatever was taken back is left out, so fewer may come than places were
        asked for: the platforms' own pages are short for the same reason.
        """
        found: list[Act] = []
        place = 0
        for day, slots in reversed(self.parts):
            first, last = max(start, place), min(stop, place + len(slots))
            top = place + len(slots) - 1
            found.extend(self.find(day, slots[top - each]) for each in range(first, last))
            place += len(slots)
        for each in reversed(self.extras):
            if start <= place < stop:
                found.append(each)
            place += 1
        return [each for each in found if self.shows(each)]

    def all(self) -> list[Act]:
        """Return the whole listing, newest first."""
        return self.slice(0, len(self))
