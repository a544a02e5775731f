"""How a contact's key is written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contact import ContactKey, Platform


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("twitter:7001", ContactKey(Platform.TWITTER, "7001"), id="an X user"),
        pytest.param("facebook:88:99", ContactKey("facebook", "88:99"), id="an id in the scope of a page"),
        pytest.param(
            "facebook:app-5:99", ContactKey("facebook", "app-5:99"), id="an id in the scope of an app"
        ),
        pytest.param("  twitter:7001\n", ContactKey("twitter", "7001"), id="space around it is no part"),
    ],
)
def test_parse(text: str, key: ContactKey) -> None:
    assert ContactKey.parse(text) == key


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("7001", id="an id without a colon"),
        pytest.param("twitter:", id="a platform without an id"),
        pytest.param(":7001", id="an id without a platform"),
    ],
)
def test_parse_refuses_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^A contact's key looks like .*\.$"):
        ContactKey.parse(text)


def test_the_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(ValueError, match="looks like") as caught:
        ContactKey.parse("ada_of_the_market")

    assert "market" not in str(caught.value)


@given(st.sampled_from(Platform), st.from_regex(r"[A-Za-z0-9:_-]+", fullmatch=True))
def test_what_was_written_is_read_again(platform: Platform, platform_id: str) -> None:
    key = ContactKey(platform, platform_id)

    assert ContactKey.parse(str(key)) == key


def test_one_person_in_two_scopes_is_two_contacts() -> None:
    assert ContactKey.parse("facebook:1:99") != ContactKey.parse("facebook:app-1:99")
