"""The accounts' screen: connected by signing in at the platform, checked, resumed, disconnected."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from config.settings import Settings
from domain.user import Role
from simulator.run import listening as simulating
from simulator.world import World
from store import accounts, checks, journal
from store.database import Database
from tests.consoles import Answer, Consoles, Visitor, listening
from workers.runtime import utc_now


@pytest.fixture
def world() -> World:
    """Make a small world."""
    return World(seed=5, size=300)


@pytest.fixture
def console(database: Database, tmp_path: Path, world: World) -> Iterator[Consoles]:
    """Let a console listen whose platforms are simulated."""
    with simulating(world) as told:
        addresses = {f"{each}_base_url": told[each]["base_url"] for each in ("twitter", "facebook")}
        made = Consoles(database, tmp_path / "data", settings=Settings(**addresses))
        made.told = told
        with listening(made):
            yield made


def begun(visitor: Visitor, platform: str, fields: Mapping[str, Any]) -> Answer:
    """Send the form that leads to a platform."""
    visitor.get(f"/accounts/connect/{platform}")
    return visitor.post(f"/accounts/connect/{platform}", fields)


def agreed(address: str, answer: str = "allow") -> str:
    """Agree on the platform's page, or not; returns the path to which it sends the browser back."""
    assert requests.get(address, timeout=10).status_code == 200
    sent = requests.post(address, {"answer": answer}, allow_redirects=False, timeout=10)
    return re.sub("^https?://[^/]+", "", sent.headers["location"])


def x_form(console: Consoles, **more: str) -> dict[str, str]:
    told = console.told["twitter"]
    return {"client_id": told["client_id"], "client_secret": told["client_secret"], **more}


def page_form(console: Consoles, **more: str) -> dict[str, str]:
    told = console.told["facebook"]
    return {"client_id": told["app_id"], "client_secret": told["app_secret"], **more}


def connected(console: Consoles, visitor: Visitor) -> str:
    """Connect the X account; returns its path."""
    back = agreed(begun(visitor, "twitter", x_form(console)).headers["location"])
    return visitor.get(back).headers["location"].partition("?")[0]


