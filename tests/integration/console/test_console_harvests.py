"""The screen of harvests: what each role sees and may do, what is refused, and what the journal is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from domain.account import Ownership
from domain.budget import AtEnd, Period
from domain.contact import ContactKey, Profile
from domain.credentials import Credentials
from domain.errors import OperatorNeededError
from domain.schedule import Timing
from domain.user import Role
from pipeline import halting
from pipeline.road import Duty
from pipeline.scheduling import add_schedule, begin_scheduled
from store import accounts, budgets
from store.budgets import Scope
from store.database import Database
from store.schedules import Wish
from store.tables import harvest_runs
from tests.cast import ADA, BO, NOW, follows
from tests.consoles import Consoles, Visitor, listening
from tests.contents import inside, rows
from tests.scripted import FOLLOWERS, MENTIONS, ScriptedConnector
from tests.travel import Clock, Travel
from workers.runtime import utc_now

pytestmark = pytest.mark.either

HOSTILE = '"><script>alert(1)</script>=cmd|\u202eevil'


class Present(Clock):
    """The real time, for the console has no other."""

    def __init__(self) -> None:
        super().__init__(utc_now())


@pytest.fixture
def console(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Consoles]:
    """Let a console listen whose X is simulated on this machine."""
    monkeypatch.setenv("REGULARS_TWITTER_BASE_URL", "http://127.0.0.1:9")
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


@pytest.fixture
def travel(console: Consoles) -> Travel:
    """Let Ada and somebody with a hostile name follow an account whose token can be opened."""
    people = [follows(ADA), follows(BO, Profile("bo", HOSTILE))]
    made = Travel(console.database, ScriptedConnector({(FOLLOWERS, ""): people}), clock=Present())
    with console.database.write() as connection:
        sealed = console.runtime.seal(connection, Credentials("token-of-tests"))
        accounts.add(connection, made.account, sealed, now=NOW)
        accounts.proven(connection, made.account.id, Ownership("5000", followers=2, posts=3))
    return made


def journal_of(console: Consoles) -> list[tuple[str, str]]:
    """Return who did what through the console."""
    entered = rows(console.database, "journal_texts")
    own = [each for each in entered if each["actor"].startswith("console:")]
    return [(each["actor"], each["act"]) for each in own if each["act"] != "user.signed_in"]


def test_what_runs_is_shown_and_stopped_by_an_operator(console: Consoles, travel: Travel) -> None:
    (run_id,) = travel.begin(FOLLOWERS).values()
    viewer, operator = console.as_(Role.VIEWER), console.as_(Role.OPERATOR)
    for path in ("/harvests", "/harvests/running", f"/harvests/{run_id}", f"/harvests/{run_id}/figures"):
        assert "our profile" in viewer.get(path).text or "figures" in path
        assert "/stop" not in viewer.get(path).text
    assert "Nothing is at work" in viewer.get("/harvests").text
    assert f"/harvests/{run_id}/stop" in operator.get("/harvests").text
    assert operator.post(f"/harvests/{run_id}/stop").status == 303
    assert travel.run(run_id)["state"] == "cancelled"
    again = operator.post(f"/harvests/{run_id}/stop")
    assert again.status == 409
    assert "is not active" in again.text
    assert journal_of(console) == [("console:operator", "run.cancelled")]


def test_what_a_run_waits_for_is_a_sentence(console: Consoles, travel: Travel) -> None:
    (run_id,) = travel.begin(FOLLOWERS).values()
    until = {"due_at": utc_now() + timedelta(minutes=10), "waiting_for": "the platform's limit"}
    with console.database.write() as connection:
        connection.execute(update(harvest_runs).values(**until))
    assert (
        "waits for X to allow more requests, until"
        in console.as_(Role.VIEWER).get(f"/harvests/{run_id}").text
    )
    assert "attend que X permette" in console.as_(Role.VIEWER, "fr").get("/harvests").text


def test_a_failed_run_says_why_and_goes_on(console: Consoles, travel: Travel) -> None:
    travel.connector.upsets.append(OperatorNeededError("The token lacks a permission.", code="permission"))
    (run_id,) = travel.begin(FOLLOWERS).values()
    travel.step(run_id)
    operator = console.as_(Role.OPERATOR)
    shown = operator.get(f"/harvests/{run_id}").text
    assert "The token lacks a permission." in shown
    assert "regulars account check" in shown
    assert operator.post(f"/harvests/{run_id}/replay").status == 303
    assert travel.run(run_id)["state"] == "running"
    assert operator.post(f"/harvests/{run_id}/replay").status == 409
    assert ("console:operator", "failures.replayed") in journal_of(console)


def test_a_run_that_stopped_at_a_budget_goes_on_with_another(console: Consoles, travel: Travel) -> None:
    with console.database.write() as connection:
        budgets.put(connection, Scope(travel.account.id), 0, Period.DAY, AtEnd.STOP, now=NOW)
    (run_id,) = travel.begin(FOLLOWERS).values()
    assert travel.finish(run_id) == ["stopped"]
    manager = console.as_(Role.MANAGER)
    assert "The budget is spent" in manager.get(f"/harvests/{run_id}").text
    assert manager.post(f"/harvests/{run_id}/resume", {"budget": "much"}).status == 409
    assert manager.post(f"/harvests/{run_id}/resume", {"budget": "2,50"}).status == 303
    assert travel.run(run_id)["state"] == "running"
    assert "$2.50" in manager.get(f"/harvests/{run_id}").text
    assert journal_of(console) == [("console:manager", "run.resumed")]


def test_whom_a_run_read_is_shown_to_operators_entered_and_is_text(console: Consoles, travel: Travel) -> None:
    begun = travel.harvest(FOLLOWERS)
    operator = console.as_(Role.OPERATOR)
    page = operator.get(f"/harvests/{begun[FOLLOWERS]}/contacts")
    assert page.status == 200
    assert page.text.count('href="/contacts/') == 2
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    assert console.as_(Role.VIEWER).get(f"/harvests/{begun[FOLLOWERS]}/contacts").status == 403
    assert journal_of(console) == [("console:operator", "contacts.listed")]


def test_the_history_is_filtered_and_turned_over_page_by_page(console: Consoles, travel: Travel) -> None:
    for _ in range(30):
        travel.harvest(MENTIONS)
    travel.begin(FOLLOWERS)
    viewer = console.as_(Role.VIEWER)
    first = viewer.get("/harvests?state=done").text
    assert first.count('<th scope="row" data-name="Run">') == 25
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert viewer.get(older).text.count('<th scope="row" data-name="Run">') == 5
    assert "No run of that kind" in viewer.get("/harvests?state=failed").text
    assert "No run of that kind" in viewer.get("/harvests?account=77").text
    assert viewer.get("/harvests?before=x&account=-1&state=nonsense").status == 200
    chart = viewer.get("/charts/harvests.svg?theme=dark")
    assert chart.headers["content-type"] == "image/svg+xml"


def test_what_is_not_there_is_not_there(console: Consoles) -> None:
    admin = console.as_(Role.ADMIN)
    for path in ("7", "x", "7/figures", "7/contacts", "9" * 30, "schedules/7", "schedules/x", "²"):
        assert admin.get(f"/harvests/{path}".replace("²", "%C2%B2")).status == 404, path
    for path in ("7/stop", "x/resume", "schedules/7/pause", "schedules/x/remove", "schedules/7/resume"):
        assert admin.post(f"/harvests/{path}").status in (404, 409), path


def test_a_manager_sees_what_a_harvest_takes_before_it_begins(console: Consoles, travel: Travel) -> None:
    manager = console.as_(Role.MANAGER)
    asked = manager.get(f"/harvests/new?account={travel.account.id}&stream=followers")
    assert "Harvest: " in asked.text
    assert "$" in asked.text
    assert rows(console.database, "harvest_runs") == []
    fields = {"account": travel.account.id, "stream": "followers", "budget": "12.50"}
    answer = manager.post("/harvests/new", fields)
    (run,) = rows(console.database, "harvest_runs")
    assert answer.headers["location"] == f"/harvests/{run['id']}"
    (budget,) = rows(console.database, "budgets")
    assert (budget["harvest_id"], budget["amount_micro_usd"]) == (run["harvest_id"], 12_500_000)
    assert journal_of(console) == [("console:manager", "harvest.begun")]
    # The same once more is refused, and the page says what is in the way.
    assert "is being read already" in manager.get("/harvests/new").text
    assert manager.post("/harvests/new", fields).status == 409
    assert len(rows(console.database, "harvest_runs")) == 1


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        pytest.param("Its token is dead.", "connect it again first", id="a dead token"),
        pytest.param("Its campaign ends on 2026-12-01.", "nothing more is harvested", id="a campaign's end"),
    ],
)
def test_what_is_in_the_way_is_said_before_the_button(
    console: Consoles, travel: Travel, reason: str, says: str
) -> None:
    with console.database.write() as connection:
        accounts.pause(connection, travel.account.id, reason)
    manager = console.as_(Role.MANAGER)
    page = manager.get("/harvests/new").text
    assert says in page
    assert reason in page
    assert '<button class="main" disabled>' in page
    assert manager.post("/harvests/new", {"account": travel.account.id}).status == 409
    assert rows(console.database, "harvest_runs") == []


def test_a_real_platform_needs_its_choices_and_a_spent_budget_needs_another(
    console: Consoles, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = console.as_(Role.MANAGER)
    with console.database.write() as connection:
        budgets.put(connection, Scope(), 0, Period.MONTH, AtEnd.STOP, now=NOW)
    assert "is spent" in manager.get("/harvests/new").text
    monkeypatch.setattr(console.runtime, "duty_of", lambda _account: Duty(None, False, None))
    assert "REGULARS_CONTROLLER" in manager.get("/harvests/new").text
    refused = manager.post("/harvests/new", {"account": travel.account.id})
    assert (refused.status, "must be set before a real platform is read" in refused.text) == (409, True)


def test_a_harvest_of_which_nothing_is_known_can_be_begun_and_says_so(
    console: Consoles, travel: Travel
) -> None:
    with console.database.write() as connection:
        accounts.proven(connection, travel.account.id, Ownership("5000"))
    manager = console.as_(Role.MANAGER)
    page = manager.get("/harvests/new?stream=followers").text
    assert "Nobody knows yet what it will take" in page
    assert "Harvest without an estimate" in page
    query = "&".join(f"{name}={value}" for name, value in form(travel).items())
    assert "At 04:15, every day" in manager.get(f"/harvests/schedules/new?{query}").text
    assert manager.post("/harvests/new", {"account": travel.account.id, "stream": "followers"}).status == 303


def test_without_an_account_the_page_says_what_to_do(console: Consoles) -> None:
    manager = console.as_(Role.MANAGER)
    for path in ("/harvests/new", "/harvests/schedules/new"):
        assert 'href="/accounts"' in manager.get(path).text
    assert manager.post("/harvests/new", {"account": "1"}).status == 422
    assert manager.post("/harvests/schedules/new", {"account": "1"}).status == 422


@pytest.fixture
def vanished(travel: Travel) -> Travel:
    """Let twenty people follow, and all but one of them be missing from the next list."""
    crowd = [follows(ContactKey("twitter", str(7100 + each))) for each in range(20)]
    travel.connector.listings[FOLLOWERS, ""] = crowd
    travel.harvest(FOLLOWERS)
    travel.connector.listings[FOLLOWERS, ""] = crowd[:1]
    travel.clock.at = utc_now()
    travel.harvest(FOLLOWERS)
    return travel


@pytest.mark.parametrize(
    ("decision", "act", "left"),
    [("confirm", "departures.confirmed", 1), ("release", "departures.released", 20)],
)
def test_who_vanished_at_once_is_decided_about_in_numbers(
    console: Consoles, vanished: Travel, decision: str, act: str, left: int
) -> None:
    manager = console.as_(Role.MANAGER)
    page = manager.get("/harvests/withheld").text
    assert "19 people come back into the messaging store" in page
    assert "19 acts end." in page
    assert "/harvests/withheld" in manager.get("/harvests").text
    assert len(inside(console.database)) == 1
    fields = {"account": vanished.account.id}
    assert manager.post(f"/harvests/withheld/{decision}", fields).status == 303
    assert len(inside(console.database)) == left
    assert journal_of(console) == [("console:manager", act)]
    assert manager.post(f"/harvests/withheld/{decision}", fields).status == 409
    assert "Nobody is withheld" in manager.get("/harvests/withheld").text


def form(travel: Travel, **other: Any) -> dict[str, Any]:
    """Return the fields of the form of a schedule."""
    usual = {"every": "day", "time": "04:15", "zone": "Europe/Paris", "catch_up": "once", "jitter": "10"}
    return {"account": travel.account.id, "cron": "", "budget": "", **usual, **other}


def test_a_schedule_is_looked_at_before_it_is_added_then_paused_and_removed(
    console: Consoles, travel: Travel
) -> None:
    manager, viewer = console.as_(Role.MANAGER), console.as_(Role.VIEWER)
    query = "&".join(f"{name}={value}" for name, value in form(travel, stream="followers").items())
    preview = manager.get(f"/harvests/schedules/new?{query}").text
    assert "At 04:15, every day" in preview
    assert preview.count("04:15 (GMT+0") == 5
    assert rows(console.database, "schedules") == []
    added = manager.post(
        "/harvests/schedules/new", form(travel, stream=["followers", "mentions"], budget="5")
    )
    address = added.headers["location"]
    (row,) = rows(console.database, "schedules")
    assert (row["cron"], row["jitter_s"], row["budget_micro_usd"]) == ("15 4 * * *", 600, 5_000_000)
    assert row["streams"] == '["followers", "mentions"]'
    assert "15 4 * * *" in viewer.get(address).text
    assert "/remove" not in viewer.get(address).text
    assert "À 04:15, tous les jours" in console.as_(Role.VIEWER, "fr").get("/harvests/schedules").text
    assert "our profile" in viewer.get("/harvests/coming").text
    change = manager.get(f"{address}/change").text
    assert '<option value="day" selected>' in change
    assert 'value="04:15"' in change
    other = form(travel, stream="mentions", every="own", cron="0 5 * * 1", budget="")
    assert manager.post(f"{address}/change", {**other, "zone": "nowhere"}).status == 422
    assert manager.post(f"{address}/change", other).status == 303
    (row,) = rows(console.database, "schedules")
    assert (row["cron"], row["streams"], row["budget_micro_usd"]) == ("0 5 * * 1", '["mentions"]', None)
    assert "À 05:00, uniquement le lundi" in console.as_(Role.VIEWER, "fr").get(address).text
    assert manager.post(f"{address}/pause").status == 303
    assert "Nothing is scheduled" in viewer.get("/harvests/coming").text
    assert manager.post(f"{address}/resume").status == 303
    assert manager.post(f"{address}/remove").status == 303
    assert rows(console.database, "schedules") == []
    acts = [act for _, act in journal_of(console)]
    assert acts == ["schedule.set", "schedule.set", "schedule.paused", "schedule.resumed", "schedule.removed"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"every": "own", "cron": "often"}, "five fields"),
        ({"every": "own", "cron": "*/5 * * * *"}, "quarter of an hour"),
        ({"zone": "Mars/Olympus"}, "no such time zone"),
        ({"time": "25:00"}, "like 02:30"),
        ({"time": "now"}, "like 02:30"),
        ({"jitter": "-1"}, "from 0 to 60"),
        ({"catch_up": "perhaps"}, "Choose what happens"),
        ({"budget": "much"}, "no amount"),
        ({"stream": "subscribers"}, "no stream"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_a_sentence(
    console: Consoles, travel: Travel, wrong: dict[str, str], says: str
) -> None:
    manager = console.as_(Role.MANAGER)
    refused = manager.post("/harvests/schedules/new", form(travel, **wrong))
    assert refused.status == 422
    assert says in refused.text, refused.text[refused.text.find("alert") - 50 :][:300]
    query = "&".join(f"{name}={value}" for name, value in form(travel, **wrong).items())
    assert manager.get(f"/harvests/schedules/new?{query.replace(' ', '+')}").status == 200
    assert rows(console.database, "schedules") == []


def test_why_nothing_was_begun_stands_on_the_schedule(console: Consoles, travel: Travel) -> None:
    now = utc_now()
    with console.database.write() as connection:
        wish = Wish(travel.account.id, (FOLLOWERS,), Timing("0 * * * *", "UTC"), None)
        number = add_schedule(connection, travel.road, travel.account, wish, now=now - timedelta(hours=1))
        accounts.pause(connection, travel.account.id, "Its token is dead.")
    assert begin_scheduled(replace(travel.road), now=now) == 0
    viewer: Visitor = console.as_(Role.VIEWER)
    assert "the account was paused" in viewer.get("/harvests/schedules").text
    assert "Its token is dead." in viewer.get(f"/harvests/schedules/{number}").text


def test_a_schedule_pings_an_address_that_no_page_address_holds(console: Consoles, travel: Travel) -> None:
    manager, viewer = console.as_(Role.MANAGER), console.as_(Role.VIEWER)
    hook = "https://hc.example/ping/5e1f"
    query = "&".join(f"{name}={value}" for name, value in form(travel, ping="https://x.example").items())
    assert "x.example" not in manager.get(f"/harvests/schedules/new?{query}").text.split("<form", 2)[1]
    manager.get("/harvests/schedules/new")
    for wrong in ("ftp://hc.example", "hc.example", "https://ada:secret@hc.example/"):
        assert manager.post("/harvests/schedules/new", form(travel, ping=wrong)).status == 422
    address = manager.post("/harvests/schedules/new", form(travel, ping=hook)).headers["location"]
    assert rows(console.database, "schedules")[0]["ping_url"] == hook
    shown = viewer.get(address).text
    assert "hc.example" in shown
    assert "5e1f" not in shown
    other = form(travel, every="own", cron="0 5 * * 1")
    query = "&".join(f"{name}={str(value).replace(' ', '+')}" for name, value in other.items())
    assert hook in manager.get(f"{address}/change?{query}").text
    assert manager.post(f"{address}/change", other).status == 303
    assert rows(console.database, "schedules")[0]["ping_url"] is None


def test_while_halted_nothing_is_begun_or_resumed_and_the_page_says_who_and_why(
    console: Consoles, travel: Travel
) -> None:
    manager = console.as_(Role.MANAGER)
    (run_id,) = travel.begin(FOLLOWERS).values()
    with console.database.write() as connection:
        connection.execute(update(harvest_runs).values(state="stopped"))
        halting.halt(connection, None, "cli:bo", "a list looks wrong", now=utc_now())
    begun = {"account": travel.account.id, "stream": MENTIONS}
    asked = manager.get(f"/harvests/new?account={travel.account.id}&stream={MENTIONS}").text
    assert "cli:bo: a list looks wrong" in asked
    for path, fields in (("/harvests/new", begun), (f"/harvests/{run_id}/resume", {})):
        refused = manager.post(path, fields)
        assert refused.status == 409
        assert "halted by cli:bo" in refused.text
    assert [each["state"] for each in rows(console.database, "harvest_runs")] == ["stopped"]
    assert journal_of(console) == []
    with console.database.write() as connection:
        halting.resume(connection, None)
    assert manager.post(f"/harvests/{run_id}/resume").status == 303
    assert manager.post("/harvests/new", begun).status == 303
