"""Proof of a journal: whatever is done to an entry is found, and what was deleted on request is not held."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journal import GENESIS, Act, Detail, Entry, commitment_of, link_of
from domain.journal_proof import Anchor, Fault, Finding, Kept, prove
from tests.cast import NOW
from tests.journal import ENTRIES, another, kept, shown

ROWS = st.lists(ENTRIES, min_size=1, max_size=7).map(kept)
SIX = kept([shown(each) for each in range(6)])
TEXTS_DELETED = Entry("journal", Act.TEXTS_DELETED, NOW, details={"entries": "2,4-5"})


def without_text(rows: list[Kept], *numbers: int) -> list[Kept]:
    return [each._replace(text=None) if each.seq in numbers else each for each in rows]


@given(ROWS)
def test_a_whole_journal_is_consistent_and_an_anchor_proves_it(rows: list[Kept]) -> None:
    assert prove(rows) == (len(rows), 0, 0, ())
    for each in rows:
        assert prove(rows, [Anchor(each.seq, each.link)]).proven == each.seq


def test_an_empty_journal_is_consistent_with_an_anchor_of_nothing_only() -> None:
    assert prove([]) == (0, 0, 0, ())
    assert prove([], [Anchor(0, GENESIS)]) == (0, 0, 0, ())
    assert prove([], [Anchor(0, b"other")]).findings == (Finding(0, 0, Fault.OTHER),)
    assert prove([], [Anchor(2, SIX[1].link)]).findings == (Finding(1, 2, Fault.CUT_OFF),)


@given(ROWS, st.data())
def test_a_changed_field_is_found(rows: list[Kept], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(("seq", "at", "commitment", "link")))
    row = rows[place]
    rows[place] = row._replace(**{name: another(getattr(row, name))})
    assert prove(rows).findings


@given(ROWS, st.data())
def test_a_changed_text_is_found_at_its_entry(rows: list[Kept], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    text = rows[place].text
    assert text is not None
    name = data.draw(st.sampled_from(text._fields))
    rows[place] = rows[place]._replace(text=text._replace(**{name: another(getattr(text, name))}))
    assert prove(rows).findings == (Finding(place + 1, place + 1, Fault.TEXT_CHANGED),)


@given(ROWS, st.data())
def test_removed_entries_are_found(rows: list[Kept], data: st.DataObject) -> None:
    anchor = Anchor(rows[-1].seq, rows[-1].link)
    gone = data.draw(st.sets(st.integers(1, len(rows)), min_size=1))
    left = [each for each in rows if each.seq not in gone]
    found = prove(left, [anchor])
    told = {
        number
        for each in found.findings
        if each.fault in (Fault.MISSING, Fault.CUT_OFF)
        for number in range(each.first, each.last + 1)
    }
    assert told == gone
    assert found.proven == 0


@given(ROWS, st.data())
def test_entries_that_move_up_into_a_gap_are_found(rows: list[Kept], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(rows) - 1))
    left = [each for each in rows if each.seq != gone + 1]
    closed = [each._replace(seq=number) for number, each in enumerate(left, start=1)]
    anchor = Anchor(rows[-1].seq, rows[-1].link)
    assert prove(closed, [anchor]).findings
    if gone < len(rows) - 1:
        assert prove(closed).findings


@given(ROWS.filter(lambda rows: len(rows) > 1), st.data())
def test_entries_that_change_places_are_found(rows: list[Kept], data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True))
    rows[one], rows[other] = (
        rows[other]._replace(seq=rows[one].seq),
        rows[one]._replace(seq=rows[other].seq),
    )
    assert prove(rows).findings


@given(ROWS, st.lists(ENTRIES, min_size=1, max_size=3), st.integers(0, 6))
def test_another_chain_is_found_by_an_anchor_alone(rows: list[Kept], others: list[Entry], at: int) -> None:
    """Whoever can write all rows can write a consistent chain: what is said of it must be no more."""
    forged = kept([shown(999), *others] * 4)[: max(len(rows), at)]
    assert prove(forged).findings == ()
    assert prove(forged).proven == 0
    for each in rows:
        assert prove(forged, [Anchor(each.seq, each.link)]).findings


def test_an_older_anchor_in_the_file_still_counts() -> None:
    forged = kept([shown(99), *(shown(each) for each in range(5))])
    blessed = Anchor(6, forged[-1].link)
    assert prove(forged, [blessed]).proven == 6
    assert prove(forged, [blessed, Anchor(3, SIX[2].link)]).findings == (Finding(3, 3, Fault.OTHER),)


def test_one_missing_entry_hides_no_other_fault() -> None:
    rows = [each for each in SIX if each.seq != 2]
    rows[-1] = rows[-1]._replace(commitment=bytes(32))
    assert [each[::2] for each in prove(rows).findings] == [
        (2, Fault.MISSING),
        (6, Fault.CHANGED),
        (6, Fault.TEXT_CHANGED),
    ]


@pytest.mark.parametrize("seq", [0, -4])
def test_an_entry_before_the_first_is_found(seq: int) -> None:
    assert prove([SIX[0]._replace(seq=seq), *SIX]).findings


def test_a_number_far_away_is_told_in_one_line() -> None:
    findings = prove([*SIX, SIX[5]._replace(seq=2**60)]).findings
    assert findings[0] == Finding(7, 2**60 - 1, Fault.MISSING)


def test_bytes_that_are_cut_elsewhere_are_found() -> None:
    """The same bytes under the link: a moment one letter shorter, a commitment one byte longer."""
    row = SIX[0]
    moved = row._replace(at=row.at[:-1], commitment=row.at[-1:].encode() + row.commitment, text=None)
    deletion = kept([*(shown(each) for each in range(6)), replace(TEXTS_DELETED, details={"entries": "1"})])
    assert prove([moved, *deletion[1:]]).findings == (Finding(1, 1, Fault.CHANGED),)


def test_a_salt_that_is_too_short_to_hide_anything_is_found() -> None:
    text = SIX[0].text
    assert text is not None
    short = text._replace(salt=b"")
    commitment = commitment_of(short, SIX[0].at)
    link = link_of(GENESIS, 1, SIX[0].at, commitment)
    findings = prove([SIX[0]._replace(text=short, commitment=commitment, link=link)]).findings
    assert findings == (Finding(1, 1, Fault.TEXT_CHANGED),)


DELETED = kept([*(shown(each) for each in range(6)), TEXTS_DELETED])


def test_texts_that_were_deleted_on_request_are_counted() -> None:
    assert prove(without_text(DELETED, 2, 4, 5)) == (7, 3, 0, ())


def test_a_text_that_was_removed_without_an_entry_is_found() -> None:
    findings = prove(without_text(DELETED, 2, 3, 4, 5)).findings
    assert findings == (Finding(3, 3, Fault.TEXT_REMOVED),)


def test_a_text_that_comes_back_is_found() -> None:
    assert prove(without_text(DELETED, 2, 5)).findings == (Finding(4, 4, Fault.TEXT_BACK),)


def test_the_entry_of_a_deletion_can_not_be_changed_to_cover_more() -> None:
    rows = without_text(DELETED, 2, 3, 4, 5)
    text = rows[6].text
    assert text is not None
    rows[6] = rows[6]._replace(text=text._replace(details='{"entries":"2-5"}'))
    assert [each[::2] for each in prove(rows).findings] == [
        *((each, Fault.TEXT_REMOVED) for each in (2, 3, 4, 5)),
        (7, Fault.TEXT_CHANGED),
    ]


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({}, id="no-list"),
        pytest.param({"entries": "all"}, id="no-numbers"),
        pytest.param({"entries": None}, id="nothing"),
        pytest.param({"entries": 1}, id="a-number"),
        pytest.param({"entries": "7-9"}, id="later-entries"),
    ],
)
def test_a_deletion_that_we_would_not_write_covers_nothing(details: dict[str, Detail]) -> None:
    rows = kept([*(shown(each) for each in range(6)), replace(TEXTS_DELETED, details=details), shown(8)])
    assert prove(without_text(rows, 1, 8)).findings == (
        Finding(1, 1, Fault.TEXT_REMOVED),
        Finding(8, 8, Fault.TEXT_REMOVED),
    )


def test_a_deletion_with_no_object_at_all_covers_nothing() -> None:
    row = kept([TEXTS_DELETED])[0]
    assert row.text is not None
    for details in ("[]", "no JSON", "null"):
        assert prove([row._replace(text=row.text._replace(details=details))]).findings
