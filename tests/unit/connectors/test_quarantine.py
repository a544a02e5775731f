"""One broken item is set aside with its shape and none of its values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.quarantine import MAX_FIELDS, MalformedError, shape_of, translate_each

SECRET = "ada@people.example"
NAMES = st.sampled_from(["id", "name", "referenced_tweets", "type"])
JSON_OF_SECRETS = st.recursive(
    st.just(SECRET) | st.just(4155550123) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES | st.just(SECRET), inner, max_size=4),
    max_leaves=30,
)


def test_a_shape_tells_paths_types_and_lengths() -> None:
    item = {"id": "12345", "tags": [{"type": "quoted"}, None], "count": 12, "ok": True, "note": None}
    assert json.loads(shape_of(item)) == {
        "$": "object of 5",
        "$.id": "text of 5",
        "$.tags": "list of 2",
        "$.tags[0]": "object of 1",
        "$.tags[0].type": "text of 6",
        "$.tags[1]": "null",
        "$.count": "number",
        "$.ok": "boolean",
        "$.note": "null",
    }


@given(JSON_OF_SECRETS)
def test_a_shape_holds_no_value(item: Any) -> None:
    shape = shape_of(item)
    assert SECRET not in shape
    assert "4155550123" not in shape


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("Ada Exemple", id="a-name-with-a-space"),
        pytest.param("ada@people.example", id="an-address"),
        pytest.param("user_4155550123", id="an-id"),
        pytest.param("Zoë", id="a-name-with-an-accent"),
    ],
)
def test_a_key_that_is_no_field_name_is_a_value_too(key: str) -> None:
    assert key not in shape_of({"by": {key: 1}})


def test_the_shape_of_something_endless_ends() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert len(json.loads(shape_of(deep))) < 20
    wide = {f"field_{letter}{other}": 1 for letter in "abcdefghijklmnop" for other in "abcdefghijklmnop"}
    assert len(json.loads(shape_of(wide))) == MAX_FIELDS + 1


def _halved(item: Any) -> float | None:
    if item == "odd":
        raise MalformedError("the item is odd")
    half: float | None = None if item is None else item / 2
    return half


def test_the_rest_of_a_page_goes_on() -> None:
    read = translate_each([4, "odd", None, SECRET, 6], _halved)
    assert (read.values, read.unattributed) == ((2, 3), 1)
    assert [each.reason for each in read.quarantined] == [
        "the item is odd",
        "the translation failed with TypeError",
    ]


@given(st.lists(st.integers() | st.none() | st.just("odd") | st.just(SECRET)))
def test_every_item_is_accounted_for(items: list[Any]) -> None:
    read = translate_each(items, _halved)
    assert len(read.values) + len(read.quarantined) + read.unattributed == len(items)
