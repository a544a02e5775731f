"""The planner: what is asked next, for the least money."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.freshness import look_every, month_after, plan, walk_every
from domain.freshness import FOLLOWED, UNFOLLOWED, Action, Roster, Wish
from tests.rosters import BEGAN, HEAD, NOTHING, OWNED, WALK, at, quiet, roster
from tests.unit.classifier.test_drift import burst

BY_EVENTS = frozenset({FOLLOWED, UNFOLLOWED})
NEW = roster([(0, 10_100, 0, NOTHING)], walked=None)
FRESH = roster(quiet(0))
DAY = timedelta(days=1)
#: Ten days since the walk, nobody came or left.
STILL = roster(quiet(10))


NO_WISH = Wish()
#: What each row tells of: looks since a walk, which of them reads what, and what comes next at an hour.
LATE = [(0, 10_000, 10_000, WALK), (13, 9_880, 10_000, HEAD), (19, 9_880, 10_000, HEAD)]
SUDDEN = [(0, 10_000, 10_000, WALK), (13, 10_000, 10_000, HEAD), (19, 9_880, 10_000, HEAD)]


def after_a_day(hours: float, count: int, **facts: Any) -> Roster:
    """Make a roster that was quiet for a day and is looked at again so many hours after its walk."""
    return roster([*quiet(1), (hours, count, 10_000, NOTHING)], **facts)


def step(known: Roster, hours: float, wish: Wish = NO_WISH) -> tuple[Action, str]:
    """Plan, and return what comes next and the first words of why."""
    found = plan(known, wish, OWNED, now=at(hours))
    return found.action, " ".join(found.reason.split()[:3])


@pytest.mark.parametrize(
    ("known", "hours", "action"),
    [
        pytest.param(Roster(0), 0, Action.LOOK, id="nothing is known: look"),
        pytest.param(NEW, 0, Action.WALK, id="never read whole: walk"),
        pytest.param(STILL, 240, Action.WAIT, id="the count did not move: nothing"),
        pytest.param(STILL, 246, Action.LOOK, id="the last look is six hours old"),
        pytest.param(after_a_day(36, 10_001), 36, Action.HEAD, id="one more: read the head"),
        pytest.param(after_a_day(30, 10_001), 30, Action.WAIT, id="one more, but read six hours ago"),
        pytest.param(after_a_day(30, 10_300), 30, Action.HEAD, id="many came: at once"),
        pytest.param(after_a_day(36, 9_999), 36, Action.WAIT, id="one fewer: nothing"),
        pytest.param(
            roster([*quiet(4, came=8, left=8), (108, 10_000, 10_032, NOTHING)]),
            108,
            Action.HEAD,
            id="unmoved, but heads showed that who comes and who leaves cancel",
        ),
        pytest.param(after_a_day(97, 10_000), 97, Action.HEAD, id="a probe after days"),
        pytest.param(after_a_day(97, 10_000, events=BY_EVENTS), 97, Action.WAIT, id="events need no probe"),
        pytest.param(after_a_day(36, 10_003, events=BY_EVENTS), 36, Action.HEAD, id="events were lost"),
        pytest.param(roster(LATE, events=BY_EVENTS), 19, Action.WALK, id="a mismatch that stays"),
        pytest.param(roster(SUDDEN, events=BY_EVENTS), 19, Action.WAIT, id="a mismatch that is new"),
        pytest.param(roster(LATE), 19, Action.WAIT, id="a small one where no events are connected"),
        pytest.param(roster(burst(24, by_day=200)), 264, Action.WALK, id="many left within a day"),
        pytest.param(roster(burst(12)), 264, Action.WAIT, id="more may leave still"),
        pytest.param(roster(burst(24), walked=260), 264, Action.WAIT, id="just walked"),
        pytest.param(roster(quiet(30)), 720, Action.WALK, id="thirty days old"),
        pytest.param(roster(quiet(1), in_doubt=11), 24, Action.WALK, id="a second walk is owed"),
        pytest.param(roster(quiet(0), in_doubt=11), 0.5, Action.WAIT, id="but not at once"),
    ],
)
def test_what_comes_next(known: Roster, hours: float, action: Action) -> None:
    assert step(known, hours)[0] is action


def test_a_wished_age_is_walked_for() -> None:
    assert step(STILL, 240, Wish(timedelta(days=11)))[0] is Action.WAIT
    assert step(STILL, 240, Wish(timedelta(days=10))) == (Action.WALK, "The last whole")


def test_a_wait_ends_where_something_may_be_due() -> None:
    found = plan(roster(quiet(0.5)), Wish(timedelta(hours=17)), OWNED, now=at(12))
    assert (found.action, found.at) == (Action.WAIT, at(17))
    assert plan(roster(quiet(0.5)), Wish(), OWNED, now=at(12)).at == at(18)
    without_head = roster([(12, 100, 100, NOTHING)], walked=0, head_at=None)
    assert plan(without_head, Wish(), OWNED, now=at(12.5)).at == at(18)


def test_a_head_is_as_large_as_what_is_expected_and_a_walk_as_the_roster() -> None:
    head = plan(roster([*quiet(1), (36, 10_400, 10_000, NOTHING)]), Wish(), OWNED, now=at(36))
    assert (head.page_size, head.pages) == (125, 54)
    assert head.price_micro_usd == head.pages * head.page_size * OWNED.item
    walk = plan(NEW, Wish(), OWNED, now=at(0))
    assert (walk.pages, walk.page_size, walk.price_micro_usd) == (11, 1_000, 10_100_000)


@pytest.mark.parametrize(
    ("budget", "spent", "action", "words"),
    [
        pytest.param(0, 0, Action.WAIT, "The budget of", id="no money"),
        pytest.param(10_100_000, 0, Action.WALK, "The roster was", id="just enough"),
        pytest.param(10_099_999, 0, Action.WAIT, "The budget of", id="a micro-dollar too few"),
        pytest.param(20_000_000, 9_900_001, Action.WAIT, "The budget of", id="spent already"),
    ],
)
def test_no_step_costs_more_than_is_left(budget: int, spent: int, action: Action, words: str) -> None:
    known = roster([(0, 10_100, 0, NOTHING)], walked=None, spent_micro_usd=spent)
    assert step(known, 0, Wish(None, budget)) == (action, words)


def test_without_money_for_a_look_the_next_month_is_waited_for() -> None:
    found = plan(Roster(0), Wish(None, 9_999), OWNED, now=at(1))
    assert (found.action, found.at) == (Action.WAIT, month_after(BEGAN))
    december = month_after(BEGAN)
    assert (december.month, month_after(december).month, month_after(december).year) == (12, 1, 2027)


def test_a_head_is_cut_to_what_is_left() -> None:
    known = roster([*quiet(1), (36, 10_400, 10_000, NOTHING)], spent_micro_usd=750_000)
    assert plan(known, Wish(None, 1_000_000), OWNED, now=at(36)).pages == 2
    known = roster([*quiet(1), (36, 10_400, 10_000, NOTHING)], spent_micro_usd=999_999)
    assert step(known, 36, Wish(None, 1_000_000))[0] is Action.WAIT


def test_walks_are_spread_over_what_is_left_of_the_month() -> None:
    def every(micro_usd: int, known: Roster = FRESH, age: timedelta | None = None) -> timedelta:
        found = walk_every(known, Wish(age, micro_usd), OWNED, now=BEGAN)
        assert found is not None
        return found

    assert walk_every(FRESH, Wish(None, 5_000_000), OWNED, now=BEGAN) is None
    assert 9 < every(33_000_000) / DAY < 11
    assert 4.5 < every(66_000_000) / DAY < 5.5
    assert every(66_000_000, age=20 * DAY) == 20 * DAY
    assert every(10**10) == DAY
    assert every(10**10, roster(quiet(0), events=BY_EVENTS)) == 30 * DAY


def test_evidence_walks_only_where_looks_stay_paid() -> None:
    assert step(roster(burst(24)), 264, Wish(None, 13_000_000))[0] is Action.WALK
    assert step(roster(burst(24)), 264, Wish(None, 10_000_000))[0] is Action.WAIT


@pytest.mark.parametrize(
    ("micro_usd", "hours"),
    [pytest.param(None, 6, id="no budget"), (10_000_000, 6), (4_000_000, 12), (1_000_000, 24)],
)
def test_a_small_budget_looks_less_often(micro_usd: int | None, hours: float) -> None:
    assert look_every(Wish(None, micro_usd), OWNED) == timedelta(hours=hours)


told = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 2_000), st.sampled_from([NOTHING, HEAD, WALK])),
    max_size=30,
)


@given(
    told=told,
    walked=st.none() | st.integers(0, 200),
    wish=st.tuples(st.none() | st.integers(1, 900), st.none() | st.integers(0, 5_000_000)),
    facts=st.tuples(
        st.frozensets(st.sampled_from([FOLLOWED, UNFOLLOWED])), st.integers(0, 20), st.integers(0, 5_000_000)
    ),
)
def test_whatever_is_known_a_step_is_paid_or_waits_for_later(
    told: list[Any], walked: int | None, wish: tuple[int | None, int | None], facts: tuple[Any, ...]
) -> None:
    looks = [(place * 6.0, *each) for place, each in enumerate(told)]
    now = at(len(looks) * 6.0)
    age, budget = wish
    events, doubt, spent = facts
    known = roster(looks, walked=walked, events=events, in_doubt=doubt, spent_micro_usd=spent)
    found = plan(known, Wish(timedelta(hours=age) if age else None, budget), OWNED, now=now)
    assert found.at == now if found.action is not Action.WAIT else found.at > now
    assert budget is None or found.price_micro_usd <= max(0, budget - spent)
    assert looks or found.action in (Action.LOOK, Action.WAIT)
