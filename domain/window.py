"""Windows of rate limits: who may send a request now, and what an answer tells of it; pure.

A window stands for one (platform, account or app, endpoint). A request draws on the window of its account
and, where accounts share an app, on that of the app too, which holds nobody back before answers have
shown that the app is counted. Times are seconds of one clock, the limiter's; of the platform's clock only
differences are taken. `workers/limiter.lua` is the same set of rules where all machines share it, in the
queue server: a test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor
from typing import NamedTuple

#: Seconds until somebody who found all permits in use asks again.
SHORT_S = 0.1
#: How long a permit is held for whoever took it; longer than a request's own time-outs (`connectors.http`).
LEASE_S = 45.0
#: Requests without an answer yet where nothing was told of the window: one finds out. Facebook tells
#: nothing before "enough calls have been made" (facebook-graph-api.md §3), so there a few may go.
UNTOLD = 1
UNTOLD_SHARE = 8
#: Callers share a window where they have asked within this time, in seconds.
SHARING_S = 10.0
#: Shared permits are given out so much faster than evenly, so that none is left when the window ends.
HASTE = 0.5
#: Pauses between two permits that are shorter than this are none.
LEAST_PAUSE_S = 0.05
#: How late somebody whose turn it is may come before the next one goes first.
GRACE_S = 1.0
#: Two ends of a window that lie closer are the same: headers tell whole seconds.
SAME_S = 1.5
#: Where all of a share is used and nothing tells for how long, in seconds.
UNKNOWN_WAIT_S = 60.0
_HAIR = 1e-6


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
    way beside the one that was answered last. `clock` is the last time seen.
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
    next_slot: float = 0.0
    clock: float = 0.0
    leases: dict[str, Lease] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)


def take(windows: Sequence[Window], permit: str, caller: str, now: float) -> float:
    """Give `permit` in the account's window and the app's, if any, or in none.

    Returns 0.0, or the seconds after which `caller` should ask again. A caller has one request under way:
    an older permit of its is one whose worker died, and counts as a request that was sent.
    """
    account, *app = windows
    gates = [account, *(each for each in app if each.joint)]
    for each in windows:
        _turn(each, now)
        if each.leases.pop(caller, None):
            _count(each)
    wait = max(_wait(each, caller, now) for each in gates)
    for each in gates:
        known = each.callers.get(caller)
        if wait:
            since = known.since if known and known.since is not None else now
            each.callers[caller] = Caller(since, now + wait)
        else:
            each.callers[caller] = Caller(None, now)
            pause = _pause(each, now)
            each.next_slot = max(now, each.next_slot) + pause if pause else now
    if not wait:
        for each in windows:
            for other in each.leases.values():
                other.alone = False
            each.leases[caller] = Lease(permit, now + LEASE_S, not each.leases)
    return wait


def answer(windows: Sequence[Window], permit: str, told: Told | None, now: float) -> None:
    """Take in what the answer to a permit's request told, None where nothing was."""
    account, *rest = windows
    app = rest[0] if rest else None
    for each in windows:
        _turn(each, now)
        lease = _returned(each, permit)
        each.alone = lease is not None and lease.alone
        if lease:
            _count(each)
    if told is None:
        return
    if app is None:
        _tell(account, None, told, now)
        return
    if told.refused and not app.joint and (account.remaining or 0) >= 1 and _others(account, app):
        app.joint = True
        _tell(app, None, told, now)
    elif _is_of_app(account, app, told, now):
        app.joint = True
        _tell(app, None, told, now)
        return
    _tell(account, app, told, now)


def give_back(windows: Sequence[Window], permit: str) -> None:
    """Take a permit back whose request was never sent."""
    for each in windows:
        _returned(each, permit)


def _returned(window: Window, permit: str) -> Lease | None:
    """Take a permit out of use; None where it ran out before."""
    for caller, each in window.leases.items():
        if each.permit == permit:
            return window.leases.pop(caller)
    return None


def _turn(window: Window, now: float) -> None:
    """Let leases run out (their requests may have been sent), the window end, and callers be forgotten."""
    if now < window.clock:
        _shift(window, now - window.clock)
    window.clock = now
    for caller in [caller for caller, each in window.leases.items() if each.until <= now]:
        del window.leases[caller]
        _count(window)
    if window.reset is not None and now >= window.reset:
        window.remaining = window.reset = None
    for name in [each for each, known in window.callers.items() if known.wake < now - SHARING_S]:
        del window.callers[name]


