"""Limiting: how often a consumer may ask, told in every answer (draft-ietf-httpapi-ratelimit-headers-10)."""

import threading
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import NamedTuple

#: Requests in a window of so many seconds; each process counts for itself.
ALLOWED, WINDOW_S = 1_200, 60


class Left(NamedTuple):
    """What is left of a window, and in how many seconds the next one begins."""

    requests: int
    seconds: int

    def headers(self, allowed: int) -> Mapping[str, str]:
        """Write it as headers."""
        return {
            "ratelimit-policy": f'"default";q={allowed};w={WINDOW_S}',
            "ratelimit": f'"default";r={max(self.requests, 0)};t={self.seconds}',
        }


class Windows:
    """Counts requests by consumer."""

    def __init__(self, allowed: int = ALLOWED) -> None:
        self.allowed = allowed
        self._lock = threading.Lock()
        self._counted: dict[int, tuple[float, int]] = {}

    def take(self, consumer_id: int, now: datetime) -> Left:
        """Count one request; fewer than none are left where it is one too many."""
        moment = now.timestamp()
        with self._lock:
            began_at, count = self._counted.get(consumer_id, (moment, 0))
            if not 0 <= moment - began_at < WINDOW_S:
                began_at, count = moment, 0
            self._counted[consumer_id] = began_at, count + 1
        return Left(self.allowed - count - 1, max(1, ceil(began_at + WINDOW_S - moment)))
