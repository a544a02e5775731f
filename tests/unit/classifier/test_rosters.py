"""Two finished walks of a roster, compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.rosters import Departures, compare

MEMBERS = st.sets(st.sampled_from("abcdefgh"))


@pytest.mark.parametrize(
    ("previous", "present", "joined", "left"),
    [
        pytest.param([], ["ada"], {"ada"}, set(), id="the first walk shows only newcomers"),
        pytest.param(["ada", "di"], ["ada"], set(), {"di"}, id="who is no longer shown left"),
        pytest.param(["ada"], ["ada", "ada"], set(), set(), id="shown twice is shown once"),
        pytest.param(["ada", "bo"], ["bo", "ada"], set(), set(), id="the order says nothing"),
        pytest.param(["ada"], [], set(), {"ada"}, id="an empty set means that everybody left"),
    ],
)
def test_compare(previous: list[str], present: list[str], joined: set[str], left: set[str]) -> None:
    assert compare(previous, present) == Departures(frozenset(joined), frozenset(left))


@given(MEMBERS, MEMBERS)
def test_the_earlier_walk_and_its_departures_give_the_later_one(
    previous: set[str], present: set[str]
) -> None:
    joined, left = compare(previous, present)

    assert (previous | joined) - left == present
    assert not joined & left
