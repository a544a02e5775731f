"""Signing in through an OpenID provider: for those who were invited, and only with a token to be believed."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey

from config.settings import Settings
from domain.user import Role
from pipeline import signing_in
from store import users
from store.database import Database
from tests.consoles import Consoles, Visitor, listening
from tests.openid import CLIENT_ID, CLIENT_SECRET, FalseProvider, providing
from workers.runtime import utc_now


@pytest.fixture
def provider() -> Iterator[FalseProvider]:
    """Let a provider listen."""
    with providing() as made:
        yield made


@pytest.fixture
def console(database: Database, tmp_path: Path, provider: FalseProvider) -> Iterator[Consoles]:
    """Let a console listen that knows the provider."""
    settings = Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,  # type: ignore[arg-type]
    )
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        yield made


class Browser(Visitor):
    """A visitor that keeps the cookie of a sign-in under way beside its session's."""

    under_way = ""

    def begin(self, path: str = "/sign-in/oidc", **fields: str) -> str:
        """Send the form; returns the path to which the provider sends the browser back."""
        before = self.cookie
        left = self.post(path, fields)
        assert left.status == 200, left
        self.under_way, self.cookie = self.cookie, before
        address = unescape(re.findall(r'href="(http://127[^"]+)"', left.text)[0])
        assert "code_challenge_method=S256" in address
        assert "nonce=" in address
        sent = requests.get(address, allow_redirects=False, timeout=10)
        return re.sub("^https?://[^/]+", "", sent.headers["location"])

    def come_back(self, path: str) -> int:
        """Come back from the provider; a session may be had by it."""
        cookies = "; ".join(each for each in (self.cookie, self.under_way) if each)
        answer = self.ask("GET", path, Cookie=cookies)
        sent = [value for name, value in answer.pairs if name.lower() == "set-cookie"]
        self.cookie = next((each.partition(";")[0] for each in sent if each.startswith("regulars=")), "")
        return answer.status


def invited(console: Consoles, role: Role = Role.MANAGER) -> str:
    with console.database.write() as connection:
        return signing_in.invite(connection, role, now=utc_now())


def browser(console: Consoles) -> Browser:
    return Browser(console.port)


def test_whoever_is_invited_signs_in_and_later_without_an_invitation(console: Consoles) -> None:
    ada = browser(console)
    token = invited(console)
    assert "Rather through your organisation" in ada.get(f"/welcome/{token}").text
    assert ada.come_back(ada.begin(invitation=token)) == 303
    assert ada.get("/").status == 200
    with console.database.read() as connection:
        stored = users.require(connection, "ada.lovelace")
    assert stored.user.role == Role.MANAGER
    assert stored.password_hash is None
    again = browser(console)
    assert again.come_back(again.begin()) == 303
    assert again.get("/").status == 200


def test_a_stranger_whom_the_provider_knows_is_no_user(console: Consoles) -> None:
    eve = browser(console)
    assert eve.come_back(eve.begin()) == 403
    assert eve.get("/").status == 303
    with console.database.read() as connection:
        assert {each["name"] for each in users.listed(connection)} == {each.word for each in Role}


def test_an_invitation_makes_one_user_only(console: Consoles, provider: FalseProvider) -> None:
    token = invited(console)
    ada, eve = browser(console), browser(console)
    assert ada.come_back(ada.begin(invitation=token)) == 303
    provider.person = {"sub": "another", "preferred_username": "eve"}
    assert eve.come_back(eve.begin(invitation=token)) == 403


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_token_that_lies_signs_nobody_in(
    console: Consoles, provider: FalseProvider, lies: dict[str, Any]
) -> None:
    ada = browser(console)
    assert ada.come_back(ada.begin(invitation=invited(console))) == 303
    provider.lies = lies
    later = browser(console)
    assert later.come_back(later.begin()) == 403
    assert later.get("/").status == 303


def test_a_token_of_a_foreign_key_signs_nobody_in(console: Consoles, provider: FalseProvider) -> None:
    ada = browser(console)
    assert ada.come_back(ada.begin(invitation=invited(console))) == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    eve = browser(console)
    assert eve.come_back(eve.begin()) == 403


def test_a_key_that_turned_is_fetched(console: Consoles, provider: FalseProvider) -> None:
    ada = browser(console)
    assert ada.come_back(ada.begin(invitation=invited(console))) == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
    provider.shown_keys = [provider.key]
    again = browser(console)
    assert again.come_back(again.begin()) == 303


def test_a_state_is_of_one_browser_used_once_and_ten_minutes_long(console: Consoles) -> None:
    token = invited(console)
    ada, eve = browser(console), browser(console)
    back = ada.begin(invitation=token)
    eve.begin()
    assert eve.come_back(back) == 403
    assert ada.come_back(back.replace("state=", "state=x")) == 403
    assert ada.come_back(back) == 303
    ada.cookie = ""
    assert ada.come_back(back) == 403
    late = ada.begin()
    console.now = utc_now() + timedelta(minutes=11)
    assert ada.come_back(late) == 403


def test_a_user_joins_the_provider_and_signs_in_by_it(console: Consoles) -> None:
    bo = browser(console)
    assert bo.sign_in("operator").status == 303
    bo.get("/settings")
    session = bo.cookie
    assert bo.come_back(bo.begin("/settings/oidc", form_token=bo.form_token)) == 303
    bo.cookie = session
    assert bo.get("/").status == 200
    other = browser(console)
    assert other.come_back(other.begin()) == 303
    assert "You are operator" in other.get("/settings").text


def test_nobody_is_joined_to_what_another_session_began(console: Consoles) -> None:
    bo = browser(console)
    bo.sign_in("operator")
    bo.get("/settings")
    back = bo.begin("/settings/oidc", form_token=bo.form_token)
    bo.cookie = console.as_(Role.VIEWER).cookie
    assert bo.come_back(back) == 403
    other = browser(console)
    assert other.come_back(other.begin()) == 403


def test_without_a_provider_there_is_none(database: Database, tmp_path: Path) -> None:
    with listening(Consoles(database, tmp_path / "data")) as console:
        stranger = console.stranger()
        assert stranger.post("/sign-in/oidc").status == 404
        assert stranger.get("/sign-in/oidc/back").status == 404
        assert "/sign-in/oidc" not in stranger.get("/sign-in").text
