"""The planner: what to ask next of a roster, for the least money; pure.

A count tells net change only, newcomers stand at the head of a list as a hint (x-api.md §1.4), and who left
shows in an event or in a whole walk. So: look often, for it is cheap; read the head when newcomers are due;
walk when a second walk is owed, when the roster drifted, after many have left, or when its age is reached.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from classifier.drift import Drift
from domain.freshness import FOLLOWED, UNFOLLOWED, Action, Plan, Prices, Roster, Wish

#: Between two looks: on X those of one UTC day cost $0.010 together (x-api.md §2.1, 2026-08-13).
LOOK_EVERY = timedelta(hours=6)
#: Between two head reads: twice within the day in which newcomers shall be known.
HEAD_EVERY = timedelta(hours=12)
#: A head is read so often even where the count never moves: who comes and who leaves may cancel.
PROBE_EVERY = timedelta(days=3)
#: A second walk waits so long: a platform that served a short list would serve it again at once.
SECOND_AFTER = timedelta(hours=1)
#: How old a roster may get where nobody wished anything.
MAX_AGE = timedelta(days=30)
DAY = timedelta(days=1)
#: A head page is at least so large; the largest page that X gives.
HEAD_PAGE, MAX_PAGE = 10, 1000
#: A roster that drifted by more than so much per cent, and more than ten, is walked: with events they
#: have failed, without them it is no longer worth its name.
DRIFT_PERCENT = {True: 1, False: 5}
DRIFT_LEAST = 10
#: Many leave at once where a day took so many times the usual.
BURST = 3


def plan(roster: Roster, wish: Wish, prices: Prices, *, now: datetime) -> Plan:
    """Return the next step; one that is due now has `at` = `now`. No step costs more than is left."""
    rules: tuple[Callable[[], Plan | None], ...] = (
        lambda: _look(roster, prices, now),
        lambda: _owed(roster, wish, prices, now),
        lambda: _head(roster, prices, now),
        lambda: _evidence(roster, wish, prices, now),
    )
    left = money_left(roster, wish)
    too_dear: Plan | None = None
    for each in rules:
        step = each()
        if step is not None and (left is None or step.price_micro_usd <= left):
            return step
        too_dear = too_dear or step
    if too_dear is not None:
        reason = f"The budget of this month is used up: {too_dear.reason[0].lower()}{too_dear.reason[1:]}"
        next_look = roster.looks[-1].at + LOOK_EVERY if roster.looks else now
        at = month_after(now) if too_dear.action is Action.LOOK else min(next_look, month_after(now))
        return Plan(Action.WAIT, at, reason)
    return Plan(Action.WAIT, roster.looks[-1].at + LOOK_EVERY, "Nothing points to a change.")


def money_left(roster: Roster, wish: Wish) -> int | None:
    """Return the micro-dollars that may still be spent this month, None where nobody set a budget."""
    if wish.budget_micro_usd is None:
        return None
    return max(0, wish.budget_micro_usd - roster.spent_micro_usd)


def month_after(now: datetime) -> datetime:
    """Return when the next calendar month begins, as the budget counts them (UTC)."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def walk_every(roster: Roster, wish: Wish, prices: Prices, *, now: datetime) -> timedelta | None:
    """Return after how long a roster is walked again; None where the month's money pays no further walk.

    Without a budget the wished age decides. With one the walks that it still pays are spread over the rest of
    the month, as often as wished at most; where events tell who leaves, no oftener than the wished age.
    """
    left = money_left(roster, wish)
    wished = wish.max_age or (MAX_AGE if left is None or UNFOLLOWED in roster.events else DAY)
    if left is None:
        return wished
    rest = month_after(now) - now
    walks = _walks_left(roster, prices, left, rest)
    return max(wished, rest / walks) if walks else None


def _walks_left(roster: Roster, prices: Prices, left: int, rest: timedelta) -> int:
    looks = prices.look * ceil(rest / LOOK_EVERY)
    heads = 0
    if FOLLOWED not in roster.events:
        a_head = ceil(Drift(roster).joins_a_day * 1.5) + HEAD_PAGE
        heads = prices.item * a_head * ceil(rest / DAY)
    return max(0, (left - looks - heads) // max(1, prices.item * roster.size))


def _look(roster: Roster, prices: Prices, now: datetime) -> Plan | None:
    if roster.looks and now - roster.looks[-1].at < LOOK_EVERY:
        return None
    return Plan(Action.LOOK, now, "How many follow was last asked too long ago.", price_micro_usd=prices.look)


def _owed(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> Plan | None:
    """Walk where a walk is owed whatever the evidence says."""
    if roster.walked_at is None:
        return _walk(roster, prices, now, "The roster was never read whole.")
    age = now - roster.walked_at
    if roster.in_doubt and age >= SECOND_AFTER:
        return _walk(roster, prices, now, f"{roster.in_doubt} people are withheld until a second walk.")
    every = walk_every(roster, wish, prices, now=now)
    if every is not None and age >= every:
        return _walk(roster, prices, now, f"The last whole walk began {_days(age)} days ago.")
    return None


def _head(roster: Roster, prices: Prices, now: datetime) -> Plan | None:
    """Read the head where newcomers are certain, expected, or were not looked for in a long while."""
    drift = Drift(roster)
    many = drift.newcomers > max(DRIFT_LEAST, roster.size // 100)
    if roster.head_at is None or (now - roster.head_at < HEAD_EVERY and not many):
        return None
    by_events = FOLLOWED in roster.events
    expected = 0.0 if by_events else drift.joins_a_day * ((now - roster.head_at) / DAY)
    probing = not by_events and now - roster.head_at >= PROBE_EVERY
    if drift.newcomers < 1 and expected < 1 and not probing:
        return None
    wanted = ceil(max(drift.newcomers, expected) * 1.25) + 2
    size = min(MAX_PAGE, max(HEAD_PAGE, ceil(wanted / 4)))
    pages = ceil(wanted / size) + 2
    price = prices.item * min(pages * size, roster.size + 1)
    reason = f"About {ceil(max(drift.newcomers, expected))} newcomers are expected at the head of the list."
    return Plan(Action.HEAD, now, reason, pages, size, price)


def _evidence(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> Plan | None:
    """Walk where the roster drifted, or where many have left within a day."""
    if roster.walked_at is None or now - roster.walked_at < HEAD_EVERY:
        return None
    drift = Drift(roster)
    by_events = UNFOLLOWED in roster.events
    most = max(DRIFT_LEAST, roster.size * DRIFT_PERCENT[by_events] // 100)
    if drift.lasting > most:
        return _walk(roster, prices, now, f"The platform's count and ours have drifted by {drift.lasting}.")
    left = money_left(roster, wish)
    paid = left is None or _walks_left(roster, prices, left, month_after(now) - now) > 0
    if not by_events and paid and drift.burst_is_over(BURST, DRIFT_LEAST):
        return _walk(roster, prices, now, f"About {drift.left_lately} have left within a day.")
    return None


def _walk(roster: Roster, prices: Prices, now: datetime, reason: str) -> Plan:
    price = prices.item * roster.size
    return Plan(Action.WALK, now, reason, ceil(roster.size / MAX_PAGE), MAX_PAGE, price)


def _days(age: timedelta) -> str:
    return f"{age / DAY:.1f}"
