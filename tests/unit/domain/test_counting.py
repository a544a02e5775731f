"""Counts that stop."""

import pytest

from domain.counting import MOST_COUNTED, AtLeast, counted


@pytest.mark.parametrize("found", [0, 1, MOST_COUNTED])
def test_a_count_that_came_to_its_end_is_said_as_it_is(found: int) -> None:
    assert counted(found) == found
    assert not isinstance(counted(found), AtLeast)


def test_a_count_that_was_stopped_says_at_least() -> None:
    assert counted(MOST_COUNTED + 1) == MOST_COUNTED
    assert isinstance(counted(MOST_COUNTED + 1), AtLeast)
