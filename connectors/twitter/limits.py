"""What X's headers say of a window, and when a refused reader may come back; pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.twitter.asked import Asked
from domain.limit import Limit

#: Nothing says when credits are bought, so the app asks again after this time.
CREDITS_PAUSE = timedelta(hours=6)
#: How old the Date of an answer may be: it tells whole seconds, and servers keep it for some.
DATE_AGE = timedelta(seconds=3)
#: X's longest window is a day; a reset beyond it is no reset.
LONGEST_WINDOW = timedelta(hours=25)


def limit_of(headers: Mapping[str, str], asked: Asked) -> Limit | None:
    """Return what the headers say of the stream's window, None where any is missing or absurd."""
    reset = _moment(headers.get("x-rate-limit-reset"))
    remaining = _count(headers.get("x-rate-limit-remaining"))
    limit = _count(headers.get("x-rate-limit-limit"))
    if reset is None or remaining is None or limit is None:
        return None
    reset = _by_our_clock(reset, headers, asked)
    if abs(reset - asked.now) > LONGEST_WINDOW:
        return None
    return Limit(asked.request.stream, remaining, reset, limit)


def window_end(headers: Mapping[str, str], asked: Asked) -> datetime | None:
    """Return when a spent window ends; None for a reset that is missing, past or absurd."""
    told = _moment(headers.get("x-rate-limit-reset"))
    if told is None:
        return None
    reset = _by_our_clock(told, headers, asked)
    return reset if asked.now < reset <= asked.now + LONGEST_WINDOW else None


def billing_reset(problem: Mapping[str, Any], now: datetime) -> datetime:
    """Return the day on which a spending cap ends as the body tells it, else when to ask again."""
    try:
        date = datetime.fromisoformat(str(problem.get("reset_date")))
    except ValueError:
        return now + CREDITS_PAUSE
    moment = date if date.tzinfo else date.replace(tzinfo=UTC)
    return moment if moment > now else now + CREDITS_PAUSE


def next_period(problem: Mapping[str, Any], now: datetime) -> datetime:
    """Return when the next day begins for a daily cap, else the next month, both in UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if str(problem.get("period")).lower() == "daily":
        return today + timedelta(days=1)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _by_our_clock(moment: datetime, headers: Mapping[str, str], asked: Asked) -> datetime:
    """Return a moment of X's clock as ours shows it, at the latest, where the two clocks disagree.

    They do where the answer is dated before it was asked for, or after it was heard.
    """
    heard = asked.heard or asked.now
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
        agree = theirs <= heard and asked.now < theirs + DATE_AGE
        believable = timedelta(0) <= moment - theirs <= LONGEST_WINDOW
    except (ValueError, TypeError):
        return moment
    return moment if agree or not believable else moment + (heard - theirs)


def _count(header: str | None) -> int | None:
    return int(header) if header and header.isascii() and header.isdigit() and len(header) < 12 else None


def _moment(header: str | None) -> datetime | None:
    seconds = _count(header)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
