"""Rate-limit windows: so many requests for one caller and one endpoint until a true unix time."""

from dataclasses import dataclass
from math import ceil

from simulator.tallies import Tallies


@dataclass(frozen=True, slots=True)
class Permit:
    """What a window said to one request; `reset` is in unix seconds."""

    granted: bool
    limit: int
    remaining: int
    reset: int


class Windows:
    """Fixed windows of `window_s` seconds, each begun by the first request after the last one ended."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._open: dict[tuple[str, str], tuple[int, int]] = {}
        self.tallies = Tallies()

    def take(self, caller: str, endpoint: str, limit: int, now: float) -> Permit:
        """Count one request; refused once `limit` were granted in the window. A refusal is not counted."""
        found = self.look(caller, endpoint, limit, now)
        reset, used = found.reset, found.limit - found.remaining
        before = self._open.get((caller, endpoint))
        if before and reset != before[0]:
            self.tallies.ended(caller, endpoint, limit, used=before[1], idle_s=now - before[0])
        self.tallies.asked(caller, endpoint, granted=found.granted)
        self._open[caller, endpoint] = reset, used + found.granted
        return Permit(found.granted, limit, max(0, limit - used - found.granted), reset)

    def look(self, caller: str, endpoint: str, limit: int, now: float) -> Permit:
        """Say what a request would be told, without counting it."""
        reset, used = self._open.get((caller, endpoint), (0, 0))
        if now >= reset:
            # x-api.md §1.5: x-rate-limit-reset is in whole unix seconds, so windows end on one.
            reset, used = ceil(now + self.window_s), 0
        return Permit(used < limit, limit, max(0, limit - used), reset)

    def clear(self) -> None:
        """Forget every window, and what became of those before."""
        self._open.clear()
        self.tallies.clear()
