"""Entries of the journal: how they are written down, committed to and linked."""

from dataclasses import replace
from datetime import timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journal import (
    GENESIS,
    LONGEST_WHY,
    Act,
    Entry,
    as_ranges,
    commitment_of,
    link_of,
    numbers_in,
    text_of,
    written_at,
)
from tests.cast import NOW
from tests.journal import ENTRIES, SALT, SHOWN, another


def test_an_entry_is_written_in_one_form_only() -> None:
    text = text_of(replace(SHOWN, details={"run": 7, "form": "csv"}), SALT)
    assert text == (SALT, "cli:ada", "contact.shown", "twitter:7001", "she asked", '{"form":"csv","run":7}')
    other_order = text_of(replace(SHOWN, details={"form": "csv", "run": 7}), SALT)
    assert other_order == text


def test_the_hashes_are_what_the_page_says() -> None:
    """Whoever proves with a tool of their own must come to the same."""
    text, at = text_of(SHOWN, SALT), written_at(NOW)
    said = (
        '["regulars journal 1","cli:ada","contact.shown","twitter:7001","she asked","{\\"run\\":7}",'
        '"2026-11-01T12:00:00.000000+00:00"]'
    )
    commitment = commitment_of(text, at)
    assert commitment == sha256(SALT + said.encode()).digest()
    link = link_of(GENESIS, 1, at, commitment)
    assert link == sha256(GENESIS + bytes(7) + b"\1" + at.encode() + commitment).digest()
    assert sha256(b"regulars journal 1").digest() == GENESIS


def test_an_entry_about_nobody_has_no_subject() -> None:
    assert text_of(Entry("worker", Act.EXPORT_WRITTEN, NOW), SALT).subject_key is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("two\nlines", "two lines", id="one-line"),
        pytest.param("nul\0 and half a letter \udc80", "nul and half a letter", id="what-no-database-takes"),
        pytest.param("  é  ", "é", id="no-room-around"),
        pytest.param("x" * (LONGEST_WHY + 1), "x" * LONGEST_WHY, id="not-endless"),
    ],
)
def test_a_reason_is_one_line_that_every_database_takes(written: str, kept: str) -> None:
    assert text_of(replace(SHOWN, why=written), SALT).why == kept


def test_a_moment_is_the_same_in_every_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert written_at(elsewhere) == written_at(NOW) == "2026-11-01T12:00:00.000000+00:00"


@given(ENTRIES, st.integers(0, 6))
def test_whatever_is_changed_gives_another_commitment(entry: Entry, place: int) -> None:
    text, at = text_of(entry, SALT), written_at(entry.at)
    changed = [*text, at]
    changed[place] = another(changed[place])
    *fields, moment = changed
    assert commitment_of(type(text)(*fields), moment) != commitment_of(text, at)


def test_the_same_entry_with_another_salt_can_not_be_recognised() -> None:
    at = written_at(NOW)
    assert commitment_of(text_of(SHOWN, SALT), at) != commitment_of(text_of(SHOWN, SALT[::-1]), at)


@pytest.mark.parametrize(
    ("numbers", "written"),
    [([], ""), ([3], "3"), ([9, 3, 8, 7, 7], "3,7-9"), ([1, 2], "1-2"), (range(1, 1001), "1-1000")],
)
def test_numbers_are_written_in_short(numbers: list[int], written: str) -> None:
    assert as_ranges(numbers) == written


@given(st.sets(st.integers(1, 60), min_size=1))
def test_written_numbers_are_read_as_they_were(numbers: set[int]) -> None:
    assert numbers_in(as_ranges(numbers), below=61) == numbers
    assert numbers_in(as_ranges(numbers), below=30) == {each for each in numbers if each < 30}


def test_a_range_without_end_is_read_no_further_than_asked() -> None:
    assert numbers_in("2-999999999999999999", below=5) == {2, 3, 4}


@pytest.mark.parametrize("ranges", ["", "a", "1-b", "1,,2"])
def test_what_is_no_number_is_refused(ranges: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        numbers_in(ranges, below=9)
