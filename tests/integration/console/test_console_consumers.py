"""Consumers in the console and at the command line: a token is shown once, and who is late stands in red."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection

from config.alerts import sentence
from config.settings import Settings
from domain.admission import Controller
from domain.alert import AlertKind
from domain.journal import Act
from domain.user import Role
from pipeline import alerting
from pipeline.job import carry_out
from pipeline.rights import OBJECTED, end_contact
from pipeline.standing import REVIEW_EVERY, begin_review_if_due
from store import consumers, segments
from store.database import Database
from tests.bound import BUS, bind, sign
from tests.cast import ADA, CY, follows
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, ask, let_in
from tests.interests import page
from tests.people import entries
from workers.jobs import STEPS
from workers.runtime import utc_now

TOKEN = re.compile(r'data-copy="(rgl_[A-Za-z0-9_-]+)"')


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with Ada and Cy regular."""
    made_with = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(ADA), follows(CY)], now=utc_now())
        yield made


def test_an_admin_makes_renews_and_revokes_a_token(console: Consoles) -> None:
    let_in(console, "first")  # with it a recipient
    admin = console.as_(Role.ADMIN)
    assert "first" in admin.get("/settings/tokens").text
    fields = {"name": "crm-paris", "recipient": "1", "days": "30", "field": ["handle", "topics"]}
    made = admin.post("/settings/tokens", fields)
    (token,) = TOKEN.findall(made.text)
    assert set(Mirror(console.port, token).get("/v1/consumers/me").json["fields"]) == {"handle", "topics"}
    assert token not in admin.get("/settings/tokens").text
    assert token[:12] in admin.get("/settings/tokens").text
    with console.database.read() as connection:
        number = consumers.named(connection, "crm-paris").id
    (fresh,) = TOKEN.findall(admin.post(f"/settings/tokens/{number}/rotate").text)
    assert ask(console.port, "GET", "/v1/topics", fresh).status == 200
    assert admin.post(f"/settings/tokens/{number}/revoke").status == 303
    assert ask(console.port, "GET", "/v1/topics", fresh).status == 401
    assert admin.post(f"/settings/tokens/{number}/revoke").status == 404
    acts = (Act.CONSUMER_ADDED, Act.CONSUMER_ROTATED, Act.CONSUMER_REVOKED)
    assert [each["actor"] for each in entries(console, *acts)][:3] == ["console:admin"] * 3
    refused = admin.post("/settings/tokens", {**fields, "name": "Not good"})
    assert refused.status == 422
    assert "small letters" in refused.text
    assert admin.post("/settings/tokens", {**fields, "recipient": "99"}).status == 404


def test_who_has_not_acknowledged_a_removal_is_shown_and_alarmed(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.follow()
    viewer = console.as_(Role.VIEWER)
    assert "up to date" in viewer.get("/messaging/consumers").text
    with console.database.write() as connection:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [CY], suppressor, OBJECTED, now=utc_now())
    mirror.step()  # read, and not said to be carried out
    text = viewer.get("/messaging/consumers").text
    assert "Removals to acknowledge" in text
    assert "state bad" not in text
    assert alarms(console) == {}
    console.now = utc_now() + timedelta(days=1, minutes=1)
    viewer = console.as_(Role.VIEWER)  # the former session has ended
    assert 'class="state bad"' in viewer.get("/messaging/consumers").text
    found = alarms(console)
    assert found.keys() == {AlertKind.REMOVALS_UNACKNOWLEDGED}
    assert "crm (CRM of Paris)" in sentence(
        "removals_unacknowledged", "en", found[AlertKind.REMOVALS_UNACKNOWLEDGED]
    )
    told = viewer.get("/metrics").text
    assert 'regulars_consumer_unacknowledged{consumer="crm",what="removals"} 1.0' in told
    mirror.follow()
    assert alarms(console) == {}


def test_a_consumer_that_never_came_is_behind_after_a_day(console: Consoles) -> None:
    mirror = Mirror(console.port, let_in(console))
    mirror.begin()
    console.now = utc_now() + timedelta(days=1, minutes=1)
    assert alarms(console).keys() == {AlertKind.CONSUMER_BEHIND}


def test_what_was_there_before_a_consumer_has_not_waited_for_it(console: Consoles) -> None:
    Mirror(console.port, let_in(console, "first")).begin()
    console.now = utc_now() + timedelta(days=1, minutes=1)
    let_in(console, "second")
    with console.database.read() as connection:
        assert behind(connection, console.now) == {"first"}
        assert behind(connection, console.now + timedelta(days=1, minutes=1)) == {"first", "second"}


def behind(connection: Connection, now: datetime) -> set[str | int]:
    """Return the consumers that are alarmed for what they have not taken over."""
    found = alerting.found(connection, now=now)
    return {each.values["consumer"] for each in found if each.kind is AlertKind.CONSUMER_BEHIND}


def alarms(console: Consoles) -> dict[AlertKind, dict[str, str | int]]:
    """Return what is alarmed of consumers."""
    kinds = (AlertKind.CONSUMER_BEHIND, AlertKind.REMOVALS_UNACKNOWLEDGED)
    with console.database.read() as connection:
        found = alerting.found(connection, now=console.now or utc_now())
        return {each.kind: dict(each.values) for each in found if each.kind in kinds}


def test_the_gates_are_asked_every_hour_where_programs_read(console: Consoles) -> None:
    now = utc_now()
    assert begin_review_if_due(console.database, now=now) is None
    mirror = Mirror(console.port, let_in(console))
    number = begin_review_if_due(console.database, now=now, controller="party")
    assert number is not None
    assert begin_review_if_due(console.database, now=now + REVIEW_EVERY * 2) is None  # it runs
    assert carry_out(console.runtime.road("test"), STEPS, number, 0) is None
    assert begin_review_if_due(console.database, now=now + timedelta(minutes=59)) is None
    assert begin_review_if_due(console.database, now=now + REVIEW_EVERY) is not None
    assert len(mirror.get("/v1/regular-contacts").json["items"]) == 2


def test_an_admin_binds_a_token_to_a_segment(console: Consoles) -> None:
    keys = sign(console, Cy2="transport")
    bind(console, "first", BUS)
    admin = console.as_(Role.ADMIN)
    with console.database.read() as connection:
        number = segments.called(connection, BUS.name).id
    fields = {"name": "bound", "recipient": "1", "days": "30", "segment": str(number), "field": ["handle"]}
    refused = admin.post("/settings/tokens", fields)
    assert refused.status == 422
    assert "for which message or campaign" in refused.text
    made = admin.post("/settings/tokens", {**fields, "why": "a letter on buses"})
    (token,) = TOKEN.findall(made.text)
    mirror = Mirror(console.port, token)
    mirror.follow()
    assert mirror.people.keys() == {keys["Cy2"]}
    assert re.search(r"<small>segment .*bus", admin.get("/settings/tokens").text)
    (added,) = [each for each in entries(console, Act.CONSUMER_ADDED) if each["why"] == "a letter on buses"]
    assert orjson.loads(added["details"])["segment"] == number
    assert admin.post("/settings/tokens", {**fields, "segment": "99"}).status == 404
