"""Webhooks: how a consumer is told that there is something to read, after Standard Webhooks 1.0.0.

Source: https://www.standardwebhooks.com, the specification 1.0.0 as read on 2026-11-27.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

from domain.errors import RegularsError

#: How a secret begins, and how many random bytes it has; 24 to 64 are allowed.
MARK, SECRET_BYTES = "whsec_", 32
#: How long the former secret signs beside the new one.
OVERLAP = timedelta(days=1)
#: How long to wait after the first try that failed, the second, and so on; after the last there is none.
WAITS = tuple(
    timedelta(seconds=each) for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
#: By how much of itself a wait is lengthened at most, so that endpoints that failed together part.
JITTER = 0.1
#: The longest that an endpoint may ask to be left alone.
LONGEST_WAIT = timedelta(days=1)
#: How long an endpoint may fail without a break before it is disabled.
PATIENCE = timedelta(days=5)
#: How many endpoints a consumer may have, and how long an address may be.
MOST_ENDPOINTS, LONGEST_URL = 5, 300


class WebhookError(RegularsError):
    """Raised where there is no such endpoint or dead letter, or none may be made so."""


class EventType(StrEnum):
    """What an event says; none says of whom, or of how many."""

    FEED_CHANGED = "feed.changed"
    TEST = "webhook.test"


class State(StrEnum):
    """How an endpoint stands; only an active one is sent anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"  # it answered 410
    DISABLED = "disabled"  # it failed for too long


#: The states in which an endpoint ended by itself, which somebody must be told.
ENDED = (State.GONE, State.DISABLED)


class Webhook(NamedTuple):
    """An endpoint of a consumer.

    `told_at` is when its last event was made, `delivered_at` when one arrived last.
    """

    id: int
    consumer_id: int
    url: str
    state: State
    created_at: datetime
    told_at: datetime | None = None
    delivered_at: datetime | None = None
    failing_since: datetime | None = None


def next_try(tries: int, asked: timedelta | None, chance: float, *, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None after the last one.

    `asked` is how long the endpoint wants to be left alone, which can only lengthen the wait; `chance` is
    between 0 and 1.
    """
    if tries > len(WAITS):
        return None
    wait = max(WAITS[tries - 1], min(asked or timedelta(0), LONGEST_WAIT))
    return now + wait * (1 + JITTER * chance)


def wait_asked(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """Read how long a `Retry-After` asks to wait: seconds or a date (RFC 9110, 10.2.3); None for neither."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), 999_999))
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(timedelta(0), until.replace(tzinfo=until.tzinfo or UTC) - now)
