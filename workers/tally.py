"""A tally: what this process did, added up in memory and written with its signs of life."""

import threading
from collections import Counter
from collections.abc import Mapping

import orjson

#: What counts as done on a queue, which its label names.
DONE = frozenset({"pages", "steps", "pushes"})


class Tally:
    """Counts of this process since they were last taken; threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: Counter[tuple[str, str]] = Counter()
        self._done: Counter[str] = Counter()

    def note(self, name: str, labels: Mapping[str, str]) -> None:
        """Count one more; no label may say anything of a person."""
        key = (name, orjson.dumps(labels, option=orjson.OPT_SORT_KEYS).decode())
        with self._lock:
            self._totals[key] += 1
            if name in DONE:
                self._done[labels["queue"]] += 1

    def taken(self) -> tuple[Counter[tuple[str, str]], Counter[str]]:
        """Take what was counted: totals by (name, labels as JSON), and what was done by queue."""
        with self._lock:
            totals, done = self._totals, self._done
            self._totals, self._done = Counter(), Counter()
        return totals, done

    def give_back(self, totals: Counter[tuple[str, str]], done: Counter[str]) -> None:
        """Count again what could not be written."""
        with self._lock:
            self._totals += totals
            self._done += done
