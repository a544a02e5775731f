"""Hostile values in every field: each file is read back as what the preset meant, and nothing of it runs."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.forms import FORMS
from exports.presets import PRESETS, Preset, reject_of, write
from exports.presets.cards import card
from exports.presets.cells import clean
from exports.presets.preset import Form
from tests.exported import assert_nothing_runs, contact, hostile, left, signer, table, taken

TABLES = [each for each in PRESETS.values() if each.form is Form.CSV]
tables = pytest.mark.parametrize("preset", TABLES, ids=[each.name for each in TABLES])
VALUES = list(hostile())
#: How a hostile value comes into a record, by the field that it stands in.
INTO: dict[str, Callable[[int, str], dict[str, Any]]] = {
    "display_name": lambda place, value: signer(f"signup:{place}", display_name=value),
    "handle": lambda place, value: contact(f"twitter:{place}", handle=value),
    "the only name": lambda place, value: contact(f"twitter:{place}", handle=value, display_name=None),
    "id": lambda _, value: contact(f"twitter:{value}"),
    "platform": lambda place, value: contact(f"{value}:{place}"),
    "email": lambda place, value: signer(f"signup:{place}", email=value),
    "phone": lambda place, value: signer(f"signup:{place}", phone=value),
    "language": lambda place, value: signer(f"signup:{place}", language=value),
    "area": lambda place, value: signer(f"signup:{place}", area=value),
    "declared_topics": lambda place, value: signer(f"signup:{place}", declared_topics=[value, "climate"]),
    "topics": lambda place, value: signer(f"signup:{place}", topics=[value]),
    "regular_since": lambda place, value: signer(f"signup:{place}", regular_since=value),
    "hindrance": lambda place, value: signer(
        f"signup:{place}", addressable=[], not_addressable_because={"email": value, "sms": value}
    ),
}
STARTS = ("=", "+", "-", "@", "\t", "\r")
fields = pytest.mark.parametrize("field", INTO)


def meant(preset: Preset, records: Sequence[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    """Return the rows that a preset makes of records, each as its cells that hold something."""
    return sorted(
        [(each.name, cell) for each in preset.columns if (cell := each.read(record))]
        for record in records
        if reject_of(preset, record) is None
    )


@tables
@fields
def test_what_a_reader_finds_is_what_was_meant(preset: Preset, field: str, tmp_path: Path) -> None:
    records = [INTO[field](place, value) for place, value in enumerate(VALUES, start=1)]
    removals = [left(each["contact_key"], "erased", **each) for each in records]
    done = taken(preset, tmp_path, records, removals)
    assert len(records) >= 300
    assert sorted(list(row.items()) for row in done.of("contacts")) == meant(preset, records)
    refused = [(each["contact_key"], reject_of(preset, each)) for each in records]
    assert [list(row.values()) for row in done.of("rejects")] == [
        [clean(key), *map(clean, why)] for key, why in refused if why
    ]
    assert_nothing_runs(tmp_path)


anything = st.text(max_size=60)


@tables
@given(values=st.fixed_dictionaries(dict.fromkeys(INTO, anything)))
@settings(max_examples=10, deadline=None)
def test_any_texts_in_all_fields_are_read_back(
    preset: Preset, tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("all")
    records = [INTO[field](place, value) for place, (field, value) in enumerate(values.items(), start=1)]
    done = taken(preset, folder, records, [left(each["contact_key"], "objected") for each in records])
    assert sorted(list(row.items()) for row in done.of("contacts")) == meant(preset, records)
    assert_nothing_runs(folder)


@fields
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_card_holds_its_lines_and_no_others(field: str, version: str) -> None:
    for place, value in enumerate(VALUES, start=1):
        record = INTO[field](place, value)
        usual = {each.name for each in vobject.readOne(card(signer(), version)).getChildren()}
        (found,) = vobject.readComponents(card(record, version))
        names = [each.name for each in found.getChildren()]
        assert {*names} <= usual | {"SOCIALPROFILE", "X-SOCIALPROFILE", "URL"}, value
        assert len({*names}) == len(names), value


@fields
def test_removals_without_a_table_are_one_line_each(field: str, tmp_path: Path) -> None:
    gone = [left(INTO[field](place, value)["contact_key"], "objected") for place, value in enumerate(VALUES)]
    preset = PRESETS["nationbuilder"]
    files = write(preset, [], gone, tmp_path)
    told = sum(each.rows for each in files)
    lines = [
        json.loads(line)["data"]["attributes"]["external_id"]
        for each in files
        if each.holds == "objected"
        for line in each.path.read_text("utf-8").splitlines()
    ]
    by_hand = [row for each in files if each.holds == "by_hand" for row in table(each.path, preset)]
    assert len(lines) + len(by_hand) == told == len(gone)
    keys = {each["contact_key"] for each in gone}
    assert {*lines} <= keys


@fields
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_plain_files_are_read_back_equal(field: str, form: str) -> None:
    storable = [each for each in VALUES if each.encode("utf-8", "ignore").decode() == each]
    records = [INTO[field](place, value) for place, value in enumerate(storable, start=1)]
    file = io.BytesIO()
    names = tuple(dict.fromkeys(name for each in records for name in each))
    assert FORMS[form](file, names, records, lambda _: None) == len(records)
    text = file.getvalue().decode()
    if form == "ndjson":
        found = [json.loads(line) for line in text.split("\n")[:-1]]
    else:
        found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        assert [each for row in found for each in row.values() if each.startswith(STARTS)] == []
    for name in ("contact_key", "platform", "display_name", "handle", "area", "email", "language"):
        texts = [each.get(name) or "" for each in records]
        guarded = [f"'{each}" if form == "csv" and each.startswith(STARTS) else each for each in texts]
        assert [each.get(name) or "" for each in found] == guarded
