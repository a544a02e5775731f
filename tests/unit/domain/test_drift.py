"""What a platform charged beside our ledger: a little off is nothing, much is drift."""

import pytest

from domain.drift import Comparison, compare_money, compare_posts
from domain.estimate import Range

OURS = Range(8_000_000, 10_000_000)


@pytest.mark.parametrize(
    ("charged", "drifts"),
    [
        pytest.param(9_000_000, False, id="between-low-and-high"),
        pytest.param(10_500_000, False, id="five-percent-above"),
        pytest.param(10_500_001, True, id="more-than-that"),
        pytest.param(7_500_000, False, id="a-little-below"),
        pytest.param(7_499_999, True, id="much-below"),
    ],
)
def test_money_drifts_outside_of_low_and_high(charged: int, drifts: bool) -> None:  # noqa: FBT001  # a column
    assert compare_money(50_000_000, 50_000_000 - charged, OURS) == Comparison(charged, OURS, drifts)


def test_cents_are_no_drift() -> None:
    compared = compare_money(1_000_000, 950_000, Range(0, 0))
    assert compared
    assert not compared.drifts


@pytest.mark.parametrize(("before", "after"), [(None, 5), (5, None), (5, 6)])
def test_an_unknown_balance_or_one_that_grew_compares_nothing(before: int | None, after: int | None) -> None:
    assert compare_money(before, after, OURS) is None


@pytest.mark.parametrize(
    ("read", "drifts"),
    [
        pytest.param(900, False, id="fewer-for-a-post-counts-once-a-day"),
        pytest.param(1_100, False, id="a-hundred-more"),
        pytest.param(1_101, True, id="more"),
    ],
)
def test_posts_drift_above_ours(read: int, drifts: bool) -> None:  # noqa: FBT001  # a column
    assert compare_posts(5_000, 5_000 + read, 1_000) == Comparison(read, Range(0, 1_000), drifts)


@pytest.mark.parametrize(("before", "after"), [(None, 5), (5, None), (6, 5)])
def test_an_unknown_count_or_a_new_cycle_compares_nothing(before: int | None, after: int | None) -> None:
    assert compare_posts(before, after, 1_000) is None
