"""Cells: laws of cleaning, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.presets.cells import clean, exact, named, within
from tests.exported import hostile

TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(list(hostile())))


@given(text=TEXTS, most=st.integers(10, 80))
def test_cleaning_twice_changes_nothing_and_keeps_the_bound(text: str, most: int) -> None:
    once = clean(text, most)
    assert clean(once, most) == once
    assert len(once) <= most
    assert not once or once[0] not in "=+-@\uff1d\uff0b\uff0d\uff20 "
    assert once == " ".join(once.split())


@given(text=TEXTS)
def test_an_identifier_is_written_as_it_is_or_not_at_all(text: str) -> None:
    assert exact(text) in {text, None}


@given(text=TEXTS, most=st.integers(20, 80))
def test_a_name_keeps_its_bound(text: str, most: int) -> None:
    assert len(named(text, "sign-up", most)) <= most


@given(text=TEXTS, most=st.integers(0, 80))
def test_cutting_by_bytes_keeps_whole_characters(text: str, most: int) -> None:
    plain = clean(text)
    cut = within(plain, most, lambda each: len(each.encode()))
    assert len(cut.encode()) <= most
    assert plain.startswith(cut)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Ada Lévy", "Ada Lévy"),
        ("Ada\nLévy", "Ada Lévy"),
        ("Ada\\Lévy", "Ada/Lévy"),
        ("=1+1", "1+1"),
        ("@ada", "ada"),
        ("Ada;=1+1", "Ada;1+1"),
        ('Ada,"=1', 'Ada,"1'),
        ("\ufeffAda", "Ada"),
        ("Ada - the best", "Ada - the best"),
        ("---", ""),
    ],
)
def test_what_a_text_becomes(text: str, becomes: str) -> None:
    assert clean(text) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("007", "007 (X)"),
        ("NULL", "NULL (X)"),
        ("mai 68", "mai 68 (X)"),
        ("SEPT2", "SEPT2 (X)"),
        ("Ada 2", "Ada 2"),
    ],
)
def test_a_name_that_a_spreadsheet_would_change_says_where_it_is_from(text: str, becomes: str) -> None:
    assert named(text, "X") == becomes
