"""Looks at what must be well, one a second at most for all probes and pages of this console."""

import threading
import time
from collections.abc import Sequence

from fastapi import FastAPI

from console.web.desk import Desk
from workers import health
from workers.health import AWAY, QUEUE_SERVER, Check

#: For so many seconds one look answers everybody, for anybody may ask.
LOOK_S = 1.0


class Looks:
    """Looks at what must be well at most once a second."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._looked_at = -LOOK_S
        self._checks: Sequence[Check] = ()

    def checks(self) -> Sequence[Check]:
        """Return the newest look."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_S:
                desk = self._desk
                self._checks = health.checks(desk.runtime.settings, desk.database, now=desk.now())
                self._looked_at = time.monotonic()
            return self._checks

    def wrong(self) -> dict[str, str]:
        """Return what is not well: the check's name, and what is wrong with it."""
        return {each.name: each.wrong for each in self.checks() if each.wrong}

    def queue_is_away(self) -> bool:
        """Tell whether a queue server that was there does not answer."""
        return self.wrong().get(QUEUE_SERVER) == AWAY


def looks_of(app: FastAPI) -> Looks:
    """Return the one who looks for an application."""
    if not hasattr(app.state, "looks"):
        app.state.looks = Looks(app.state.desk)
    found: Looks = app.state.looks
    return found
