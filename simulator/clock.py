"""Real moments for simulated time: all acts lie in the real past, whatever day the audience has reached.

Time is real and days pass by command only, so a day cannot be 24 real hours long. Before day 0 a simulated
second is a real one; after it, each further day is squeezed a little more into what is left until the start.
"""

from datetime import UTC, datetime, timedelta

from simulator.rings import DAY_S

#: Day 0 ends this many real days before the simulator's start, and half of them are used up on day 5.
_MARGIN_DAYS = 5.0


def moment(second: int, started: datetime) -> datetime:
    """Return the real time of a second of simulated time; it grows with `second` and is before `started`."""
    if second <= 0:
        return started - timedelta(days=_MARGIN_DAYS) + timedelta(seconds=second)
    days = second / DAY_S
    return started - timedelta(days=_MARGIN_DAYS / (1 + days / _MARGIN_DAYS))


def this_morning() -> datetime:
    """Return the beginning of the current UTC day: two starts on one day give the same times."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
