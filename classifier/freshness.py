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

#: Between two looks: on X those of one UTC day cost $0.010 together (x-api.md §2.1, 2026-08-13). That is a
#: soft promise, so a budget counts each of them, and a small one looks less often.
LOOK_EVERY = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24))
#: How much of a budget looks may take, in per cent.
LOOK_PERCENT = 20
#: Between two head reads: twice within the day in which newcomers shall be known.
HEAD_EVERY = timedelta(hours=12)
#: A head is read so often even where the count never moves: who comes and who leaves may cancel.
PROBE_EVERY = timedelta(days=3)
#: A second walk waits so long: a platform that served a short list would serve it again at once.
SECOND_AFTER = timedelta(hours=1)
#: How old a roster may get where nobody wished anything.
MAX_AGE = timedelta(days=30)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
#: A head page is at least so large, and a thousandth of the roster; the largest page that X gives.
HEAD_PAGE, MAX_PAGE = 10, 1000
#: A head read ends at a page without anyone new, or after so many pages: a twentieth of a large roster.
HEAD_PAGES = 50
#: A roster that drifted by more than so much per cent, and more than ten, is walked: with events they
#: have failed, without them it is no longer worth its name.
DRIFT_PERCENT = {True: 1, False: 5}
DRIFT_LEAST = 10
#: Many leave at once where a day took so many times the usual.
BURST = 3
_UNPAID = "The budget of this month does not pay it: "


def plan(roster: Roster, wish: Wish, prices: Prices, *, now: datetime) -> Plan:
    """Return the next step; one that is due now has `at` = `now`. No step costs more than is left."""
    rules: tuple[Callable[[], Plan | None], ...] = (
        lambda: _owed(roster, wish, prices, now),
        lambda: _head(roster, wish, prices, now),
        lambda: _evidence(roster, wish, prices, now),
    )
    left = money_left(roster, wish)
    look = _look(roster, wish, prices, now)
    if look is not None and left is not None and look.price_micro_usd > left:
        return Plan(Action.WAIT, month_after(now), _UNPAID + look.reason)
    if look is not None:
        return look
    too_dear: Plan | None = None
    for each in rules:
        step = each()
        if step is not None and (left is None or step.price_micro_usd <= left):
            return step
        too_dear = too_dear or step
    if too_dear is None:
        return Plan(Action.WAIT, _next(roster, wish, prices, now), "Nothing points to a change.")
    later = min(_next(roster, wish, prices, now), month_after(now))
    return Plan(Action.WAIT, later, _UNPAID + too_dear.reason)


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
    walks = _walks_left(roster, wish, prices, left, rest)
    return max(wished, rest / walks) if walks >= 1 else None


def look_every(wish: Wish, prices: Prices) -> timedelta:
    """Return the time between two looks: the shortest that the budget bears."""
    if wish.budget_micro_usd is None:
        return LOOK_EVERY[0]
    bearable = wish.budget_micro_usd * LOOK_PERCENT // 100
    return next((each for each in LOOK_EVERY if prices.look * (MONTH / each) <= bearable), LOOK_EVERY[-1])


def heads_micro_usd(roster: Roster, prices: Prices, during: timedelta) -> int:
    """Return what reading the newcomers of some time costs, read to a page that shows nobody new."""
    if FOLLOWED in roster.events:
        return 0
    a_head = Drift(roster).joins_a_day * (HEAD_EVERY / DAY) * 1.25 + 2 * _head_page(roster)
    return ceil(prices.item * a_head * (during / HEAD_EVERY))


def _walks_left(roster: Roster, wish: Wish, prices: Prices, left: int, rest: timedelta) -> float:
    """Return how many walks the rest of the month pays, beside its looks and heads."""
    looks = prices.look * ceil(rest / look_every(wish, prices))
    heads = heads_micro_usd(roster, prices, rest)
    return max(0, left - looks - heads) / max(1, prices.item * roster.size)


def _head_page(roster: Roster) -> int:
    return min(MAX_PAGE, max(HEAD_PAGE, roster.size // 1000))


def _next(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> datetime:
    """Return when something may be due next: a look, a head, a walk."""
    look = roster.looks[-1].at + look_every(wish, prices)
    moments = [look]
    if roster.head_at is not None:
        moments.append(roster.head_at + HEAD_EVERY)
    if roster.walked_at is not None:
        every = walk_every(roster, wish, prices, now=now)
        moments += [roster.walked_at + each for each in (SECOND_AFTER, HEAD_EVERY, every) if each is not None]
    return min((each for each in moments if each > now), default=look)


def _look(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> Plan | None:
    if roster.looks and now - roster.looks[-1].at < look_every(wish, prices):
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


def _head(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> Plan | None:
    """Read the head where newcomers are certain, expected, or were not looked for in a long while."""
    drift = Drift(roster)
    if roster.head_at is None or (now - roster.head_at < HEAD_EVERY and not _is_moving(roster, drift)):
        return None
    by_events = FOLLOWED in roster.events
    expected = 0.0 if by_events else drift.joins_a_day * ((now - roster.head_at) / DAY)
    probing = not by_events and now - roster.head_at >= PROBE_EVERY
    if drift.since_head < 1 and expected < 1 and not (probing or _is_moving(roster, drift)):
        return None
    wanted = ceil(max(drift.since_head, expected))
    size = min(MAX_PAGE, max(_head_page(roster), ceil(wanted * 1.25 / 4)))
    pages = min(HEAD_PAGES, ceil(roster.size / size)) + ceil(wanted / size)
    left = money_left(roster, wish)
    if left is not None:  # as many as it pays, and at least one, which is then too dear
        pages = max(1, min(pages, left // max(1, prices.item * size)))
    reason = f"At least {wanted} newcomers are expected at the head of the list."
    return Plan(Action.HEAD, now, reason, pages, size, prices.item * pages * size)


def _is_moving(roster: Roster, drift: Drift) -> bool:
    """Tell whether the count moved so far that it should be known at once who came, and so how many left."""
    if FOLLOWED in roster.events:
        return False
    usual = drift.leaves_a_day
    return abs(drift.since_head) > max(DRIFT_LEAST, roster.size // 100 if usual is None else usual / 2)


def _evidence(roster: Roster, wish: Wish, prices: Prices, now: datetime) -> Plan | None:
    """Walk where the roster drifted, or where many have left within a day, if the month's looks stay paid."""
    if roster.walked_at is None or now - roster.walked_at < HEAD_EVERY:
        return None
    left = money_left(roster, wish)
    if left is not None and _walks_left(roster, wish, prices, left, month_after(now) - now) < 1:
        return None
    drift = Drift(roster)
    by_events = UNFOLLOWED in roster.events
    most = max(DRIFT_LEAST, roster.size * DRIFT_PERCENT[by_events] // 100)
    if drift.lasting > most:
        return _walk(roster, prices, now, f"The platform's count and ours have drifted by {drift.lasting}.")
    if not by_events and drift.burst_is_over(BURST, DRIFT_LEAST):
        return _walk(roster, prices, now, f"About {drift.left_lately} have left within a day.")
    return None


def _walk(roster: Roster, prices: Prices, now: datetime, reason: str) -> Plan:
    price = prices.item * roster.size
    return Plan(Action.WALK, now, reason, ceil(roster.size / MAX_PAGE), MAX_PAGE, price)


def _days(age: timedelta) -> str:
    return f"{age / DAY:.1f}"
