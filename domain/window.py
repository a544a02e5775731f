"""Windows of rate limits: what is known of them, and how they begin, are used up and end; pure.

A window stands for one (platform, account or app, endpoint). A request draws on the window of its account
and, where accounts share an app, on that of the app too, which holds nobody back before answers have
shown that the app is counted. Times are seconds of one clock, the limiter's; of the platform's clock only
differences are taken. `domain.permit` gives leave by them, `domain.telling` feeds them with answers;
`workers/limiter.lua` is the same set of rules where all machines share it, in the
queue server: a test holds the two together.
"""

from dataclasses import dataclass, field
from math import floor
from typing import NamedTuple

#: Requests without an answer yet where nothing was told of the window: one finds out. Facebook tells
#: nothing before "enough calls have been made" (facebook-graph-api.md §3), so there a few may go.
UNTOLD = 1
UNTOLD_SHARE = 8
#: Callers share a window where they have asked within this time, in seconds.
SHARING_S = 10.0
#: Two ends of a window that lie closer are the same: headers tell whole seconds.
SAME_S = 1.5
#: What a window may last longer than the one before: ends are whole seconds, beginnings are not.
STEP_S = 1.0
#: What a fraction may fall short of a whole by counting.
HAIR = 1e-6


class Told(NamedTuple):
    """What an answer told: `remaining` of `limit` until the window ends in `reset_s` seconds.

    A `reset_s` of 0 or less is unknown. A `share` is in percent of a quota that is never told. `refused`:
    the answer itself was the platform's "wait".
    """

    limit: float
    remaining: float
    reset_s: float
    share: bool = False
    refused: bool = False


@dataclass(slots=True)
class Caller:
    """Somebody who asks for permits: since when unserved (None: served), and when to ask again."""

    since: float | None
    wake: float


@dataclass(slots=True)
class Lease:
    """A permit in use, until when at most; `alone` while no other one was in use beside it."""

    permit: str
    until: float
    alone: bool


@dataclass(slots=True)
class Window:
    """What is known of a window; `remaining` and `reset` are None before the first answer in it.

    `cost` is what one request takes of `remaining`. `total` counts our requests for ever; `own` and
    `others` are what it was, here and for the app's other accounts, when the platform had counted `base`.
    `joint`: answers have shown that this window of an app is counted. `alone`: no other request was under
    way beside the one that was answered last. `began` is when its first request of ours went out, `length`
    the longest time from then to its end that was told, `longest` the longest from any one request of it or
    its accounts to the end that its answer told. `clock` is the last time seen.
    """

    limit: float | None = None
    remaining: float | None = None
    reset: float | None = None
    share: bool = False
    joint: bool = False
    alone: bool = False
    cost: float = 1.0
    base: float = 0.0
    own: int = 0
    others: int = 0
    total: int = 0
    began: float | None = None
    length: float = 0.0
    longest: float = 0.0
    next_slot: float = 0.0
    clock: float = 0.0
    leases: dict[str, Lease] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)


def turn(window: Window, now: float) -> None:
    """Let leases run out (their requests may have been sent), the window end, and callers be forgotten."""
    if now < window.clock:
        _shift(window, now - window.clock)
    window.clock = now
    for caller in [caller for caller, each in window.leases.items() if each.until <= now]:
        del window.leases[caller]
        count(window)
    if window.reset is not None and now >= window.reset:
        window.remaining = window.reset = window.began = None
    for name in [each for each, known in window.callers.items() if known.wake < now - SHARING_S]:
        del window.callers[name]


def begin(window: Window, now: float) -> None:
    """Begin a window with its first request.

    An app's window is told only where it is narrower than the account's that asks: what is known of it is
    that all of it is there again, and how long the last one took. We may have begun with one and been told
    the end of the next: no single request is told more than a whole window, so it takes no longer.
    """
    if window.began is not None:
        return
    window.began = now
    if window.joint and window.limit is not None and window.length:
        window.remaining, window.reset = window.limit, now + min(window.length, window.longest) + STEP_S
        window.base, window.own = 0.0, window.total


def count(window: Window) -> None:
    """Count a request as one that was sent."""
    window.total += 1
    if window.remaining is not None:
        window.remaining = max(0.0, window.remaining - window.cost)


def left(window: Window) -> int:
    """Count the requests that the window still bears, those without an answer yet among them."""
    if window.remaining is None:
        return UNTOLD_SHARE if window.share else UNTOLD
    left = floor(window.remaining / window.cost + HAIR)
    # Where no end was told, nothing was said to be used up: one more request finds out.
    return max(1, left) if window.reset is None else left


def returned(window: Window, permit: str) -> Lease | None:
    """Take a permit out of use; None where it ran out before."""
    for caller, each in window.leases.items():
        if each.permit == permit:
            return window.leases.pop(caller)
    return None


def is_same(window: Window, told: Told, now: float) -> bool:
    """Tell whether an answer describes the window that is known, by its limit and its end."""
    if window.reset is None or window.limit != told.limit:
        return False
    return abs(window.reset - (now + told.reset_s)) < SAME_S


def _shift(window: Window, by: float) -> None:
    """Follow a clock that was put back: what lay so far ahead still does."""
    window.began = None if window.began is None else window.began + by
    window.next_slot += by
    window.reset = None if window.reset is None else window.reset + by
    for lease in window.leases.values():
        lease.until += by
    for each in window.callers.values():
        each.since = None if each.since is None else each.since + by
        each.wake += by