def _shift(window: Window, by: float) -> None:
    """Follow a clock that was put back: what lay so far ahead still does."""
    window.next_slot += by
    window.reset = None if window.reset is None else window.reset + by
    for lease in window.leases.values():
        lease.until += by
    for each in window.callers.values():
        each.since = None if each.since is None else each.since + by
        each.wake += by


def _count(window: Window) -> None:
    window.total += 1
    if window.remaining is not None:
        window.remaining = max(0.0, window.remaining - window.cost)


def _left(window: Window) -> int:
    """Count the requests that the window still bears, those without an answer yet among them."""
    if window.remaining is None:
        return UNTOLD_SHARE if window.share else UNTOLD
    left = floor(window.remaining / window.cost + _HAIR)
    # Below 100 % of a quota one more request is always borne.
    return max(1, left) if window.share and window.remaining > 0 else left


def _pause(window: Window, now: float) -> float:
    """Return the seconds between two permits where several callers share the window; 0 for none."""
    free = _left(window) - len(window.leases)
    if window.reset is None or len(window.callers) < 2 or free < 1:
        return 0.0
    pause = HASTE * (window.reset - now) / free
    return pause if pause >= LEAST_PAUSE_S else 0.0


def _wait(window: Window, caller: str, now: float) -> float:
    left = _left(window)
    if left < 1:
        return max(_HAIR, (window.reset or now) - now)
    if left <= len(window.leases):
        return SHORT_S
    known = window.callers.get(caller)
    since = known.since if known and known.since is not None else now
    ahead = sum(
        each.since is not None and each.since < since and now - GRACE_S <= each.wake <= now + SHORT_S
        for name, each in window.callers.items()
        if name != caller
    )
    pause = _pause(window, now)
    early = max(0.0, window.next_slot - now) if pause else 0.0
    if early or ahead >= (1 if pause else left - len(window.leases)):
        return max(SHORT_S if ahead else _HAIR, early + ahead * pause)
    return 0.0


def _tell(window: Window, app: Window | None, told: Told, now: float) -> None:
    """Bring a window up to date; `app` is given for an account's window beside one."""
    if told.share:
        _tell_share(window, told, now)
        return
    if told.reset_s <= 0:
        window.limit, window.remaining, window.reset = told.limit, None, None
        return
    reset = now + told.reset_s
    same = window.limit == told.limit and window.reset is not None and abs(window.reset - reset) < SAME_S
    known = window.remaining
    if not same or known is None:
        window.base = told.limit - told.remaining
        window.own = window.total
        window.others = app.total - window.total if app else 0
    if told.refused:
        window.remaining = 0.0
    elif not same or known is None or window.alone:
        window.remaining = told.remaining
    else:  # answers may overtake each other, and those under way may be counted already
        window.remaining = min(known, told.remaining + len(window.leases))
    window.limit, window.reset = told.limit, window.reset if same else reset


def _tell_share(window: Window, told: Told, now: float) -> None:
    """Learn what one request takes from how the percentage grew; `base` is where the growth began."""
    used = told.limit - told.remaining
    if window.remaining is None or used < window.base:
        window.base, window.own = used, window.total
    elif window.total > window.own:
        # Percentages are whole numbers, so the growth may have been one more.
        window.cost = (used - window.base + 1) / (window.total - window.own)
    window.share = True
    window.limit = told.limit
    window.remaining = 0.0 if told.refused else told.remaining
    wait = told.reset_s if told.reset_s > 0 else UNKNOWN_WAIT_S
    window.reset = None if window.remaining else now + wait


def _others(account: Window, app: Window) -> int:
    """Count what the app's other accounts have asked for since the account's window was first told."""
    return app.total - account.total - account.others


def _is_of_app(account: Window, app: Window, told: Told, now: float) -> bool:
    """Tell whether an answer describes the app's window and not the account's own.

    It does where the platform has counted more than the account asked for and the app's other accounts
    explain the rest (x-api.md §1.1 has a limit for each of the two; headers do not say which they tell).
    """
    if told.share:
        return False
    reset = now + told.reset_s
    if app.joint:
        if app.limit != told.limit:
            return False
        if app.remaining is None or app.reset is None:
            return account.limit != told.limit or account.remaining is None
        fits = told.remaining <= app.remaining + len(app.leases) + 1
        return abs(app.reset - reset) < SAME_S and fits
    same = account.limit == told.limit and account.reset is not None and abs(account.reset - reset) < SAME_S
    excess = (told.limit - told.remaining) - account.base - (account.total - account.own)
    return same and 1 <= excess <= _others(account, app) + len(app.leases)
