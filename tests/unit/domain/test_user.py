"""Users: which roles, names and passwords there can be."""

import pytest

from domain.user import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Role,
    UserError,
    check_password,
    name_of,
    role_of,
)


def test_roles_are_read_by_their_words_and_each_may_do_what_those_below_may() -> None:
    assert [role_of(each.word) for each in Role] == sorted(Role)
    assert role_of(" Admin ") is Role.ADMIN
    with pytest.raises(UserError, match="viewer, operator, manager, admin"):
        role_of("king")


@pytest.mark.parametrize(("written", "name"), [(" Ada ", "ada"), ("ada@club.example", "ada@club.example")])
def test_names_are_read_in_small_letters(written: str, name: str) -> None:
    assert name_of(written) == name


@pytest.mark.parametrize("wrong", ["", "two words", "<b>", "a" * 101, "a\nb"])
def test_what_is_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(UserError):
        name_of(wrong)


@pytest.mark.parametrize("password", ["x1y2z" * 3, "a long enough sentence", "x1y2z" * 40])
def test_a_password_may_be_anything_long_enough(password: str) -> None:
    assert SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    check_password(password, "ada")


@pytest.mark.parametrize("wrong", ["short", "x1y2z" * 41, "aaaaaaaaaaaaaaa", "ADALOVELACEADALOVELACE"])
def test_a_password_that_is_easily_guessed_is_refused(wrong: str) -> None:
    with pytest.raises(UserError):
        check_password(wrong, "adalovelace")
