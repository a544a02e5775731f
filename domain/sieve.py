"""The sieve: a rough copy of what is suppressed in a process's memory, so that few need to be asked about.

It says "no" or "perhaps", never "yes": who passes is looked up in the database, which has the last word.
"""

import threading
from typing import Any

import numpy as np

#: Bytes of a value.
VALUE_BYTES = 32
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

    def add(self, values: bytes) -> None:
        """Take values in, which stand one behind the other."""
        places = _places(values)
        np.bitwise_or.at(self._bits, places >> 3, (1 << (places & 7)).astype(np.uint8))

    def perhaps(self, values: bytes) -> list[int]:
        """Return the places of those of the values that may be suppressed."""
        places = _places(values)
        found: list[int] = np.flatnonzero((self._bits[places >> 3] >> (places & 7)) & 1).tolist()
        return found


def _places(values: bytes) -> Any:
    starts = np.frombuffer(values, dtype=">u4")[:: VALUE_BYTES // 4]
    return starts.astype(np.int64) & (_BITS - 1)
