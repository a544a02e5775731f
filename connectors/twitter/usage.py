"""What X tells of its bill: dollars left and posts read; pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.account import Usage

#: Answers to a kind of token that is not told: an empty 404 is no outage (x-api.md §2.2, §2.4).
NOT_TOLD = frozenset({401, 403, 404})


def usage_of(credit: Mapping[str, Any], posts: Mapping[str, Any]) -> Usage:
    """Read the bodies of `/2/usage/credits` and `/2/usage/tweets`; what is missing or absurd is not known."""
    return Usage(_micro(_field(credit, "total_balance")), _count(_field(posts, "project_usage")))


def _field(body: Mapping[str, Any], name: str) -> Any:
    inner = body.get("data")
    return inner.get(name) if isinstance(inner, dict) else None


def _micro(value: Any) -> int | None:
    # The balance may go slightly below nothing (x-api.md §2).
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return round(amount * 1_000_000) if amount.is_finite() and abs(amount) < 10**9 else None


def _count(value: Any) -> int | None:
    written = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None
