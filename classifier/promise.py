"""The promise: what a plan can keep with the money that was given, said plainly; pure."""

from datetime import datetime, timedelta
from math import ceil

from classifier.drift import Drift
from classifier.freshness import DAY, MONTH, heads_micro_usd, look_every, money_left, walk_every
from domain.freshness import FOLLOWED, UNFOLLOWED, Prices, Promise, Roster, Wish


def promise(roster: Roster, wish: Wish, prices: Prices, *, now: datetime) -> Promise:
    """Return what a roster's plan can keep: by events, by heads of the list, by whole walks."""
    every = walk_every(roster, wish, prices, now=now)
    by_walks = min(1.0, DAY / every) if every else 0.0
    left = money_left(roster, wish)
    heads = heads_micro_usd(roster, prices, MONTH)
    reads_heads = left is None or left >= (heads + prices.look * 30) // 30
    joins = 1.0 if reads_heads or FOLLOWED in roster.events else by_walks
    leaves = 1.0 if UNFOLLOWED in roster.events else by_walks
    looks = prices.look * ceil(MONTH / look_every(wish, prices))
    least = 0 if FOLLOWED in roster.events else prices.item * ceil(30 * Drift(roster).joins_a_day)
    low, high = prices.look * 30 + least, looks + heads
    walks = round(prices.item * roster.size * (MONTH / every)) if every else 0
    low, high = low + walks, high + walks
    if wish.budget_micro_usd is not None:
        low, high = (min(each, wish.budget_micro_usd) for each in (low, high))
    sentence = " ".join(
        (_of_joins(roster, joins), _of_leaves(roster, leaves), _of_age(roster, wish, prices, every))
    )
    return Promise(joins, leaves, every, (low, high), sentence)


def _of_joins(roster: Roster, share: float) -> str:
    if FOLLOWED in roster.events:
        return "Newcomers are known as their events arrive."
    if share == 1:
        return "Newcomers are known within a day while the list shows the newest first."
    return f"Of newcomers {share:.0%} are known within a day: the budget reads no heads."


def _of_leaves(roster: Roster, share: float) -> str:
    if UNFOLLOWED in roster.events:
        return "Who leaves is known as the event arrives; the count tells where many were lost."
    if share == 1:
        return "Who leaves is known within a day."
    return f"Of those who leave {share:.0%} are known within a day, more where many leave at once."


def _of_age(roster: Roster, wish: Wish, prices: Prices, every: timedelta | None) -> str:
    if every is None:
        a_walk = prices.item * roster.size / 1e6
        return f"No whole walk can be paid this month; one costs ${a_walk:,.2f}."
    said = f"Each follow is confirmed at least {_each(every)}"
    if wish.max_age is None or every <= wish.max_age:
        return f"{said}."
    needed = prices.item * roster.size * (MONTH / wish.max_age) / 1e6
    return f"{said}, not {_each(wish.max_age)} as wished: that takes ${needed:,.2f} a month."


def _each(age: timedelta) -> str:
    days = f"{age / DAY:.1f}".removesuffix(".0")
    return "every day" if days == "1" else f"every {days} days"
