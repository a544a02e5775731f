"""Windows as they are kept, recalled and fed: between the pure rules and what answers and rows say."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from domain.errors import PlatformError, RateLimitedError
from domain.limit import Limit
from domain.window import Caller, Lease, Told, Window
from store import limits


def told_by(limit: Limit | None, error: PlatformError | None, now: datetime) -> Told | None:
    """Return what an answer, or the error that it was, told of its window."""
    refused = isinstance(error, RateLimitedError)
    if limit is None and isinstance(error, RateLimitedError) and error.retry_at:
        limit = Limit("", 0, error.retry_at)
    if limit is None:
        return None
    seconds = (limit.reset_at - now).total_seconds()
    return Told(limit.limit or 0, limit.remaining, seconds, limit.share, refused)


def recalled(known: Sequence[limits.Kept | None], now: datetime, busy: int) -> list[Window]:
    """Make windows of what the database knows; `busy` requests may be under way that no window knows of."""
    made = []
    for each in known:
        if each is None:
            made.append(Window())
            continue
        limit = each.limit
        left = max(0.0, float(limit.remaining - busy))
        reset = (limit.reset_at - now).total_seconds()
        made.append(Window(limit.limit or 0, left, reset, limit.share))
    return made


def written(known: Window) -> str:
    """Write a window as JSON; what is None is left out."""
    fields = {name: value for name, value in asdict(known).items() if value is not None}
    fields["callers"] = {
        name: {key: value for key, value in each.items() if value is not None}
        for name, each in fields["callers"].items()
    }
    return orjson.dumps(fields).decode()


def read(text: str) -> Window:
    """Read a window from JSON."""
    fields = orjson.loads(text)
    callers = {name: Caller(each.get("since"), each["wake"]) for name, each in fields.pop("callers").items()}
    leases = {name: Lease(**each) for name, each in fields.pop("leases").items()}
    return Window(**fields, callers=callers, leases=leases)
