"""NationBuilder's own description of its API takes our removals, and would refuse others."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator

from exports.presets import PRESETS, write
from exports.presets.nationbuilder import pushed
from tests.exported import left

CHECKOUT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared"))
DOCUMENT = SHARED / "reference/crm/nationbuilder-signups-api-openapi.yml"
pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not DOCUMENT.exists(), reason="NationBuilder's document is not beside the checkout"),
]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return Draft202012Validator({**document, "$ref": "#/components/schemas/signup_create_request"})


@pytest.mark.parametrize("reason", ["unfollowed", "objected", "erased"])
def test_a_removal_is_what_the_api_takes(schema: Draft202012Validator, reason: str, tmp_path: Path) -> None:
    write(PRESETS["nationbuilder"], [], [left("twitter:1", reason), left("signup:ab", reason)], tmp_path)
    (path,) = tmp_path.glob("*.ndjson")
    bodies = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [each["data"]["attributes"]["external_id"] for each in bodies] == ["twitter:1", "signup:ab"]
    assert [error.message for each in bodies for error in schema.iter_errors(each)] == []


def test_only_attributes_that_the_api_knows_are_sent() -> None:
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    known = document["components"]["schemas"]["signup_read_write_attributes"]["properties"]
    preset = PRESETS["nationbuilder"]
    for cells in preset.removal.values():
        body = orjson.loads(pushed({"external_id": "twitter:1", **cells}))
        assert body["data"]["attributes"].keys() - known.keys() == set()


@pytest.mark.parametrize(
    "wrong", [{"do_not_contact": "Y"}, {"external_id": 7}, {"custom_values": "left"}], ids=str
)
def test_another_body_would_be_refused(schema: Draft202012Validator, wrong: dict[str, Any]) -> None:
    body = {"data": {"type": "signups", "attributes": {"external_id": "twitter:1", **wrong}}}
    assert [*schema.iter_errors(body)]
