"""When an alert is told, and when again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert import next_try, told_at

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_at_once_is_now() -> None:
    assert told_at(None, PARIS, NOON) == NOON


@pytest.mark.parametrize(("hour", "hours"), [(14, 1), (13, 24), (8, 19), (0, 11)])
def test_a_digest_waits_for_the_hour_of_the_users_clock(hour: int, hours: int) -> None:
    assert told_at(hour, PARIS, NOON) == NOON + timedelta(hours=hours)


@given(st.integers(0, 23), st.integers(0, 800_000))
def test_a_digest_comes_within_a_day_and_an_hour_at_that_hour(hour: int, minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    told = told_at(hour, PARIS, now)
    assert now < told <= now + timedelta(hours=25)
    there = told.astimezone(PARIS)
    # The hour that a clock leaps over in March is told an hour later.
    assert there.hour == hour or (hour, there.hour) == (2, 3)


def test_tries_come_ever_later_and_twice_a_day_at_last() -> None:
    waits = [next_try(tries, NOON) - NOON for tries in range(1, 9)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)
