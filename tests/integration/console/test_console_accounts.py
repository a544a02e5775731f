"""The accounts' screen: connected by signing in at the platform, checked, resumed, disconnected."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import update

from config.settings import Settings
from console.web import errands
from console.web.screens import accounts as screen
from domain.budget import AtEnd, Period
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.limit import Limit
from domain.user import Role
from pipeline import parting, remove
from pipeline.admit import review
from pipeline.begin import Wanted, begin_harvest
from pipeline.page import write_page
from simulator.run import listening as simulating
from simulator.world import World
from store import accounts, budgets, checks, journal, ledger, limits, messaging
from store.database import Database
from store.tables import admissions
from tests.cast import ADA, BO, CY, NOW, OURS, added, follows, likes, mentions
from tests.consoles import Answer, Consoles, Visitor, listening
from tests.contents import feed, inside, rows
from tests.interests import page
from tests.parted import carried_out
from workers.runtime import utc_now

pytestmark = pytest.mark.either


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
        spent = ledger.spent_by_account(connection, utc_now().date())
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
    assert spent == {f"twitter:{told['account_id']}": 10_000}
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
    asked = ada.get(f"{path}/check").text
    assert re.search(r"About 8 requests, \$0\.\d+ at most", asked)
    assert ada.post(f"{path}/check").headers["location"].endswith("?done=checked")
    shown = ada.get(path).text
    assert shown.count("readable</span>") == 6
    assert "6 of 6 lists" in ada.get("/accounts").text


def test_a_page_does_not_wait_for_a_platform_that_is_slow(
    console: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = console.as_(Role.ADMIN)
    path = connected(console, ada)
    monkeypatch.setattr(errands, "WAIT_S", 0.01)
    goes_on, asked = threading.Event(), []

    def slowly(*_: object) -> None:
        asked.append("once")
        assert goes_on.wait(20)

    monkeypatch.setattr(screen, "check", slowly)
    for _ in range(2):  # pressed twice it is asked once
        assert ada.post(f"{path}/check").headers["location"] == f"{path}/check"
    assert asked == ["once"]
    for shown in (ada.get(f"{path}/check").text, ada.get(f"{path}/check/state").text):
        assert "is still being asked" in shown
        assert f'data-live="{path}/check/state"' in shown
    goes_on.set()
    while "is still being asked" in (told := ada.get(f"{path}/check/state").text):
        pass
    assert "The account was checked" in told
    assert "data-live" not in told

    def refused(*_: object) -> None:
        raise RegularsError("The budget does not allow it.")

    monkeypatch.setattr(screen, "check", refused)
    monkeypatch.setattr(errands, "WAIT_S", 20)
    answer = ada.post(f"{path}/check")
    assert (answer.status, "The budget does not allow it." in answer.text) == (422, True)


def test_disconnecting_goes_slice_by_slice(console: Consoles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove, "SLICE", 2)
    ada = console.as_(Role.ADMIN)
    with console.database.write() as connection:
        policy = console.runtime.policy_in_force(connection)
        account = added(connection)
        people = [ContactKey("twitter", str(each)) for each in range(7001, 7012)]
        acts = [*map(follows, people), likes(people[0]), mentions(people[0], text="Hello")]
        told = write_page(connection, (account.id, "twitter"), acts, policy, now=NOW)
        messaging.publish(connection, told.steps, now=NOW)
    assert ada.post(f"/accounts/{account.id}/disconnect", {"name": OURS.name}).status == 303
    with console.database.read() as connection:
        assert accounts.get(connection, account.id).paused == parting.REASON
    assert carried_out(console) >= len(people) // 2 + 1
    for each in ("accounts", "contacts", "signals", "decisions", "texts", "messaging_contacts"):
        assert rows(console.database, each) == [], each
    (job,) = rows(console.database, "jobs")
    assert job["state"] == "done"
    assert json.loads(job["reached"])["contacts"] == len(people)


def test_disconnecting_does_what_its_page_said(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    path = connected(console, ada)
    told = ada.get(f"{path}/disconnect/effect").text
    assert "0 contacts known through this account alone" in told
    name = console.told["twitter"]["username"]
    wrong = ada.post(f"{path}/disconnect", {"name": "another"}).headers["location"]
    assert "nothing was done" in ada.get(wrong).text
    assert ada.post(f"{path}/disconnect", {"name": name}).headers["location"] == "/accounts"
    for place in ("/accounts", path):
        assert "is being disconnected: 0 contacts done so far" in ada.get(place).text
        assert f"{path}/disconnect" not in ada.get(place).text
    again = ada.post(f"{path}/disconnect", {"name": name}).headers["location"]
    assert "Another account is being disconnected" in ada.get(again).text
    carried_out(console)
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


def test_the_numbers_before_a_parting_are_those_after_it(console: Consoles) -> None:
    account_id = page(console.database, [follows(ADA), follows(BO), likes(CY)])
    other = replace(OURS, platform_id="5001", name="our other profile")
    with console.database.write() as connection:
        policy = console.runtime.policy_in_force(connection)
        further = added(connection, other)
        told = write_page(connection, (further.id, "twitter"), [follows(ADA)], policy, now=NOW)
        messaging.publish(connection, told.steps, now=NOW)
    path = f"/accounts/{account_id}/disconnect"
    ada = console.as_(Role.ADMIN)
    said = ada.get(f"{path}/effect").text
    assert "2 contacts known through this account alone are deleted" in said
    assert "1 of them leaves the messaging store; removals told to consumers: 0" in said
    review(console.database, policy, None, now=NOW)
    with console.database.write() as connection:  # as if the gates had once let them pass
        connection.execute(update(admissions).values(told=True))
    said = ada.get(f"{path}/effect").text
    assert "1 of them leaves the messaging store; removals told to consumers: 1" in said
    assert "1 contact in the store is known through another account too" in said
    assert ada.post(path, {"name": OURS.name, "why": "closed"}).status == 303
    assert inside(console.database) == {ADA.platform_id, BO.platform_id}  # the page waits for nothing
    carried_out(console)
    assert inside(console.database) == {ADA.platform_id}
    assert [each["platform_id"] for each in rows(console.database, "contacts")] == [ADA.platform_id]
    assert sum(each[2] == "remove" for each in feed(console.database)) == 1
    with console.database.read() as connection:
        (entry, *_) = journal.listed(connection, count=1)
    assert (entry["act"], entry["actor"], entry["why"]) == ("account.removed", "console:admin", "closed")


def test_a_run_under_way_and_a_clock_are_shown(console: Consoles) -> None:
    path = connected(console, console.as_(Role.ADMIN))
    told = console.told["twitter"]
    now = utc_now()
    with console.database.write() as connection:
        account = accounts.find(connection, told["username"])
        connector = console.runtime.connector_of(connection, account)
        begin_harvest(connection, account, connector, Wanted(streams=("followers",)), now=now)
        place = limits.Place("twitter", f"account {account.platform_id}", "followers")
        window = Limit("followers", 0, now + timedelta(minutes=9), 15)
        limits.observe(connection, place, window, now=now)
    ada = console.as_(Role.ADMIN)
    shown = ada.get("/accounts").text
    assert "followers: 0 of 15 requests left until" in shown
    assert "1 run under way ends" in ada.get(f"{path}/disconnect/effect").text
    console.now = now + timedelta(minutes=10)
    assert "no limit is running" in ada.get("/accounts").text


def test_hostile_names_are_text(console: Consoles) -> None:
    name = "<img src=x onerror=alert(1)>\u202e=cmd"
    with console.database.write() as connection:
        added(connection, replace(OURS, name=name))
    ada = console.as_(Role.ADMIN)
    for path in ("/accounts", "/accounts/1", "/accounts/1/disconnect"):
        shown = ada.get(path)
        assert shown.status == 200
        assert "<img src=x" not in shown.text
        assert "&lt;img src=x" in shown.text


def test_what_is_not_there_is_not_there(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    for path in (
        "/accounts/4711",
        "/accounts/4711/check",
        "/accounts/4711/disconnect",
        "/accounts/4711/disconnect/effect",
        "/accounts/connect/x",
    ):
        assert ada.get(path).status == 404, path
    ada.get("/accounts")
    for path in ("/accounts/4711/resume", "/accounts/4711/check", "/accounts/4711/disconnect"):
        assert ada.post(path).status == 404, path


def test_a_spent_budget_keeps_anything_from_being_asked(console: Consoles) -> None:
    ada = console.as_(Role.ADMIN)
    path = connected(console, ada)
    with console.database.write() as connection:
        budgets.put(connection, budgets.Scope(), 0, Period.MONTH, AtEnd.STOP, now=utc_now())
    ada.get(f"{path}/check")
    answer = ada.post(f"{path}/check")
    assert answer.status == 422
    assert "does not hold what a look costs" in answer.text
    back = agreed(begun(ada, "twitter", x_form(console)).headers["location"])
    assert ada.get(back).headers["location"] == "/accounts/connect/twitter?wrong=budget"
