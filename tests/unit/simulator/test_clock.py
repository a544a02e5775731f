"""Simulated time lies in the real past and runs one way."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import moment

STARTED = datetime(2026, 11, 24, tzinfo=UTC)
SECONDS = st.integers(-(10**6), 10**8)


@given(SECONDS, SECONDS)
def test_later_is_later_and_never_ahead(one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert moment(early, STARTED) <= moment(late, STARTED) < STARTED


def test_day_zero_ends_five_days_before_the_start() -> None:
    assert (STARTED - moment(0, STARTED)).days == 5
