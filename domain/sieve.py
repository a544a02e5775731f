"""The sieve: a rough copy of what is suppressed in a process's memory, so that few need to be asked about.

It says "no" or "perhaps", never "yes": who passes is looked up in the database, which has the last word.
"""

import threading
from typing import Any

import numpy as np

#: Bytes of a value, and how many of them tell its place in the sieve.
VALUE_BYTES, START_BYTES = 32, 4
#: As many bits, of which a million values set one in 67: 8 MB.
_BITS = 1 << 26


class Sieve:
    """One bit for each value that is suppressed; what was lifted stays a "perhaps".

    `read` is the number of the newest suppression in it, None before the first is, and `of` the state of the
    database that it is read from. Threads share it: whoever brings it up and asks it holds its `lock`.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begin("")

    def begin(self, of: str) -> None:
        """Forget everything: another database, or an older state of the same."""
        self.of = of
        self.read: int | None = None
        self._bits = np.zeros(_BITS // 8, dtype=np.uint8)

    def add(self, starts: bytes) -> None:
        """Take values in, of each its first `START_BYTES`."""
        places = _places(starts, START_BYTES)
        np.bitwise_or.at(self._bits, places >> 3, (1 << (places & 7)).astype(np.uint8))

    def perhaps(self, values: bytes) -> list[int]:
        """Return the places of those who may be suppressed among values that stand one behind the other."""
        places = _places(values, VALUE_BYTES)
        found: list[int] = np.flatnonzero((self._bits[places >> 3] >> (places & 7)) & 1).tolist()
        return found


def _places(values: bytes, size: int) -> Any:
    starts = np.frombuffer(values, dtype=">u4")[:: size // START_BYTES]
    return starts.astype(np.int64) & (_BITS - 1)
