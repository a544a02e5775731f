"""A fair lock between processes: those that write to one SQLite file come one after another.

SQLite lets whoever asks at the right moment write next, and asks more and more seldom for whoever waits: a
page of the console that enters the journal waited four seconds behind harvests that went on at once.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

#: Seconds between two looks whether the lock is free.
_LOOK_S = 0.002
_ours_alone = partial(os.open, mode=0o600)


class LockedError(Exception):
    """Raised where the lock cannot be had; says why in a few words."""


class FairLock:
    """The right to write to one file, by three more beside it that stay empty.

    Who holds the lock of `-next` writes next and waits for that of `-writer`: whoever has just written stands
    behind all who wait. Whom somebody looks at (`in_queue` is False) holds that of `-first` meanwhile, which
    keeps the queue back, and writes next. The kernel takes the locks from a process that dies.
    """

    def __init__(self, database: str, patience_s: float) -> None:
        self._first, self._next, self._writer = (f"{database}-{each}" for each in ("first", "next", "writer"))
        self._patience_s = patience_s
        self.in_queue = True

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a block; raises LockedError where who is next waited for `patience_s` seconds."""
        with _opened(self._writer) as writer:
            with _opened(self._next) as following, _opened(self._first) as first:
                if self.in_queue:
                    fcntl.flock(following, fcntl.LOCK_EX)  # the kernel lets them in as they came
                    _lock(writer, time.monotonic() + self._patience_s, behind=first)
                else:
                    fcntl.flock(first, fcntl.LOCK_EX)
                    _lock(writer, time.monotonic() + self._patience_s)
            yield


def _opened(path: str) -> IO[bytes]:
    try:
        return open(path, "ab", opener=_ours_alone)
    except OSError as error:
        raise LockedError(f"{Path(path).name}: {error.strerror}") from error


def _lock(file: IO[bytes], until: float, behind: IO[bytes] | None = None) -> None:
    """Wait for a lock that goes when its file is closed; not while another's is held."""
    while True:
        try:
            if behind:
                fcntl.flock(behind, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if behind:
                fcntl.flock(behind, fcntl.LOCK_UN)
            if time.monotonic() > until:
                raise LockedError("others have been writing for too long") from None
            time.sleep(_LOOK_S)
