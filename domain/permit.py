"""Permits: who may send a request now, by what is known of the windows that it draws on; pure."""

from collections.abc import Sequence

from domain.window import HAIR, Caller, Lease, Window, begin, count, left, returned, turn

#: Seconds until somebody who found all permits in use asks again.
SHORT_S = 0.1
#: How long a permit is held for whoever took it; longer than a request's own time-outs (`connectors.http`).
LEASE_S = 45.0
#: Shared permits are given out so much faster than evenly, so that none is left when the window ends.
HASTE = 0.5
#: The last seconds of a window are not counted on for that: its end is known to about so many.
SPARE_S = 2.0
#: Pauses between two permits that are shorter than this are none.
LEAST_PAUSE_S = 0.05
#: How late somebody whose turn it is may come before the next one goes first.
GRACE_S = 1.0


def take(windows: Sequence[Window], permit: str, caller: str, now: float) -> float:
    """Give `permit` in the account's window and the app's, if any, or in none.

    Returns 0.0, or the seconds after which `caller` should ask again. A caller has one request under way:
    an older permit of its is one whose worker died, and counts as a request that was sent.
    """
    account, *app = windows
    gates = [account, *(each for each in app if each.joint)]
    for each in windows:
        turn(each, now)
        if each.leases.pop(caller, None):
            count(each)
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
            begin(each, now)
    return wait


def give_back(windows: Sequence[Window], permit: str) -> None:
    """Take a permit back whose request was never sent."""
    for each in windows:
        returned(each, permit)


def _pause(window: Window, now: float) -> float:
    """Return the seconds between two permits where several callers share the window; 0 for none."""
    free = left(window) - len(window.leases)
    if window.reset is None or len(window.callers) < 2 or free < 1:
        return 0.0
    pause = HASTE * (window.reset - SPARE_S - now) / free
    return pause if pause >= LEAST_PAUSE_S else 0.0


def _wait(window: Window, caller: str, now: float) -> float:
    bears = left(window)
    if bears < 1:
        return max(HAIR, (window.reset or now) - now)
    if bears <= len(window.leases):
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
    if early or ahead >= (1 if pause else bears - len(window.leases)):
        return max(SHORT_S if ahead else HAIR, early + ahead * pause)
    return 0.0
