"""A sign-up proves a consent or says why it does not, without telling whose it is."""

from datetime import timedelta
from typing import Any

import pytest

from domain.sign_up import addresses_of, fault, hash_of, identifiers_of
from tests.cast import NOW
from tests.signing import ADA, by_phone, signed


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"consent": " "}, "does not say the words agreed to"),
        ({"source": ""}, "does not say where"),
        ({"taken_by": ""}, "does not say who took it"),
        ({"consent": "a" * 10_001}, "more than 10000 characters"),
        ({"at": NOW + timedelta(hours=1)}, "dated in the future"),
        ({"at": NOW.replace(tzinfo=None)}, "no time zone"),
        ({"name": "a" * 201}, "name is longer"),
        ({"area": "a" * 201}, "area is longer"),
        ({"name": "Ada\x00"}, "no text"),
        ({"area": "\ud800"}, "no text"),
        ({"language": "de"}, "neither fr nor en"),
        ({"topics": ("gardening",)}, "topic that there is not"),
        ({"channels": ()}, "consents to no channel"),
        ({"channels": ("fax",)}, "channel that there is not"),
        ({"email": None}, "e-mail address is none"),
        ({"email": "ada at club"}, "e-mail address is none"),
        ({"channels": ("email", "sms")}, "phone number is none"),
        ({"channels": ("sms",), "phone": "01 99 00 00 00"}, "no mobile number"),
    ],
)
def test_what_proves_no_consent(changed: dict[str, Any], reason: str) -> None:
    said = fault(signed(**changed), now=NOW)
    assert said is not None
    assert reason in said
    assert "Ada" not in said
    assert "club" not in said


@pytest.mark.parametrize(
    "good",
    [ADA, by_phone(), signed(name=None), signed(topics=("housing",)), signed(at=NOW + timedelta(minutes=4))],
)
def test_what_proves_one(good: Any) -> None:
    assert fault(good, now=NOW) is None


def test_only_what_was_consented_to_may_be_kept() -> None:
    both = signed(phone="0639980001")
    assert addresses_of(both) == {"email": "ada@club.example"}
    assert identifiers_of(both) == [("email", "ada@club.example"), ("phone", "+33639980001")]
    assert identifiers_of(signed(email="none", phone=None)) == []


def test_another_word_is_another_version() -> None:
    assert hash_of("I agree.") != hash_of("I agree!")
    assert hash_of("é") == hash_of("é")
