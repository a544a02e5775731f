"""The promise: what can be kept, and what a wish would take."""

from datetime import timedelta

import pytest

from classifier.promise import promise
from domain.freshness import FOLLOWED, UNFOLLOWED, Promise, Roster, Wish
from tests.rosters import OWNED, at, quiet, roster

STILL = roster(quiet(1))
BY_EVENTS = roster(quiet(1), events=frozenset({FOLLOWED, UNFOLLOWED}))
DAY = timedelta(days=1)


def promised(known: Roster, age: timedelta | None = None, usd: float | None = None) -> Promise:
    return promise(known, Wish(age, None if usd is None else round(usd * 1e6)), OWNED, now=at(24))


def test_without_a_wish_a_walk_a_month_is_all_that_tells_who_left() -> None:
    found = promised(STILL)
    assert (found.joins, found.worst_age) == (1, 30 * DAY)
    assert found.leaves == pytest.approx(1 / 30)
    assert found.month_micro_usd == (10_300_000, 12_400_000)
    assert found.sentence == (
        "Newcomers are known within a day while the list shows the newest first. Of those who leave 3% "
        "are known within a day, more where many leave at once. Each follow is confirmed at least every "
        "30 days."
    )


def test_events_tell_both() -> None:
    found = promised(BY_EVENTS)
    assert (found.joins, found.leaves) == (1, 1)
    assert found.month_micro_usd == (10_300_000, 11_200_000)
    assert found.sentence.startswith("Newcomers are known as their events arrive. Who leaves is known as")


def test_a_wish_that_the_budget_does_not_pay_is_told_its_price() -> None:
    found = promised(STILL, DAY, 50)
    assert found.worst_age is not None
    assert 5 * DAY < found.worst_age < 7 * DAY
    assert found.month_micro_usd[1] == 50_000_000
    assert "not every day as wished: that takes $300.00 a month" in found.sentence
    assert "as wished" not in promised(STILL, 7 * DAY, 50).sentence


def test_before_the_first_look_the_size_is_what_the_platform_told() -> None:
    assert promised(Roster(0, told=2_000), DAY).month_micro_usd[1] > 30 * 2_000 * OWNED.item
    assert promised(Roster(0), DAY).month_micro_usd[1] < 3_000_000


def test_where_no_walk_can_be_paid_nobody_is_known_to_leave() -> None:
    found = promised(STILL, DAY, 5)
    assert (found.joins, found.leaves, found.worst_age) == (1, 0, None)
    assert "No whole walk can be paid this month; one costs $10.00." in found.sentence


def test_where_no_head_can_be_paid_nobody_is_known_to_come() -> None:
    found = promised(STILL, None, 0)
    assert (found.joins, found.leaves, found.month_micro_usd) == (0, 0, (0, 0))
    assert "Of newcomers 0% are known within a day: the budget reads no heads." in found.sentence
