"""New tokens for an X account: what is asked, what comes back, what a refusal means."""

import base64
from urllib.parse import parse_qs

import pytest

from connectors.twitter.connector import TwitterConnector
from domain.account import Account
from domain.credentials import Credentials, Renewal
from domain.errors import BadAnswerError, PlatformError, RetryLaterError, TokenDeadError
from tests.contract.connectors.server import Platform, Reply

ACCOUNT = Account("twitter", "4001", "Our club", app_id="our-app")
HELD = Credentials("old-token", refresh_token="old-refresh", client_secret="the-secret")
ISSUED = {
    "token_type": "bearer",
    "expires_in": 7200,
    "access_token": "new-token",
    "refresh_token": "new-refresh",
}


def renew(platform: Platform, credentials: Credentials = HELD) -> Renewal:
    return TwitterConnector(ACCOUNT, credentials, platform.base_url).renew()


def test_the_refresh_token_is_traded_for_new_tokens(platform: Platform) -> None:
    platform.always(Reply(ISSUED))
    renewal = renew(platform)
    assert (renewal.credentials.token, renewal.credentials.refresh_token) == ("new-token", "new-refresh")
    assert (renewal.credentials.client_secret, renewal.seconds) == ("the-secret", 7200)
    (seen,) = platform.seen
    assert seen.path == "/2/oauth2/token"
    assert parse_qs(seen.body) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["old-refresh"],
        "client_id": ["our-app"],
    }
    expected = base64.b64encode(b"our-app:the-secret").decode()
    assert seen.headers["authorization"] == f"Basic {expected}"
    assert seen.query == {}


def test_an_app_without_a_secret_sends_none(platform: Platform) -> None:
    platform.always(Reply(ISSUED))
    renew(platform, Credentials("old-token", refresh_token="old-refresh"))
    assert "authorization" not in platform.seen[0].headers


def test_what_is_not_told_stays_as_it_was(platform: Platform) -> None:
    platform.always(Reply({"access_token": "new-token", "expires_in": "soon"}))
    assert renew(platform) == Renewal(
        Credentials("new-token", refresh_token="old-refresh", client_secret="the-secret"), None
    )


@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [
        pytest.param(
            Reply({"error": "invalid_request"}, status=400), TokenDeadError, "renewal_refused", id="used-up"
        ),
        pytest.param(Reply({}, status=401), TokenDeadError, "renewal_refused", id="wrong-secret"),
        pytest.param(Reply(b"<html>", status=503), RetryLaterError, "server", id="over-capacity"),
        pytest.param(Reply({}, status=429), RetryLaterError, "rate_limited", id="limited"),
        pytest.param(Reply(b"not json"), BadAnswerError, "unreadable", id="no-json"),
        pytest.param(Reply({"access_token": ""}), BadAnswerError, "unreadable", id="no-token"),
        pytest.param(Reply([1]), BadAnswerError, "unreadable", id="no-object"),
    ],
)
def test_what_a_refusal_means(
    platform: Platform, reply: Reply, error: type[PlatformError], code: str
) -> None:
    platform.always(reply)
    with pytest.raises(error) as caught:
        renew(platform)
    assert caught.value.code == code
    assert not [each for each in ("old-token", "old-refresh", "the-secret") if each in str(caught.value)]
