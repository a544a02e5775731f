"""Who reads at the same time in this process: a page that has ended a worker is read alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds to wait for the pages in hand: longer than a request with its time-outs takes. One that hangs must
#: not keep all others waiting, too.
WAIT_S = 60.0


class Company:
    """Lets pages be read side by side, and one that may end the process only while no other is in hand.

    Otherwise the pages beside it would die with it as often, and be taken for what it is.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._wishing = 0
        self._alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Read beside others; waits while somebody reads, or waits to read, alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wishing)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, wait_s: float = WAIT_S) -> Iterator[bool]:
        """Read while nobody else does; gives False where the pages in hand are not done within `wait_s`."""
        with self._changed:
            self._wishing += 1
            entered = self._changed.wait_for(lambda: not self._together and not self._alone, wait_s)
            self._alone = self._alone or entered
        try:
            yield entered
        finally:
            with self._changed:
                self._alone = self._alone and not entered
                self._wishing -= 1
                self._changed.notify_all()
