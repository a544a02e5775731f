"""Answers that were ordered: the next so many of an endpoint are a named error."""

from collections import deque


class Forced:
    """Orders by platform and endpoint; `*` as endpoint means whichever comes next."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str], deque[str]] = {}

    def order(self, platform: str, endpoint: str, kind: str, times: int) -> None:
        """Let the next `times` answers of an endpoint be the error `kind`."""
        self._orders.setdefault((platform, endpoint), deque()).extend([kind] * times)

    def take(self, platform: str, endpoint: str) -> str | None:
        """Return the error that was ordered for this request, or None; each order is used up."""
        for key in ((platform, endpoint), (platform, "*")):
            waiting = self._orders.get(key)
            if waiting:
                return waiting.popleft()
        return None

    def clear(self) -> None:
        """Withdraw all orders."""
        self._orders.clear()
