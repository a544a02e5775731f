"""The values of identifiers: the same for the same person, another under every other key."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.suppression import Suppressor, new_key, wrapped

KEYS = [new_key(), new_key()]


@pytest.mark.parametrize(
    ("kind", "one", "same"),
    [
        ("handle:twitter", "@Ada", "ada "),
        ("email", "Ada@Mail.example", " ada@mail.example"),
        ("phone", "+33 6 00-00.00", "+336000000"),
        ("twitter", "7001", "7001 "),
    ],
)
def test_one_person_has_one_value_however_it_is_written(kind: str, one: str, same: str) -> None:
    assert Suppressor(KEYS).value(kind, one) == Suppressor(KEYS).value(kind, same)


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_two_identifiers_have_one_value(one: str, other: str) -> None:
    found = Suppressor(KEYS)
    values = {found.value(kind, each) for kind in ("twitter", "facebook") for each in (one, other)}
    assert len(values) == (2 if one.strip() == other.strip() else 4)


def test_a_value_is_an_hmac_under_one_key_after_the_other() -> None:
    first = hmac.new(bytes.fromhex(KEYS[0]), b"twitter:7001", hashlib.sha256).digest()
    assert Suppressor(KEYS[:1]).value("twitter", "7001") == first.hex()
    assert Suppressor(KEYS).value("twitter", "7001") == wrapped(first, [bytes.fromhex(KEYS[1])])
    assert Suppressor(KEYS).wraps == 2


def test_who_lacks_the_key_cannot_make_the_value() -> None:
    assert Suppressor([new_key()]).value("twitter", "7001") != Suppressor(KEYS[:1]).value("twitter", "7001")
