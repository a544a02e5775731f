"""Telling: what an answer says of the windows that its request drew on, and of which of them; pure."""

from collections.abc import Sequence

from domain.permit import LEASE_S
from domain.window import UNTOLD_SHARE, Told, Window, count, is_same, returned, turn

#: Where all of a share is used and nothing tells for how long, in seconds.
UNKNOWN_WAIT_S = 60.0


def answer(windows: Sequence[Window], permit: str, told: Told | None, now: float) -> None:
    """Take in what the answer to a permit's request told, None where nothing was."""
    account, *rest = windows
    app = rest[0] if rest else None
    sent = now
    for each in windows:
        turn(each, now)
        lease = returned(each, permit)
        each.alone = lease is not None and lease.alone
        if lease:
            count(each)
            sent = min(sent, lease.until - LEASE_S)
    if told is None:
        return
    for each in windows:
        each.longest = max(each.longest, now + told.reset_s - sent)
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


def _tell(window: Window, app: Window | None, told: Told, now: float) -> None:
    """Bring a window up to date; `app` is given for an account's window beside one."""
    if told.share:
        _tell_share(window, told, now)
        return
    if told.reset_s <= 0:
        window.limit, window.remaining, window.reset = told.limit, None, None
        return
    same = is_same(window, told, now)
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
    if not same and window.reset is not None:  # another window than we thought, begun we know not when
        window.began = now
    if window.limit != told.limit:
        window.limit, window.length = told.limit, 0.0
    end = now + told.reset_s
    window.reset = min(window.reset, end) if same and window.reset is not None else end
    if window.began is not None:
        window.length = max(window.length, window.reset - window.began)


def _tell_share(window: Window, told: Told, now: float) -> None:
    """Learn what one request takes from how the percentage grew; `base` is where the growth began."""
    used, known = told.limit - told.remaining, window.remaining
    # Answers may overtake each other; what fell by more than that belongs to another window.
    overtaken = window.cost * (1 if window.alone else len(window.leases) + UNTOLD_SHARE) + 1
    fresh = known is None or used < window.base or told.remaining > known + overtaken
    if fresh:
        window.base, window.own = used, window.total
    elif window.total > window.own:
        # Percentages are whole numbers, so the growth may have been one more.
        window.cost = (used - window.base + 1) / (window.total - window.own)
    window.share = True
    window.limit = told.limit
    if told.refused:
        window.remaining = 0.0
    elif known is None or fresh or window.alone:
        window.remaining = told.remaining
    else:
        window.remaining = min(known, told.remaining)
    wait = told.reset_s if told.reset_s > 0 else UNKNOWN_WAIT_S
    window.reset = None if window.remaining else now + wait


def _others(account: Window, app: Window) -> int:
    """Count what the app's other accounts have asked for since the account's window was first told."""
    return app.total - account.total - account.others


def _is_of_app(account: Window, app: Window, told: Told, now: float) -> bool:
    """Tell whether an answer describes the app's window and not the account's own.

    Headers do not say which of the two they tell (x-api.md §1.1 has a limit for each).
    """
    if told.share:
        return False
    return _of_joint(account, app, told, now) if app.joint else _shows_app(account, app, told, now)


def _of_joint(account: Window, app: Window, told: Told, now: float) -> bool:
    """Tell it of an app that is counted: by the limit, and where both have the same, by the end."""
    if app.limit != told.limit:
        return False
    if account.limit is not None and account.limit != told.limit:
        return True
    if app.remaining is None:
        return account.remaining is None
    return is_same(app, told, now) and told.remaining <= app.remaining + len(app.leases) + 1


def _shows_app(account: Window, app: Window, told: Told, now: float) -> bool:
    """Tell whether an answer shows that the app is counted, too.

    It does where the platform has counted more than the account asked for and the app's other accounts
    explain the rest, or where it tells another limit amid a window while they ask.
    """
    others = _others(account, app)
    if account.remaining is not None and account.limit != told.limit:
        return others > 0
    excess = (told.limit - told.remaining) - account.base - (account.total - account.own)
    return is_same(account, told, now) and 1 <= excess <= others + len(app.leases)
