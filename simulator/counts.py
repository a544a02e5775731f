"""How often each endpoint was requested, and how it answered."""

from collections import Counter
from typing import Any


class Counts:
    """Requests by platform, endpoint and status; a fault is counted by its name, not a status."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str, str]] = Counter()

    def add(self, platform: str, endpoint: str, outcome: str) -> None:
        """Count one request; `outcome` is an HTTP status or the name of a fault."""
        self._counted[platform, endpoint, outcome] += 1

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each platform, endpoint and outcome."""
        return [
            {"platform": platform, "endpoint": endpoint, "outcome": outcome, "requests": requests}
            for (platform, endpoint, outcome), requests in sorted(self._counted.items())
        ]

    def total(self, platform: str | None = None) -> int:
        """Return how many requests came, to one platform or to both."""
        return sum(number for (each, _, _), number in self._counted.items() if platform in {None, each})
