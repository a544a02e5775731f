"""What the platform bills: gross, and with each resource charged once per UTC day; in micro-dollars."""

from collections.abc import Hashable, Iterable
from datetime import UTC, datetime

import numpy as np

from simulator.mixing import Flags, Many


class Ledger:
    """The sums of one developer app; failed requests and empty answers never come here."""

    def __init__(self, people: int) -> None:
        self.gross: dict[str, int] = {}
        self.deduplicated: dict[str, int] = {}
        self.resources: dict[str, int] = {}
        self._people = people
        self._day = ""
        self._seen: dict[str, set[Hashable]] = {}
        self._seen_people: dict[str, Flags] = {}

    def charge(self, meter: str, micro: int, ids: Iterable[Hashable]) -> None:
        """Charge `micro` for each of `ids`; an id twice on one UTC day counts once in the second sum."""
        self._turn_day()
        seen = self._seen.setdefault(meter, set())
        asked = list(ids)
        fresh = set(asked) - seen
        seen |= fresh
        self._add(meter, micro, len(asked), len(fresh))

    def charge_people(self, meter: str, micro: int, indices: Many) -> None:
        """Charge for people of the audience by their index: one byte a person, however many are read."""
        self._turn_day()
        seen = self._seen_people.setdefault(meter, np.zeros(self._people, dtype=np.bool_))
        fresh = np.unique(indices)
        fresh = fresh[~seen[fresh]]
        seen[fresh] = True
        self._add(meter, micro, len(indices), len(fresh))

    def _add(self, meter: str, micro: int, asked: int, fresh: int) -> None:
        self.resources[meter] = self.resources.get(meter, 0) + asked
        self.gross[meter] = self.gross.get(meter, 0) + micro * asked
        self.deduplicated[meter] = self.deduplicated.get(meter, 0) + micro * fresh

    def _turn_day(self) -> None:
        # x-api.md §2: the same resource within one UTC day is charged once.
        today = datetime.now(UTC).date().isoformat()
        if today != self._day:
            self._day = today
            self._seen.clear()
            self._seen_people.clear()
