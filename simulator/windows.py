"""Rate-limit windows: so many requests for one caller and one endpoint until a true unix time."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True, slots=True)
class Permit:
    """What a window said to one request; `reset` is in unix seconds."""

    granted: bool
    limit: int
    remaining: int
    reset: int


@dataclass(slots=True)
class _Tally:
    """What became of one caller's windows at one endpoint: of those that another one followed, and of all."""

    windows: int = 0
    permitted: int = 0
    used: int = 0
    idle_s: float = 0.0
    granted: int = 0
    refused: int = 0


class Windows:
    """Fixed windows of `window_s` seconds, each begun by the first request after the last one ended."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._open: dict[tuple[str, str], tuple[int, int]] = {}
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def take(self, caller: str, endpoint: str, limit: int, now: float) -> Permit:
        """Count one request; refused once `limit` were granted in the window. A refusal is not counted."""
        found = self.look(caller, endpoint, limit, now)
        tally = self._tallies.setdefault((caller, endpoint), _Tally())
        reset, used = found.reset, found.limit - found.remaining
        before, spent = self._open.get((caller, endpoint), (0, 0))
        if before and reset != before:
            tally.windows += 1
            tally.permitted += limit
            tally.used += spent
            tally.idle_s += now - before
        tally.granted += found.granted
        tally.refused += not found.granted
        self._open[caller, endpoint] = reset, used + found.granted
        return Permit(found.granted, limit, max(0, limit - used - found.granted), reset)

    def look(self, caller: str, endpoint: str, limit: int, now: float) -> Permit:
        """Say what a request would be told, without counting it."""
        reset, used = self._open.get((caller, endpoint), (0, 0))
        if now >= reset:
            # x-api.md §1.5: x-rate-limit-reset is in whole unix seconds, so windows end on one.
            reset, used = ceil(now + self.window_s), 0
        return Permit(used < limit, limit, max(0, limit - used), reset)

    def tallies(self) -> list[dict[str, Any]]:
        """Return what became of the windows, one row for each caller and endpoint.

        `windows`, `permitted`, `used` and `idle_s` tell of the windows that another one followed; `idle_s`
        is the time between a window's end and the request that opened the next one. `granted` and
        `refused` count all requests.
        """
        return [
            {
                "caller": caller,
                "endpoint": endpoint,
                **asdict(each),
                "idle_s": round(each.idle_s, 3),
            }
            for (caller, endpoint), each in sorted(self._tallies.items())
        ]

    def clear(self) -> None:
        """Forget every window, and what became of those before."""
        self._open.clear()
        self._tallies.clear()
