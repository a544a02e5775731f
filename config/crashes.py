"""What is told of an error of our own: its kind and its places, never its text, which may hold a name."""

import logging
import threading
from pathlib import Path
from traceback import extract_tb

log = logging.getLogger("regulars.crash")
#: How many of the innermost calls are told.
DEPTH = 6


def where_it_failed(error: BaseException) -> str:
    """Say what failed and where, in one phrase."""
    return _told(error, depth=1)


def calls_of(error: BaseException) -> str:
    """Say what failed and through which calls, the innermost first."""
    return _told(error, depth=DEPTH)


def hush_threads() -> None:
    """Let a thread that dies of an error say so without the error's text, as everything else does."""
    threading.excepthook = _thread_died


def _thread_died(died: threading.ExceptHookArgs) -> None:
    if died.exc_value is not None and not isinstance(died.exc_value, SystemExit):
        name = died.thread.name if died.thread else "a thread"
        log.error("crash.thread", extra={"died": name, "error": calls_of(died.exc_value)})


def _told(error: BaseException, depth: int) -> str:
    calls = extract_tb(error.__traceback__)[-depth:]
    places = ", called by ".join(
        f"{each.name}, {Path(each.filename).name}:{each.lineno}" for each in reversed(calls)
    )
    return f"{type(error).__name__} in {places}"
