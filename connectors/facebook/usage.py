"""How much of Facebook's limits is used, as the headers of an answer say; pure.

Percentages of a quota that is never told; the time to regain access comes in minutes
(facebook-graph-api.md §3, rate limiting as of 2026-08-13).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.limit import Limit

#: The quotas of a page: one for what it shows, one of its own for Messenger (§3, limits).
PAGES = "pages"
MESSENGER = "messenger"
#: When to look again where a quota is used up and Facebook does not say for how long.
UNKNOWN_REGAIN = timedelta(minutes=1)
#: The longest quota counts over a day.
LONGEST_REGAIN = timedelta(hours=24)
_PERCENTAGES = ("call_count", "total_time", "total_cputime")


def limit_of(headers: Mapping[str, str], window: str, page_id: str, now: datetime) -> Limit | None:
    """Return the fullest of the quotas that a window names, None where no header names any."""
    entries = list(_entries(headers, page_id, window))
    used = [
        percentage
        for each in entries
        for name in _PERCENTAGES
        if (percentage := _number(each.get(name))) is not None
    ]
    if not used:
        return None
    remaining = max(0, 100 - max(used))
    reset_at = now if remaining else now + (_regain(entries) or UNKNOWN_REGAIN)
    return Limit(window, remaining, reset_at, 100, share=True)


def regain_at(headers: Mapping[str, str], window: str, page_id: str, now: datetime) -> datetime | None:
    """Return when a refused quota is open again as the headers say; None where they do not."""
    regain = _regain(list(_entries(headers, page_id, window)))
    return now + regain if regain else None


def _regain(entries: list[Mapping[str, Any]]) -> timedelta:
    told: list[Any] = [each.get("estimated_time_to_regain_access") for each in entries]
    minutes: float = max((each for each in told if _is_number(each)), default=0)
    return min(timedelta(minutes=minutes), LONGEST_REGAIN)


def _entries(headers: Mapping[str, str], page_id: str, window: str) -> Iterator[Mapping[str, Any]]:
    yield _object(headers.get("x-app-usage"))
    if window != MESSENGER:
        yield _object(headers.get("x-page-usage"))
    by_business = _object(headers.get("x-business-use-case-usage"))
    # The header lists up to 32 businesses; another one's full quota is none of ours.
    shown = [by_business[page_id]] if page_id in by_business else list(by_business.values())
    for each in shown:
        if isinstance(each, list):
            rows = (entry for entry in each if isinstance(entry, dict))
            yield from (entry for entry in rows if (entry.get("type") == MESSENGER) == (window == MESSENGER))


def _object(header: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(header or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    return int(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1_000_000
