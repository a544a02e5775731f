"""The published schema of a record is what we write, field by field."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

import exports
from domain.channel import Channel
from domain.sign_up import LANGUAGES
from exports.record import FIELDS, GIVEN_FIELDS, TOMBSTONE_FIELDS, record, tombstone
from tests.exported import NOW, contact, left, signer

PATH = Path(exports.__file__).with_name("schema") / "record.v1.json"
SCHEMA: dict[str, Any] = orjson.loads(PATH.read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
ROW = (
    "twitter",
    "7",
    "ada",
    "Ada",
    "regular",
    NOW,
    3,
    "eu-2026/abc",
    "follows",
    None,
    '["email"]',
    '{"sms":"no_consent"}',
)


def errors(value: dict[str, Any]) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(orjson.loads(orjson.dumps(value)))]


def test_the_schema_is_one_itself() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_its_fields_are_those_of_a_record_and_of_a_tombstone() -> None:
    told = SCHEMA["$defs"]["record"]
    assert tuple(told["required"]) == FIELDS
    assert tuple(told["properties"]) == (*FIELDS, *GIVEN_FIELDS)
    assert tuple(SCHEMA["$defs"]["tombstone"]["properties"]) == TOMBSTONE_FIELDS
    assert set(SCHEMA["$defs"]["channel"]["enum"]) == {*Channel}
    assert tuple(told["properties"]["language"]["enum"]) == LANGUAGES


def test_what_the_store_gives_is_valid() -> None:
    assert errors(record(ROW)) == []  # type: ignore[arg-type]  # a row as the store gives it
    assert errors(tombstone((4, "twitter", "7", "remove", "objected", NOW))) == []  # type: ignore[arg-type]  # the same


def test_a_record_with_all_that_a_person_gave_is_valid() -> None:
    addresses = [["email", "ada@club.example"], ["sms", "+33639980001"]]
    consents = [["email", NOW.isoformat(), None]]
    full = record((*ROW, "fr", "Port", addresses, consents, NOW))  # type: ignore[arg-type]  # the same
    assert full.keys() - {*FIELDS} == {*GIVEN_FIELDS}
    assert errors(full) == []


@pytest.mark.parametrize(
    "value", [contact(), signer(), left("twitter:7", "erased")], ids=["x", "signup", "left"]
)
def test_the_records_of_the_contract_are_valid_ones(value: dict[str, Any]) -> None:
    assert errors(value) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": "occasional"}, {"op": "delete"}, {"seq": "1"}, {"platform_id": 7}, {"more": 1},
        {"addressable": ["fax"]}, {"phone": "0639980001"}, {"regular_since": "yesterday"},
    ],
    ids=str,
)  # fmt: skip
def test_another_record_is_not_valid(wrong: dict[str, Any]) -> None:
    assert errors(contact(**wrong))
