"""Privacy in the console: what is due, what would go, papers, the journal, and another pack."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.journal import Act
from domain.signal import Signal, SignalKind
from domain.user import Role
from store import installation, journal, tallies
from store.database import Database
from store.tables import contacts
from tests.cast import ADA, NOW, follows
from tests.consoles import Consoles, Visitor, listening
from tests.interests import page
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen where Ada follows."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        page(database, [follows(ADA)])
        yield made


def test_who_must_be_told_is_named_to_those_only_who_may_see_people(console: Consoles) -> None:
    named = {role: ADA.platform_id in console.as_(role).get("/privacy").text for role in Role}
    assert named == {role: role >= Role.OPERATOR for role in Role}


def test_overdue_notices_come_first_on_the_overview(console: Consoles) -> None:
    console.now = NOW + timedelta(days=40)
    shown = console.as_(Role.VIEWER).get("/").text
    assert "The notice of one contact is overdue" in shown


def test_counting_what_would_go_deletes_nothing(console: Consoles) -> None:
    console.now = NOW + timedelta(days=40)
    ada = console.as_(Role.OPERATOR)
    ada.get("/privacy/keeping")
    counted = ada.post("/privacy/keeping").text
    assert "One row would go." in counted
    with console.database.read() as connection:
        assert connection.scalars(select(contacts.c.platform_id)).all() == [ADA.platform_id]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("paper", ["register", "impact-assessment", "processors", "targeting", "breach"])
def test_papers_are_files_in_the_visitors_language(console: Consoles, paper: str, language: str) -> None:
    answer = console.as_(Role.VIEWER, language).get(f"/privacy/papers/{paper}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{paper}.{language}.html"'
    assert f'<html lang="{language}">' in answer.text
    assert console.as_(Role.VIEWER).get("/privacy/papers/none").status == 404


def test_reading_the_journal_is_entered_and_a_change_is_found(console: Consoles) -> None:
    boss = console.as_(Role.MANAGER)
    assert "user.signed_in" in boss.get("/privacy/journal").text
    with console.database.read() as connection:
        newest = journal.listed(connection, count=1)[0]
    assert (newest["act"], newest["actor"]) == (Act.JOURNAL_LISTED, "console:manager")
    assert "entries holds" in boss.post("/privacy/journal").text
    with console.database.write() as connection:
        for name in _guards(console):
            connection.execute(text(name))
        connection.execute(text("UPDATE journal_texts SET actor = 'console:eve' WHERE seq = 1"))
    assert "The chain is broken in one place" in boss.post("/privacy/journal").text


def _guards(console: Consoles) -> list[str]:
    with console.database.read() as connection:
        if console.database.on_sqlite:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
            return [f"DROP TRIGGER {each}" for each in connection.scalars(text(names))]
        names = (
            "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers "
            "WHERE event_object_table LIKE 'journal%'"
        )
        return [f"DROP TRIGGER {name} ON {table}" for name, table in connection.execute(text(names))]


def test_another_pack_is_put_in_force_only_after_its_preview(console: Consoles) -> None:
    with console.database.write() as connection:
        tallies.keep(connection, tallies.count(connection, now=utc_now()), now=utc_now())
    page(console.database, [Signal(ADA, SignalKind.LIKED, "1")])
    boss = console.as_(Role.MANAGER)
    boss.get("/privacy/policy")
    assert boss.post("/privacy/policy", {"pack": "eu-2026"}).status == 409
    assert boss.post("/privacy/policy/preview", {"pack": "/etc/passwd"}).status == 404
    assert boss.post("/privacy/policy/preview", {"pack": "eu-2026"}).status == 303
    shown = _until(boss, "would move")
    assert "Put eu-2026 in force" in shown
    assert _in_force(console) == "cnil-2016"
    assert boss.post("/privacy/policy", {"pack": "eu-2026", "why": "counsel's advice"}).status == 303
    assert _in_force(console) == "eu-2026"
    with console.database.read() as connection:
        entry = next(
            each for each in journal.listed(connection, count=9) if each["act"] == Act.POLICY_CHANGED
        )
    assert (entry["actor"], entry["why"]) == ("console:manager", "counsel's advice")


def _until(visitor: Visitor, words: str) -> str:
    for _ in range(100):
        shown = visitor.get("/privacy/policy").text
        if words in shown:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


def _in_force(console: Consoles) -> str | None:
    with console.database.read() as connection:
        return installation.policy(connection)
