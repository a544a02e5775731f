"""What every preset promises: what an importer reads of its files is what we know, and runs as nothing."""

import csv
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.presets import PRESETS, Preset, write
from exports.presets.preset import Form
from tests.exported import (
    LONG_ID,
    assert_nothing_runs,
    contact,
    hostile,
    left,
    left_as_they_are,
    signer,
    taken,
)

TABLES = [each for each in PRESETS.values() if each.form is Form.CSV]
every = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
tables = pytest.mark.parametrize("preset", TABLES, ids=[each.name for each in TABLES])
#: Columns that no file may have: what we never infer, and what importers stumble over.
REFUSED = {
    "lang", "twitter_id", "facebook_uid", "support_level", "party", "inferred_party", "religion", "ethnicity",
    "is_supporter", "birthdate", "category_id/id",
}  # fmt: skip


def people(*names: str, **changed: Any) -> list[dict[str, Any]]:
    return [
        signer(f"signup:p{place}", display_name=name, seq=place, **changed)
        for place, name in enumerate(names)
    ]


def names_in(row: dict[str, str]) -> str:
    wanted = ("first_name", "name", "last_name", "lastname", "last name", "lastname")
    return " ".join(cell for column, cell in row.items() if column.lower() in wanted)


@tables
def test_an_ordinary_contact_is_read_back_as_it_is(preset: Preset, tmp_path: Path) -> None:
    (row,) = taken(preset, tmp_path, [signer()]).of("contacts")
    assert names_in(row) == "Bo Example"
    assert "bo@mail.example" in row.values()
    has_phone = any(each.field.startswith("phone") for each in preset.columns)
    assert bool({"(+33639980001)", "33639980001"} & {*row.values()}) is has_phone
    assert "signup:ab12" in row.values()
    assert "climate" in row.values()


@tables
def test_hostile_names_keep_their_letters_and_break_no_row(preset: Preset, tmp_path: Path) -> None:
    values = list(hostile())
    rows = taken(preset, tmp_path, people(*values)).of("contacts")
    assert len(rows) == len(values) >= 300
    for row, value in zip(rows, values, strict=True):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\\]", "".join(row.values())), value
        shown = names_in(row).replace("(sign-up)", "")  # what stands behind a name that looks like a number
        assert letters(shown).startswith(letters(value[:60])[:18]), value


def letters(text: str) -> str:
    return "".join(each for each in text if each.isalnum())


