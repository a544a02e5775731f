"""Persons: whoever acts in the console and at the command line under one name is one person."""

import pytest

from domain.person import is_same_person


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("console:ada", "console:ada", True),
        ("console:ada", "cli:ada", True),
        ("cli:ADA", "console:ada", True),
        ("cli:CLUB\\ada", "console:ada", True),
        ("cli:ada", "console:ada@club.example", True),
        ("console:ada", "console:bo", False),
        ("console:ada", "cli:bo", False),
        # Two users of one console are two, whatever their names share.
        ("console:ada@club.example", "console:ada@team.example", False),
        ("console:Ada", "console:ada", True),
        ("cli:@", "console:", False),
        ("ada", "ada", True),
        ("ada", "bo", False),
    ],
)
def test_two_places_do_not_make_two_persons(one: str, other: str, same: bool) -> None:  # noqa: FBT001  # expected
    assert is_same_person(one, other) is same
    assert is_same_person(other, one) is same
