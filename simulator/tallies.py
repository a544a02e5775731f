"""What became of rate-limit windows: how much of them was used, and how often somebody asked too much."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class _Tally:
    """Of one caller at one endpoint: the windows that another one followed, and all requests."""

    windows: int = 0
    permitted: int = 0
    used: int = 0
    idle_s: float = 0.0
    granted: int = 0
    refused: int = 0


class Tallies:
    """The sums of every caller and endpoint."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Tally] = {}

    def ended(self, caller: str, endpoint: str, limit: int, *, used: int, idle_s: float) -> None:
        """Add a window that ended `idle_s` seconds before the request that opened the next one."""
        tally = self._of(caller, endpoint)
        tally.windows += 1
        tally.permitted += limit
        tally.used += used
        tally.idle_s += idle_s

    def asked(self, caller: str, endpoint: str, *, granted: bool) -> None:
        """Count a request."""
        tally = self._of(caller, endpoint)
        tally.granted += granted
        tally.refused += not granted

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each caller and endpoint."""
        return [
            {"caller": caller, "endpoint": endpoint, **asdict(each), "idle_s": round(each.idle_s, 3)}
            for (caller, endpoint), each in sorted(self._known.items())
        ]

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()

    def _of(self, caller: str, endpoint: str) -> _Tally:
        return self._known.setdefault((caller, endpoint), _Tally())
