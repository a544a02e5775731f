"""Billing: what a platform says it charged, beside what our ledger says."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.account import Usage
from domain.drift import Comparison, compare_money, compare_posts
from store import ledger


class Checked(NamedTuple):
    """What one look at a bill found; the comparisons are None where there is nothing to compare."""

    usage: Usage
    since: datetime | None
    money: Comparison | None = None
    posts: Comparison | None = None


def check(connection: Connection, app: str, usage: Usage, *, now: datetime) -> Checked:
    """Keep what the platform said of an app's bill; compare its change since the last look with ours."""
    last = ledger.last_reading(connection, app)
    ledger.keep_reading(connection, app, usage, now=now)
    if last is None:
        return Checked(usage, None)
    ours = ledger.between(connection, app, last["at"], now)
    return Checked(
        usage,
        last["at"],
        compare_money(last["credits_micro_usd"], usage.credits_micro_usd, ours.micro_usd),
        compare_posts(last["posts_read"], usage.posts_read, ours.posts),
    )
