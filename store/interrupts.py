"""Ctrl-C, held back while something is done that must be whole."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C back for the time of a block; it comes, as KeyboardInterrupt, at its end.

    Python lets it in between any two steps: a transaction that had begun would stay open, a process that
    was started would be nobody's. Only the main thread is interrupted, and only where nobody else
    listens for the signal.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed = threading.Event()
    signal.signal(signal.SIGINT, lambda _number, _frame: pressed.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if pressed.is_set():
            raise KeyboardInterrupt
