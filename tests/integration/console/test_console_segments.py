"""Segments and areas in the console: saved, counted in whole groups, exported; published once a quarter."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from domain.admission import Controller
from domain.area import Area, AreaKind
from domain.journal import Act
from domain.sign_up import SignUp
from domain.user import Role
from pipeline import halting
from pipeline.areas import take_partition
from store import segments, targetings
from store.database import Database
from tests.consoles import Consoles, listening
from tests.people import entries, reviewed, signed_up
from tests.segmented import person
from workers.runtime import utc_now

GROUND = [Area("01", "Port"), Area("02", "$Centre$ <b>"), Area("03", "Gare")]


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console of a party listen, with a partition."""
    settings = Settings(controller=Controller.PARTY)
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as made:
        with database.write() as connection:
            take_partition(connection, AreaKind.COMMUNE, GROUND, "cli:ada", now=utc_now())
        yield made


def crowd(console: Consoles, *people: SignUp) -> None:
    """Let people sign up now and ask the gates of them."""
    signed_up(console, *(each._replace(at=utc_now()) for each in people))
    reviewed(console)


def test_a_segment_is_saved_counted_in_whole_groups_and_removed(console: Consoles) -> None:
    crowd(console, *(person(f"P{each}", "health") for each in range(21)), person("Ada", "housing"))
    ada = console.as_(Role.MANAGER)
    assert "No segment is saved" in ada.get("/messaging/segments").text
    for topic in ("health", "housing"):
        sent = {"name": f"For <{topic}>", "topic": topic, "area": "", "account": "", "since": ""}
        assert ada.post("/messaging/segments", sent).status == 303
    shown = ada.get("/messaging/segments").text
    assert "For &lt;health&gt;" in shown
    assert "at least" not in shown
    with console.database.read() as connection:
        health, housing = segments.every(connection)
    assert "at least 20" in ada.get(f"/messaging/segments?count={health.id}").text
    assert "fewer than 20" in ada.get(f"/messaging/segments?count={housing.id}").text
    assert ada.post(f"/messaging/segments/{housing.id}/remove").status == 303
    assert ada.post(f"/messaging/segments/{housing.id}/remove").status == 404
    acts = [each["act"] for each in entries(console, Act.SEGMENT_ADDED, Act.SEGMENT_REMOVED)]
    assert acts == ["segment.removed", "segment.added", "segment.added"]


def test_of_a_segment_by_area_no_number_is_told(console: Consoles) -> None:
    crowd(console, *(person(f"P{each}", area="Port") for each in range(25)))
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/segments")
    assert ada.post("/messaging/segments", {"name": "port", "area": "01"}).status == 303
    shown = ada.get("/messaging/segments?count=1").text
    assert "see the table of areas" in shown
    assert "&lt;bdi" not in shown
    assert "at least" not in shown


def test_what_chooses_nobody_is_refused_with_a_sentence(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/segments")
    for sent, said in (
        ({"name": "", "topic": "health"}, "needs a name"),
        ({"name": "all"}, "at least one thing"),
        ({"name": "a", "topic": "cats"}, "no topic"),
        ({"name": "a", "area": "99"}, "no area"),
        ({"name": "a", "account": "99"}, "no such account"),
        ({"name": "a", "since": "yesterday"}, "year-month-day"),
    ):
        answer = ada.post("/messaging/segments", sent)
        assert answer.status == 422
        assert said in answer.text


def test_an_export_of_a_segment_needs_a_reason_and_is_on_record(console: Consoles) -> None:
    crowd(console, person("Ada", "health"), person("Bo"))
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/segments")
    ada.post("/messaging/segments", {"name": "health", "topic": "health"})
    assert "All regular contacts" in ada.get("/messaging/export").text
    wanted = {"format": "ndjson", "segment": "1"}
    refused = ada.post("/messaging/export", wanted)
    assert refused.status == 422
    assert "for which message or campaign" in refused.text
    assert ada.post("/messaging/export", {**wanted, "segment": "9"}).status == 404
    sent = ada.post("/messaging/export", {**wanted, "why": "letter on hospitals"})
    assert sent.status == 200
    assert "ada@club.example" in sent.text
    assert "bo@club.example" not in sent.text
    with console.database.read() as connection:
        (used,) = targetings.every(connection)
    assert (used.why, used.by, used.segment) == ("letter on hospitals", "console:manager", "health")
    listed = ada.get("/messaging").text
    held = re.compile(r"<span>1 <small>[^/]{0,40}health")
    assert held.search(listed)
    assert not held.search(console.as_(Role.VIEWER).get("/messaging").text)
    paper = console.as_(Role.MANAGER).get("/privacy/papers/targeting").text
    assert "letter on hospitals" in paper


def test_a_table_is_published_once_and_shows_no_small_number(console: Consoles) -> None:
    crowd(
        console,
        *(person(f"P{each}", area="Port") for each in range(31)),
        *(person(f"C{each}", area="02") for each in range(23)),
        *(person(f"G{each}", area="Gare") for each in range(17)),
        *(person(f"U{each}") for each in range(26)),
    )
    ada, viewer = console.as_(Role.MANAGER), console.as_(Role.VIEWER, "fr")
    assert "Publish the table of" in ada.get("/messaging/areas").text
    assert viewer.get("/messaging/areas.csv").status == 404
    assert ada.post("/messaging/areas").status == 303
    shown = ada.get("/messaging/areas").text
    assert "Publish the table of" not in shown
    assert "$Centre$ &lt;b&gt;" in shown
    table = viewer.get("/messaging/areas.csv")
    assert table.headers["content-type"].startswith("text/csv")
    for text in (shown, table.text):
        assert re.search(r"[>,]31[<,\r]", text)
        assert not re.search(r"[>,]17[<,\r]", text)
    quarter = table.text.splitlines()[1].split(",")[0]
    assert [each.split(",")[2:5] for each in table.text.splitlines()[1:]] == [
        ["", "", "26"],
        ["01", "Port", "31"],
        ["02", "$Centre$ <b>", ""],
        ["03", "Gare", ""],
    ]
    assert "non montré" in viewer.get(f"/messaging/areas?quarter={quarter}").text
    for query in ("", "?narrow=1&theme=dark"):
        drawn = viewer.get(f"/charts/areas-{quarter}.svg{query}")
        assert drawn.status == 200
        assert "Port" in drawn.text
    assert viewer.get("/charts/areas-1999-Q1.svg").status == 404
    again = ada.post("/messaging/areas")
    assert again.status == 422
    assert "one a quarter" in again.text


def test_nothing_is_published_while_everything_is_halted_nor_of_too_few(console: Consoles) -> None:
    crowd(console, person("Ada", area="Port"))
    ada = console.as_(Role.MANAGER)
    ada.get("/messaging/areas")
    few = ada.post("/messaging/areas")
    assert few.status == 422
    assert "Fewer than 20" in few.text
    with console.database.write() as connection:
        halting.halt(connection, None, "cli:ada", "looking into it", now=utc_now())
    halted = ada.post("/messaging/areas")
    assert halted.status == 409
    assert "Halted" in halted.text
