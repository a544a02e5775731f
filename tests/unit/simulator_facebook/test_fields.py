"""The `fields` parameter is read as the reference writes it."""

import pytest

from simulator.facebook.fields import Field, FieldSyntaxError, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", (), id="nothing asked"),
        pytest.param("id", (Field("id", "id", {}, ()),), id="one name"),
        pytest.param("id, name", (Field("id", "id", {}, ()), Field("name", "name", {}, ())), id="a space"),
        pytest.param("from{id}", (Field("from", "from", {}, (Field("id", "id", {}, ()),)),), id="braces"),
        pytest.param(
            "reactions.type(LOVE).limit(0).summary(1).as(love)",
            (Field("reactions", "love", {"type": "LOVE", "limit": "0", "summary": "1"}, ()),),
            id="the per-type count trick",
        ),
    ],
)
def test_a_fields_text_is_read(text: str, found: tuple[Field, ...]) -> None:
    assert parse(text) == found


def test_expansion_nests_to_any_depth() -> None:
    text = "posts.limit(5){id,comments.filter(stream).limit(2){id,parent{id}},reactions.summary(1){id}}"
    posts = parse(text)[0]
    comments = posts.children[1]
    assert comments.arguments == {"filter": "stream", "limit": "2"}
    assert comments.children[1].children == (Field("id", "id", {}, ()),)
    assert posts.children[2].name == "reactions"


@pytest.mark.parametrize(
    "text", ["id,", "id{", "id{}", "id}", "comments.limit", "comments.limit(5", ",id", "{"]
)
def test_a_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(FieldSyntaxError):
        parse(text)