def test_x_is_connected_by_oauth_with_pkce(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    to = begun(ada, "twitter", x_form(console, owned_reads="1")).headers["location"]
    asked = parse_qs(urlsplit(to).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["follows.read like.read tweet.read users.read offline.access"]
    landed = ada.get(agreed(to))
    assert landed.status == 303
    assert "code=" not in landed.headers["location"]
    told = console.told["twitter"]
    with console.database.read() as connection:
        account = accounts.find(connection, told["username"])
        opened = console.runtime.credentials(connection, account.id)
        row = accounts.row(connection, account.id)
        entries = [each["act"] for each in journal.listed(connection, count=5)]
    assert account.platform_id == told["account_id"]
    assert account.owned_reads
    assert account.app_id == told["client_id"]
    assert opened.refresh_token
    assert opened.client_secret == told["client_secret"]
    assert row is not None
    assert timedelta(hours=1) < row.token_expires_at - utc_now() <= timedelta(hours=2)
    assert "account.added" in entries
    shown = ada.get(landed.headers["location"]).text
    for secret in (opened.token, opened.refresh_token, opened.client_secret):
        assert secret not in shown + ada.get("/accounts").text


def test_what_the_trade_brings_renews_itself(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    connected(console, ada)
    with console.database.read() as connection:
        account = accounts.find(connection, console.told["twitter"]["username"])
        connector = console.runtime.connector_of(connection, account)
    assert connector.renew().credentials.token  # type: ignore[attr-defined]


def test_a_state_is_of_one_session_and_used_once(console: Consoles) -> None:
    ada, eve = console.as_(Role.ADMIN), console.as_(Role.ADMIN)
    back = agreed(begun(ada, "twitter", x_form(console)).headers["location"])
    wrong = "/accounts/connect/twitter?wrong=state"
    assert eve.get(back).headers["location"] == wrong
    assert ada.get(back.replace("state=", "state=x")).headers["location"] == wrong
    assert "done=connected" in ada.get(back).headers["location"]
    assert ada.get(back).headers["location"] == wrong
    assert "did not begin here" in ada.get(wrong).text


def test_a_sign_in_ends_after_ten_minutes(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    back = agreed(begun(ada, "twitter", x_form(console)).headers["location"])
    console.now = utc_now() + timedelta(minutes=10, seconds=1)
    assert ada.get(back).headers["location"] == "/accounts/connect/twitter?wrong=state"


def test_whoever_declines_reads_so(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    for platform, form in (("twitter", x_form(console)), ("facebook", page_form(console))):
        back = agreed(begun(ada, platform, form).headers["location"], "deny")
        to = ada.get(back).headers["location"]
        assert to == f"/accounts/connect/{platform}?wrong=denied"
        assert "You declined" in ada.get(to).text
    with console.database.read() as connection:
        assert accounts.every(connection) == []


def test_a_wrong_secret_is_one_sentence(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    for platform, form in (("twitter", x_form(console)), ("facebook", page_form(console))):
        wrong = {**form, "client_secret": "wrong-secret-4711"}
        back = agreed(begun(ada, platform, wrong).headers["location"])
        to = ada.get(back).headers["location"]
        assert to == f"/accounts/connect/{platform}?wrong=login_refused"
        said = ada.get(to).text
        assert "The platform gave no token" in said
        assert "wrong-secret-4711" not in said


def test_a_page_is_chosen_of_those_that_one_administers(console: Consoles, world: World) -> None:
    world.options = replace(world.options, facebook={"second_page": ["MODERATE", "ANALYZE"]})
    ada = console.as_(Role.ADMIN)
    to = begun(ada, "facebook", page_form(console)).headers["location"]
    assert parse_qs(urlsplit(to).query)["scope"] == [
        "pages_show_list,pages_read_engagement,pages_read_user_content,pages_manage_metadata"
    ]
    choice = ada.get(agreed(to)).headers["location"]
    assert choice == "/accounts/connect/facebook/pages"
    offered = ada.get(choice).text
    page_id = console.told["facebook"]["page_id"]
    second = str(int(page_id) + 1)
    assert second in offered
    assert "you are not its administrator" in offered
    assert console.told["facebook"]["page_token"] not in offered
    refused = ada.post(choice, {"page": second}).headers["location"]
    assert refused == choice + "?wrong=page"
    landed = ada.post(choice, {"page": page_id}).headers["location"]
    assert "done=connected" in landed
    assert ada.post(choice, {"page": page_id}).headers["location"].endswith("wrong=state")
    with console.database.read() as connection:
        account = accounts.find(connection, page_id)
        opened = console.runtime.credentials(connection, account.id)
        found = checks.of_account(connection, account.id)
    assert opened.token == console.told["facebook"]["page_token"]
    assert opened.user_token is None
    assert found["conversations"].check.missing_permissions == ("pages_messaging",)
    assert "comments" not in found
    assert "pages_messaging" in ada.get(landed).text


def test_the_pages_of_one_session_are_not_anothers(console: Consoles) -> None:
    ada, eve = console.as_(Role.ADMIN), console.as_(Role.ADMIN)
    ada.get(agreed(begun(ada, "facebook", page_form(console)).headers["location"]))
    page_id = console.told["facebook"]["page_id"]
    assert eve.get("/accounts/connect/facebook/pages").headers["location"].endswith("wrong=state")
    assert eve.post("/accounts/connect/facebook/pages", {"page": page_id}).status == 303
    with console.database.read() as connection:
        assert accounts.every(connection) == []


def test_friends_are_read_with_the_persons_token_only_where_it_is_wished(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    to = begun(ada, "facebook", page_form(console, wish_friends="1")).headers["location"]
    assert "user_friends" in to
    ada.get(agreed(to))
    ada.post("/accounts/connect/facebook/pages", {"page": console.told["facebook"]["page_id"]})
    with console.database.read() as connection:
        account = accounts.find(connection, console.told["facebook"]["page_id"])
        opened = console.runtime.credentials(connection, account.id)
        row = accounts.row(connection, account.id)
    assert opened.user_token
    assert row is not None
    assert row.token_expires_at > utc_now() + timedelta(days=50)


def test_a_token_is_pasted(console: Consoles) -> None:
    ada, told = console.as_(Role.ADMIN), console.told["twitter"]
    form = {"platform": "twitter", "platform_id": told["account_id"], "token": told["user_token"]}
    ada.get("/accounts/paste")
    foreign = ada.post("/accounts/paste", {**form, "platform_id": "4711"})
    assert foreign.status == 422
    assert "only accounts whose token you hold" in foreign.text
    assert told["user_token"] not in foreign.text
    assert ada.post("/accounts/paste", {**form, "token": "two words"}).status == 422
    assert "done=connected" in ada.post("/accounts/paste", form).headers["location"]


def test_a_check_says_its_cost_first_and_keeps_what_it_finds(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    path = connected(console, ada)
    before = len(console.told)
    asked = ada.get(f"{path}/check").text
    assert re.search(r"About 8 requests, \$0\.\d+ at most", asked), before
    assert ada.post(f"{path}/check").headers["location"].endswith("?done=checked")
    shown = ada.get(path).text
    assert shown.count("readable</span>") == 6
    assert "6 of 6 lists" in ada.get("/accounts").text


def test_disconnecting_does_what_its_page_said(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    path = connected(console, ada)
    told = ada.get(f"{path}/disconnect").text
    assert "0 contacts known through this account alone" in told
    name = console.told["twitter"]["username"]
    wrong = ada.post(f"{path}/disconnect", {"name": "another"}).headers["location"]
    assert "nothing was done" in ada.get(wrong).text
    assert ada.post(f"{path}/disconnect", {"name": name}).headers["location"] == "/accounts"
    assert ada.get(path).status == 404
    assert "No account is connected" in ada.get("/accounts").text


def test_a_pause_is_told_and_ended_by_a_manager(console: Consoles) -> None:
    path = connected(console, console.as_(Role.ADMIN))
    with console.database.write() as connection:
        accounts.pause(connection, int(path.rsplit("/", 1)[1]), "The token is dead <b>now</b>.")
    viewer = console.as_(Role.VIEWER)
    seen = viewer.get("/accounts").text
    assert "One account can be read no more" in seen
    assert "The token is dead &lt;b&gt;now&lt;/b&gt;." in seen
    assert f"{path}/resume" not in seen
    manager = console.as_(Role.MANAGER)
    assert f"{path}/resume" in manager.get("/accounts").text
    assert manager.post(f"{path}/resume").status == 303
    assert "Every account can be read" in manager.get("/accounts").text


def test_the_platform_alone_is_named_where_the_form_leads(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    policy = ada.get("/accounts/connect/twitter").headers["content-security-policy"]
    origin = console.told["twitter"]["base_url"].removesuffix("/twitter")
    assert f"form-action 'self' {origin};" in policy
    assert "form-action 'self';" in ada.get("/accounts").headers["content-security-policy"]