@tables
@given(name=st.text(max_size=80), topic=st.text(max_size=40), area=st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_is_one_row_of_whole_cells(
    preset: Preset, tmp_path_factory: pytest.TempPathFactory, name: str, topic: str, area: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    record = signer(display_name=name, declared_topics=[topic, "transport"], area=area, handle=name)
    (row,) = taken(preset, folder, [record]).of("contacts")
    assert all(row.values())
    assert letters(names_in(row).replace("(sign-up)", "")).startswith(letters(name[:60])[:18])
    assert any("transport" in cell for cell in row.values())
    assert_nothing_runs(folder)


@every
def test_no_spreadsheet_runs_anything_by_whatever_separator_it_reads(preset: Preset, tmp_path: Path) -> None:
    values = list(hostile())
    given = [
        signer(f"signup:q{place}", display_name=each, handle=each, area=each, declared_topics=[each, "a"])
        for place, each in enumerate(values)
    ]
    harvested = [
        contact(f"twitter:{place}", display_name=each, handle=each) for place, each in enumerate(values)
    ]
    keyed = [contact(f"twitter:{each}") for each in values]
    gone = [left(f"signup:{each}", each, email=each, display_name=each) for each in values]
    write(preset, [*given, *harvested, *keyed], gone, tmp_path)
    assert_nothing_runs(tmp_path)


@tables
def test_a_file_is_plain_utf8_of_one_line_a_row(preset: Preset, tmp_path: Path) -> None:
    done = taken(preset, tmp_path, people(*hostile()), [left("signup:1", "unfollowed")])
    for each in done.files:
        if each.path.suffix == ".csv":
            data = each.path.read_bytes()
            assert not data.startswith(b"\xef\xbb\xbf")
            assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r") == each.rows + 1


@tables
def test_no_cell_is_empty_and_none_is_what_a_spreadsheet_rounds(preset: Preset, tmp_path: Path) -> None:
    various = [
        signer("signup:1", phone=None),
        signer("signup:2", email=None, addressable=["sms"]),
        signer("signup:3", language=None, area=None, declared_topics=[]),
        contact(handle=None, display_name=None, regular_since=None),
        contact("twitter:8", handle="0123", display_name="00123"),
        contact("twitter:9", handle=LONG_ID, display_name=LONG_ID),
        contact("facebook:1234567890123456:1234567890123457", handle=None),
    ]
    done = taken(preset, tmp_path, various, [left(f"twitter:{LONG_ID}", "objected")])
    empty = left_as_they_are(preset)
    assert empty == ({"last_name"} if preset.name == "creme" else set())
    assert all(row.values() for row in done.of("contacts"))
    told = [row.items() for rows in done.rows.values() for row in rows]
    cells = [cell for row in told for name, cell in row if cell or name not in empty]
    assert [
        each for each in cells if not each or re.fullmatch(r"0\d+|\d{16,}|\d+e\d+", each, re.IGNORECASE)
    ] == []


@every
def test_the_same_state_makes_the_same_bytes(preset: Preset, tmp_path: Path) -> None:
    def made(name: str) -> dict[str, bytes]:
        (tmp_path / name).mkdir(exist_ok=True)
        write(preset, [contact(), *people("Ada", "Bo")], [left("twitter:3", "erased")], tmp_path / name)
        return {each.name: each.read_bytes() for each in (tmp_path / name).iterdir()}

    assert made("first") == made("second") == made("first")


@every
def test_files_are_split_at_the_limits_and_lose_nobody(preset: Preset, tmp_path: Path) -> None:
    by_rows = write(preset, people(*"ABCDE"), [], tmp_path, max_rows=2)
    parts = [each for each in by_rows if each.holds == "contacts" and ".v3" not in each.path.name]
    assert sorted(each.rows for each in parts) == [1, 2, 2]
    if preset.form is Form.CSV:
        assert len(taken(preset, tmp_path, people(*"ABCDE"), max_rows=2).of("contacts")) == 5
    by_bytes = write(preset, people(*"ABCDE"), [], tmp_path, max_bytes=500)
    sizes = [each.path.stat().st_size for each in by_bytes if each.rows > 1]
    assert max(sizes, default=0) <= 500
    assert sum(each.rows for each in by_bytes if each.holds == "contacts") in {5, 10}


@every
def test_who_left_stands_in_no_file_of_before(preset: Preset, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("not ours")
    (tmp_path / f"{preset.name}s.csv").write_text("not ours either")
    write(preset, people("Zoe", "Yan", "Xeo"), [], tmp_path, max_rows=1)
    files = write(preset, people("Zoe"), [], tmp_path)
    there = {each.name for each in tmp_path.iterdir()}
    assert there == {each.path.name for each in files} | {"notes.csv", f"{preset.name}s.csv"}
    assert not any("Xeo" in each.path.read_text() for each in files)


@every
def test_an_export_that_breaks_off_changes_no_file(preset: Preset, tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield signer(display_name="Cy")
        raise OSError("the disk is full")

    write(preset, people("Zoe"), [], tmp_path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(OSError, match="full"):
        write(preset, broken(), [], tmp_path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


@every
def test_no_file_has_a_column_that_is_refused(preset: Preset) -> None:
    columns = {each.name for each in (*preset.columns, *preset.removal_key, *preset.choice_key)}
    assert columns & REFUSED == set()
    assert len({each.name for each in preset.columns}) == len(preset.columns)


@every
def test_every_contact_is_either_taken_or_rejected_with_a_reason(preset: Preset, tmp_path: Path) -> None:
    unfit = [contact("twitter:1\n2"), contact("twitter:" + "9" * 300)]
    all_of_them = [contact("twitter:1"), contact("facebook:1:2"), *people("A", "B"), *unfit]
    files = write(preset, all_of_them, [], tmp_path)
    held = sum(each.rows for each in files if each.holds == "contacts" and ".v3" not in each.path.name)
    (rejects,) = (each for each in files if each.holds == "rejects")
    assert held + rejects.rows == len(all_of_them)
    assert rejects.rows == (4 if preset.takes else 2)
    with rejects.path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=preset.delimiter))
    assert all(each["reason"] and each["sentence"].endswith(".") for each in rows)
    if preset.takes:
        assert (rows[0]["contact_key"], rows[0]["reason"]) == ("twitter:1", "email_no_consent")


@every
def test_an_address_that_may_not_be_written_to_is_in_no_file_of_contacts(
    preset: Preset, tmp_path: Path
) -> None:
    shut = signer(addressable=[], not_addressable_because={"email": "said_stop", "sms": "no_consent"})
    files = write(preset, [shut], [], tmp_path)
    texts = [each.path.read_text() for each in files if each.holds in {"contacts", "rejects"}]
    assert not any("bo@mail.example" in each or "639980001" in each for each in texts)


def test_memory_stays_what_a_few_rows_take(tmp_path: Path) -> None:
    def measured(count: int) -> int:
        tracemalloc.start()
        write(PRESETS["nationbuilder"], (contact(f"twitter:{each}") for each in range(count)), [], tmp_path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert measured(5_000) < measured(500) + 300_000


@pytest.mark.parametrize("postcode", ["01000", "75011", "2A004"])
def test_an_area_that_is_a_postcode_stays_one(tmp_path: Path, postcode: str) -> None:
    (row,) = taken(PRESETS["qomon"], tmp_path, [signer(area=postcode)]).of("contacts")
    assert row["Regulars area"] == (f"{postcode} (area)" if postcode.isdecimal() else postcode)


def test_who_took_back_a_transfer_is_erased_at_the_third_party(tmp_path: Path) -> None:
    read = taken(PRESETS["civicrm"], tmp_path, (), [left("twitter:5", "transfer_withdrawn")])
    assert [each.holds for each in read.files if each.rows] == ["erased"]
