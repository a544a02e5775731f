"""The crowd: how often one address, and everybody together, may send a form; nobody's address is kept."""

import hmac
import ipaddress
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

#: Seconds after which counting begins anew.
WINDOW_S = 600
#: How many addresses are told apart in that time; further ones count as one.
MOST_ADDRESSES = 20_000
_REST = b""


class Bound(NamedTuple):
    """How many forms of a kind are taken in a window."""

    of_one: int
    of_all: int


#: By the first part of the path. Whoever holds a link of ours was written to, so many may come at once.
BOUNDS: Mapping[str, Bound] = {
    "stop": Bound(60, 20_000),
    "object": Bound(20, 400),
    "join": Bound(20, 1_000),
}


class Crowd:
    """Counts forms by a keyed hash of the sender's network, with another key in every window."""

    def __init__(
        self, bounds: Mapping[str, Bound] = BOUNDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bounds = bounds
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._began = self._clock()
        self._key = secrets.token_bytes(16)
        self._ones: Counter[tuple[str, bytes]] = Counter()
        self._all: Counter[str] = Counter()

    def admits(self, kind: str, address: str) -> bool:
        """Count one more form in; False where it is one too many."""
        if self._clock() - self._began >= WINDOW_S:
            self._begin()
        bound = self._bounds[kind]
        one = (kind, hmac.digest(self._key, network(address).encode(), "sha256")[:8])
        if one not in self._ones and len(self._ones) >= MOST_ADDRESSES:
            one = (kind, _REST)
        if self._ones[one] >= bound.of_one or self._all[kind] >= bound.of_all:
            return False
        self._ones[one] += 1
        self._all[kind] += 1
        return True

    def __len__(self) -> int:
        return len(self._ones)


def network(address: str) -> str:
    """Return the network that an address is counted under: the first 24 bits of IPv4, 48 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False).network_address)
