"""Names as people type them, and the beginnings that stand for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.naming import INDEXED, MOST_BEGINNINGS, beginnings, folded, small


def everything(prefixes: list[str]) -> list[str]:
    """Say that names begin with each of them."""
    return prefixes


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Élodie", "elodie"),
        ("ZOÉ", "zoe"),
        ("Cœur", "coeur"),
        ("Łucja Ğül", "lucja gul"),
        ("Straße", "strasse"),
        ("دي 李", "دي 李"),
    ],
)
def test_a_name_is_folded(name: str, plain: str) -> None:
    assert folded(name) == plain


@pytest.mark.parametrize(
    "name", ["Élodie", "elodie", "ELODIE", "élodie", "Eloïse", "Ève", "Zoé", "zoë", "Çelik"]
)
def test_a_name_is_among_the_beginnings_of_what_it_folds_to(name: str) -> None:
    for typed in (name, folded(name), folded(name)[:3]):
        found = beginnings(typed, everything)
        assert any(small(name).startswith(each) for each in found), typed
        assert found == sorted({*found}, key=str.encode)


def test_where_there_are_many_those_that_lead_nowhere_are_left() -> None:
    asked: list[list[str]] = []

    def only_plain(prefixes: list[str]) -> list[str]:
        asked.append(prefixes)
        return [each for each in prefixes if each.isascii()]

    found = beginnings("eaeaeaea", only_plain)
    assert asked
    assert all(len(each) <= MOST_BEGINNINGS for each in asked)
    assert all(len(each) == 8 for each in found)
    assert len(beginnings("eaeaeaea", everything)[0]) < 8


@given(st.text(max_size=60))
def test_there_are_never_too_many_and_what_is_typed_is_among_them(typed: str) -> None:
    found = beginnings(typed, everything)
    assert len(found) <= MOST_BEGINNINGS + 1
    assert all(len(each) <= INDEXED for each in found)
    assert any(small(typed).startswith(each) for each in found)


def test_only_the_letters_a_to_z_are_made_small() -> None:
    assert small("ÉCOLE İ") == "École İ"
