"""Settings in the console: budgets, topics, the installation, and how it looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.journal import Act
from domain.user import Role
from store import budgets, journal
from store.database import Database
from tests.consoles import Consoles, listening
from workers.runtime import utc_now


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def test_a_budget_is_set_shown_and_removed(console: Consoles) -> None:
    boss = console.as_(Role.MANAGER)
    boss.get("/settings/budgets")
    wanted = {"usd": "25.50", "per": "month", "at_end": "wait", "account": ""}
    assert boss.post("/settings/budgets", wanted).status == 303
    assert "$25.50 a month" in boss.get("/settings/budgets").text
    with console.database.read() as connection:
        (budget,) = budgets.listed(connection, now=utc_now())
        newest = journal.listed(connection, count=1)[0]
    assert (budget["amount_micro_usd"], budget["at_end"]) == (25_500_000, "wait")
    assert (newest["act"], newest["actor"]) == (Act.BUDGET_SET, "console:manager")
    assert boss.post(f"/settings/budgets/{budget['id']}/remove").status == 303
    assert "No budget" in boss.get("/settings/budgets").text


@pytest.mark.parametrize(
    "wrong", [{"usd": "lots"}, {"usd": "-1"}, {"per": "year"}, {"account": "none"}, {"per": "once"}]
)
def test_a_budget_that_cannot_be_is_refused_in_a_sentence(console: Consoles, wrong: dict[str, str]) -> None:
    boss = console.as_(Role.MANAGER)
    boss.get("/settings/budgets")
    wanted = {"usd": "5", "per": "month", "at_end": "wait", "account": "", **wrong}
    answer = boss.post("/settings/budgets", wanted)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    with console.database.read() as connection:
        assert budgets.listed(connection, now=utc_now()) == []


def test_a_text_is_tried_and_stored_nowhere(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    ada.get("/settings/topics")
    shown = ada.post(
        "/settings/topics", {"text": "The hospital needs nurses, and the school a teacher."}
    ).text
    assert "<bdi>hospital" in shown
    assert "This text speaks of" in shown
    personal = ada.post("/settings/topics", {"text": "I am ill and my hospital is full"}).text
    assert "nothing is noted" in personal


def test_secrets_are_not_shown_and_admins_alone_see_the_installation(console: Consoles) -> None:
    shown = console.as_(Role.ADMIN).get("/settings/installation").text
    assert "REGULARS_SECRET_KEY" in shown
    url = console.database.engine.url.render_as_string(hide_password=False)
    assert url not in shown
    assert console.as_(Role.MANAGER).get("/settings/installation").status == 403
    assert "/settings/installation" not in console.as_(Role.MANAGER).get("/settings").text
