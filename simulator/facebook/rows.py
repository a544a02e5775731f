"""Listings as places to be walked: some places show nothing, so pages may be short or empty (§3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.mixing import Shuffle


class Rows(Protocol):
    """So many places, of which any stretch can be asked for; fewer rows than places may come."""

    def __len__(self) -> int: ...

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the rows at places start..stop-1."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Rows that are all at hand."""

    rows: Sequence[Any]

    def __len__(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the rows at places start..stop-1."""
        return self.rows[start:stop]


@dataclass(frozen=True, slots=True)
class Reversed:
    """The same places from the other end."""

    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the rows at places start..stop-1."""
        size = len(self.rows)
        return list(reversed(self.rows.slice(max(0, size - stop), max(0, size - start))))


@dataclass(frozen=True, slots=True)
class Ranked:
    """The same places in an order that means nothing."""

    rows: Rows
    order: Shuffle

    def __len__(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the rows at places start..stop-1."""
        places = (self.order.at(each) for each in range(start, min(stop, len(self.rows))))
        return [each for place in places for each in self.rows.slice(place, place + 1)]


@dataclass(frozen=True, slots=True)
class Kept:
    """Only the rows that `keep` lets through; the places stay."""

    rows: Rows
    keep: Callable[[Any], bool]

    def __len__(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the rows at places start..stop-1 that are kept."""
        return [each for each in self.rows.slice(start, stop) if self.keep(each)]


@dataclass(frozen=True, slots=True)
class Turned:
    """Each row made into another value."""

    rows: Rows
    turn: Callable[[Any], Any]

    def __len__(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[Any]:
        """Return the turned rows at places start..stop-1."""
        return [self.turn(each) for each in self.rows.slice(start, stop)]
