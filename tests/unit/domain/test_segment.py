"""Segments: what one must ask, and how its numbers are told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segment import Segment, SegmentError, about, require_sound


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        (Segment(""), "needs a name"),
        (Segment("n" * 101, topic="health"), "needs a name"),
        (Segment("two\nlines", topic="health"), "needs a name"),
        (Segment("everybody"), "at least one thing"),
        (Segment("cats", topic="cats"), "no topic"),
    ],
)
def test_a_segment_that_chooses_nothing_is_refused(segment: Segment, said: str) -> None:
    with pytest.raises(SegmentError, match=said):
        require_sound(segment)


def test_a_segment_tells_what_it_asks_and_whether_that_is_targeting() -> None:
    by_topic = Segment("health", topic="health", since=date(2026, 1, 2))
    require_sound(by_topic)
    assert by_topic.criteria == {"topic": "health", "since": "2026-01-02"}
    assert by_topic.targets
    assert Segment("port", area="01").targets
    by_account = Segment("ours", account_id=3)
    assert (by_account.criteria, by_account.targets) == ({"account": 3}, False)


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_a_number_is_told_in_whole_groups_and_no_small_one(number: int, least: int) -> None:
    told = about(number, least)
    assert told <= number < told + least
    assert told == 0 or told >= least
