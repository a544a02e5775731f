"""Signed requests: what our app's secret signed is read, and nothing that differs by a bit."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.facebook.signed_request import AHEAD, MAX_AGE, MAX_FORM, SignedRequest, requested
from simulator.pushes.callback import signed

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECRET, OTHER = "an app's secret", "another app's secret"
APPS = [("900", SECRET), ("901", OTHER)]
ASKED = SignedRequest("7001", frozenset({"900"}))


def payload(**changed: Any) -> dict[str, Any]:
    return {
        "user_id": "7001",
        "algorithm": "HMAC-SHA256",
        "issued_at": int(NOW.timestamp()),
        **changed,
    }


def form(text: str) -> bytes:
    return urlencode({"signed_request": text}).encode()


def read(text: str, now: datetime = NOW) -> SignedRequest | None:
    return requested(form(text), APPS, now)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({}, id="as-documented"),
        pytest.param({"user_id": 7001}, id="the-id-as-a-number"),
        pytest.param({"algorithm": "hmac-sha256"}, id="the-algorithm-in-small-letters"),
        pytest.param({"expires": 0, "oauth_token": "x"}, id="with-more-fields"),
        pytest.param({"issued_at": int((NOW - MAX_AGE).timestamp())}, id="just-young-enough"),
        pytest.param({"issued_at": int((NOW + AHEAD).timestamp())}, id="their-clock-is-ahead"),
    ],
)
@pytest.mark.parametrize("padded", [False, True])
def test_what_our_app_signed_is_read(told: dict[str, Any], *, padded: bool) -> None:
    assert read(signed(payload(**told), SECRET, padded=padded)) == ASKED


def test_the_app_is_the_one_whose_secret_signed() -> None:
    assert read(signed(payload(), OTHER)) == SignedRequest("7001", frozenset({"901"}))
    both = requested(form(signed(payload(), SECRET)), [*APPS, ("902", SECRET)], NOW)
    assert both == SignedRequest("7001", frozenset({"900", "902"}))


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"algorithm": "HMAC-SHA1"}, id="another-algorithm"),
        pytest.param({"algorithm": "none"}, id="no-algorithm"),
        pytest.param({"algorithm": None}, id="algorithm-null"),
        pytest.param({"issued_at": int((NOW - MAX_AGE).timestamp()) - 1}, id="too-old"),
        pytest.param({"issued_at": int((NOW + AHEAD).timestamp()) + 1}, id="from-the-future"),
        pytest.param({"issued_at": 10**30}, id="no-moment"),
        pytest.param({"issued_at": "1"}, id="moment-as-text"),
        pytest.param({"issued_at": True}, id="moment-as-truth"),
        pytest.param({"user_id": "7001:x"}, id="no-id"),
        pytest.param({"user_id": None}, id="nobody"),
    ],
)
def test_signed_but_not_to_be_carried_out(told: dict[str, Any]) -> None:
    assert read(signed(payload(), SECRET)) == ASKED
    assert read(signed(payload(**told), SECRET)) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"signed_request=", id="without-value"),
        pytest.param(b"other=1", id="another-field"),
        pytest.param(form(signed(payload(), SECRET)) * 2, id="field-twice"),
        pytest.param(form(signed(payload(), SECRET)) + b"&x=" + b"1" * MAX_FORM, id="too-long"),
        pytest.param(json.dumps({"signed_request": signed(payload(), SECRET)}).encode(), id="json"),
        pytest.param(form(signed(payload(), "")), id="signed-with-nothing"),
        pytest.param(form("." + signed(payload(), SECRET).partition(".")[2]), id="no-signature"),
        pytest.param(form(signed(payload(), SECRET).replace(".", "")), id="no-dot"),
        pytest.param(form(signed(payload(), SECRET) + ".x"), id="three-parts"),
        pytest.param(b"signed_request=\xff", id="no-text"),
    ],
)
def test_what_is_no_such_form_is_nothing(body: bytes) -> None:
    assert requested(body, APPS, NOW) is None


@pytest.mark.parametrize("content", [b"[1]", b"{", b"7", b"\xff", b"[" * 100_000])
def test_a_signed_payload_that_is_no_object_is_nothing(content: bytes) -> None:
    written = base64.urlsafe_b64encode(content).decode()
    mac = hmac.new(SECRET.encode(), written.encode(), hashlib.sha256).digest()
    assert read(f"{base64.urlsafe_b64encode(mac).decode()}.{written}") is None


@given(place=st.integers(0, 10_000), bit=st.integers(0, 6))
def test_one_changed_bit_makes_it_nothing(place: int, bit: int) -> None:
    text = signed(payload(), SECRET)
    place %= len(text)
    altered = text[:place] + chr(ord(text[place]) ^ (1 << bit)) + text[place + 1 :]
    # The last letter of base64 holds bits that stand for nothing: the decoded signature is then the same.
    end = text.index(".") - 1
    if place == end and base64.urlsafe_b64decode(text[: end + 1] + "=") == _loosely(altered[: end + 1]):
        return
    assert read(altered) is None


def _loosely(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=")
    except ValueError:
        return b""


@given(secret=st.text(), told=st.dictionaries(st.text(), st.integers() | st.text()), age=st.integers(-9, 9))
def test_only_our_secret_opens_anything(secret: str, told: dict[str, Any], age: int) -> None:
    text = signed({**told, **payload()}, secret)
    found = read(text, NOW + timedelta(seconds=age))
    assert (found is not None) == (secret in (SECRET, OTHER))


@given(st.binary(max_size=400))
def test_whatever_comes_is_answered(body: bytes) -> None:
    assert requested(body, APPS, NOW) is None
    assert requested(b"signed_request=" + body, APPS, NOW) is None
