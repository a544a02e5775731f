"""Asking a platform while somebody waits: what may pass is asked again, a few times, by itself."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

from domain.errors import BadAnswerError, RetryLaterError
from workers.runtime import utc_now


class Patience(NamedTuple):
    """How often, and how long at most a person is kept waiting between two tries."""

    tries: int
    longest_pause: timedelta


AT_A_TERMINAL = Patience(6, timedelta(seconds=30))
AT_A_PAGE = Patience(3, timedelta(seconds=2))

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer], patience: Patience = AT_A_TERMINAL) -> Answer:
    """Ask until an answer comes; the last error is raised, as is one that asks for a long wait."""
    for tried in range(1, patience.tries):
        try:
            return ask()
        except RetryLaterError as error:
            pause = error.retry_at - utc_now() if error.retry_at else None
            if pause is not None and pause > patience.longest_pause:
                raise
        except BadAnswerError:
            pause = None
        seconds = pause.total_seconds() if pause else 0.25 * 2**tried * random.uniform(0.5, 1)
        time.sleep(max(0.1, seconds))
    return ask()
