"""Rate-limit windows: so many requests for one caller and one endpoint until a true unix time."""

from dataclasses import dataclass
from math import ceil


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

    def take(self, caller: str, endpoint: str, limit: int, now: float) -> Permit:
        """Count one request; refused once `limit` were granted in the window. A refusal is not counted."""
        reset, used = self._open.get((caller, endpoint), (0, 0))
        if now >= reset:
            # x-api.md §1.5: x-rate-limit-reset is in whole unix seconds, so windows end on one.
            reset, used = ceil(now + self.window_s), 0
        granted = used < limit
        self._open[caller, endpoint] = reset, used + granted
        return Permit(granted, limit, max(0, limit - used - granted), reset)

    def clear(self) -> None:
        """Forget every window."""
        self._open.clear()
