"""Periods in UTC, pages that fit, and amounts as people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.budget import (
    AtEnd,
    Budget,
    Period,
    day_of,
    dollars,
    micro_of,
    next_begin,
    page_that_fits,
    period_at,
    spent,
    waits_until,
)

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
IN_PARIS = NOW.astimezone(timezone(timedelta(hours=1)))


def budget(left: int, period: Period = Period.ONCE, at_end: AtEnd = AtEnd.STOP) -> Budget:
    return Budget(1, 1_000 + left, period, at_end, "team-x", 1_000)


@pytest.mark.parametrize(
    ("period", "name", "next_one"),
    [
        pytest.param(Period.ONCE, "once", None, id="an-amount-for-once-never-renews"),
        pytest.param(Period.DAY, "2026-12-31", datetime(2027, 1, 1, tzinfo=UTC), id="a-day-is-a-utc-day"),
        pytest.param(
            Period.MONTH, "2026-12", datetime(2027, 1, 1, tzinfo=UTC), id="a-month-ends-with-the-year"
        ),
    ],
)
@pytest.mark.parametrize("at", [NOW, IN_PARIS])
def test_a_period_is_counted_in_utc(
    period: Period, name: str, next_one: datetime | None, at: datetime
) -> None:
    assert period_at(period, at) == name
    assert next_begin(period, at) == next_one
    assert day_of(at) == "2026-12-31"


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9999), st.sampled_from(Period))
def test_the_next_period_has_another_name_and_the_moment_before_it_has_not(
    at: datetime, period: Period
) -> None:
    begins = next_begin(period, at)
    if begins is not None:
        assert begins > at
        assert period_at(period, begins) > period_at(period, at)
        assert period_at(period, begins - timedelta(microseconds=1)) == period_at(period, at)


@pytest.mark.parametrize(
    ("left", "least", "size"),
    [
        pytest.param([10_000_000], 1, 100, id="much-is-left"),
        pytest.param([999_999], 1, 99, id="a-page-shrinks-to-what-is-left"),
        pytest.param([5_000_000, 300_000], 5, 30, id="the-tightest-budget-decides"),
        pytest.param([50_000], 5, 5, id="exactly-the-smallest-page"),
        pytest.param([49_999], 5, 0, id="less-than-the-smallest-page-is-nothing"),
        pytest.param([0], 1, 0, id="nothing-is-left"),
        pytest.param([-500], 1, 0, id="a-budget-that-was-lowered"),
        pytest.param([], 5, 100, id="without-a-budget-the-page-is-what-was-wanted"),
    ],
)
def test_a_page_that_fits(left: list[int], least: int, size: int) -> None:
    assert page_that_fits([budget(each) for each in left], 10_000, 100, least) == size


@given(
    st.lists(st.integers(-10, 10**9), max_size=4),
    st.integers(1, 10**5),
    st.integers(1, 1_000),
    st.integers(1, 100),
)
def test_no_page_costs_more_than_is_left_and_none_could_be_larger(
    left: list[int], price: int, wanted: int, least: int
) -> None:
    caps, wanted = [budget(each) for each in left], max(wanted, least)
    size = page_that_fits(caps, price, wanted, least)
    assert size == 0 or least <= size
    assert size <= wanted
    assert all(size * price <= each.left_micro_usd for each in caps)
    if size < wanted:
        larger = max(size + 1, least)
        assert spent(caps, larger * price) or larger > wanted


def test_who_waits_waits_for_the_last_and_a_stop_beats_a_wait() -> None:
    day, month = budget(0, Period.DAY, AtEnd.WAIT), budget(0, Period.MONTH, AtEnd.WAIT)
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert waits_until([day], at) == datetime(2026, 11, 26, tzinfo=UTC)
    assert waits_until([day, month], at) == datetime(2026, 12, 1, tzinfo=UTC)
    assert waits_until([day, budget(0, Period.MONTH)], at) is None
    assert waits_until([], at) is None


def test_a_budget_says_what_it_is() -> None:
    assert budget(0).words == "the budget of $0.001 for team-x"
    assert budget(0, Period.DAY).words == "the budget of $0.001 a day for team-x"


@pytest.mark.parametrize(
    ("micro", "written"),
    [
        pytest.param(0, "$0.00", id="nothing"),
        pytest.param(1_234_560_000, "$1,234.56", id="whole-cents"),
        pytest.param(1, "$0.000001", id="the-smallest"),
        pytest.param(2_505_000, "$2.505", id="half-a-cent"),
        pytest.param(-2_500_000, "-$2.50", id="below-nothing"),
    ],
)
def test_dollars_are_exact(micro: int, written: str) -> None:
    assert dollars(micro) == written


@given(st.integers(0, 10**15))
def test_what_is_written_is_read_again(micro: int) -> None:
    assert micro_of(dollars(micro).replace(",", "")) == micro


@pytest.mark.parametrize("written", ["", "-1", "NaN", "Infinity", "1e40", "0.0000001", "ten", "1,5"])
def test_what_is_no_amount_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="is no amount in dollars"):
        micro_of(written)
