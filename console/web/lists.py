"""Lists of opt-outs between the look and the button."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from connectors.files.sign_up_list import Reject
from console.opt_out_lists import Person, Sight
from console.web.desk import Visit

#: How long a list waits for the button, and how many wait at once.
WAITS, MOST_WAITING = timedelta(minutes=15), 4


class Waiting(NamedTuple):
    """A list that was looked at: whose, from when, who is on it, and what it does."""

    user: str
    at: datetime
    preset: str
    columns: Sequence[str]
    people: Sequence[Person]
    staying: int
    rejects: Sequence[Reject]
    sight: Sight

    @property
    def unknown(self) -> int:
        """How many on it are not stored here: they are kept out from now on."""
        return max(0, len(self.people) - self.sight.foreseen.known)


class Lists:
    """Lists between the look and the button: in memory alone, each for the one who brought it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, Waiting] = {}

    def keep(self, waiting: Waiting) -> str:
        """Keep a list for a while; returns by what it is known. The oldest gives way."""
        known_by = secrets.token_urlsafe(16)
        with self._lock:
            self._forget(waiting.at)
            while len(self._waiting) >= MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[known_by] = waiting
        return known_by

    def of(self, visit: Visit, *, done: bool = False) -> Waiting | None:
        """Return the list that a form names, None where it waited too long; forget it once it is `done`."""
        with self._lock:
            self._forget(visit.now)
            found = self._waiting.get(visit.sent("list"))
            if found is None or found.user != visit.user.name:
                return None
            return self._waiting.pop(visit.sent("list")) if done else found

    def _forget(self, now: datetime) -> None:
        for known_by in [each for each, held in self._waiting.items() if now - held.at > WAITS]:
            del self._waiting[known_by]
