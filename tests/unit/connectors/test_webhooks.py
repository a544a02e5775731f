"""Signatures and checks of addresses, against vectors that were computed elsewhere (openssl)."""

import pytest

from connectors.facebook import webhook as facebook
from connectors.twitter import webhook as twitter

# printf '%s' '{"name":"\u00c9lodie \ud83c\udf3b"}' | openssl dgst -sha256 -hmac "app secret"
ESCAPED = rb'{"name":"\u00c9lodie \ud83c\udf3b"}'
OF_FACEBOOK = "sha256=f4d223a25efedb8fc1aba9860365ce61e1ff939444f75d3fd7f3981ca29dea15"
# printf '%s' 'crc' | openssl dgst -sha256 -hmac "consumer secret" -binary | base64
CRC_ANSWER = "sha256=/YDFD2s6XJTeCzOOoOAm+QgCk27oN0DlVXH9MEvjuRg="
# The same of ESCAPED, in base64.
OF_X = "sha256=lt+a+flD6iOp7Ppg7Wv190YsrHeaaLn1njQYf5TQ9tk="


def test_facebook_signs_the_escaped_bytes() -> None:
    assert facebook.is_signed(ESCAPED, OF_FACEBOOK, ["another app's", "app secret"])
    assert not facebook.is_signed('{"name":"Élodie 🌻"}'.encode(), OF_FACEBOOK, ["app secret"])


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        OF_FACEBOOK.upper(),
        OF_FACEBOOK[7:],
        OF_FACEBOOK[:-1],
        "sha1=" + OF_FACEBOOK[7:],
        "sha256=é\ud800",
    ],
)
def test_facebook_signed_nothing_else(signature: str) -> None:
    assert not facebook.is_signed(ESCAPED, signature, ["app secret"])


def test_x_signs_the_bytes() -> None:
    assert twitter.is_signed(ESCAPED, OF_X, ["another app's", "consumer secret"])
    assert not twitter.is_signed(ESCAPED + b" ", OF_X, ["consumer secret"])
    assert not twitter.is_signed(ESCAPED, OF_X, ["another app's"])
    assert not twitter.is_signed(ESCAPED, "", ["consumer secret"])


def test_without_a_secret_nothing_is_signed() -> None:
    assert not facebook.is_signed(ESCAPED, OF_FACEBOOK, [])
    assert not twitter.is_signed(ESCAPED, OF_X, [])


def test_the_answer_to_x() -> None:
    assert twitter.response_token("crc", "consumer secret") == CRC_ANSWER


ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}


def test_the_answer_to_facebook() -> None:
    assert facebook.challenge(ASKED, "ours") == "1158201444"


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "theirs"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
    ],
)
def test_facebook_is_answered_nothing_else(changed: dict[str, str]) -> None:
    assert facebook.challenge(ASKED | changed, "ours") is None


def test_without_a_token_of_ours_nobody_is_answered() -> None:
    assert facebook.challenge(ASKED | {"hub.verify_token": ""}, "") is None
    with_underscores = {name.replace(".", "_"): value for name, value in ASKED.items()}
    assert facebook.challenge(with_underscores, "ours") is None
