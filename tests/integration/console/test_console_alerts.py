"""Alerts in the console: what a user wishes to be told, and a trial of each address."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from domain.user import Role
from store.database import Database
from tests.consoles import Consoles, listening
from tests.unit.connectors.test_outbound import Listener, listener

__all__ = ["listener"]
PATH = "/settings/alerts"
MAIL = {"kind": ["failed", "harvest_ended"], "way": "mail", "address": "ada@club.example", "hour": "8"}


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def test_a_wish_is_kept_tried_and_taken_back_by_its_user_alone(console: Consoles, tmp_path: Path) -> None:
    ada, boss = console.as_(Role.VIEWER), console.as_(Role.ADMIN)
    ada.get(PATH)
    assert ada.post(PATH, MAIL).status == 303
    shown = ada.get(PATH).text
    assert "ada@club.example" in shown
    assert "together, at 8:00" in shown
    assert "ada@club.example" not in boss.get(PATH).text
    for verb in ("test", "remove"):
        assert boss.post(f"{PATH}/1/{verb}").status == 404
    assert "A trial was sent to ada@club.example" in ada.post(f"{PATH}/1/test").text
    (mail,) = (tmp_path / "data" / "outbox").glob("*.eml")
    assert "This is a trial" in mail.read_text()
    assert ada.post(f"{PATH}/1/remove").status == 303
    assert "You are told of nothing" in ada.get(PATH).text


@pytest.mark.parametrize(
    "wrong",
    [{"kind": []}, {"address": "nobody"}, {"way": "webhook"}, {"address": "a@b.example\nBcc: x@y.example"}],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(console: Consoles, wrong: dict[str, object]) -> None:
    ada = console.as_(Role.VIEWER)
    ada.get(PATH)
    answer = ada.post(PATH, {**MAIL, **wrong})
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert "You are told of nothing" in ada.get(PATH).text


def test_a_trial_cannot_reach_this_machine(console: Consoles, listener: Listener) -> None:
    ada = console.as_(Role.VIEWER)
    ada.get(PATH)
    address = f"http://127.0.0.1:{listener.server_port}/hook"
    assert ada.post(PATH, {**MAIL, "way": "webhook", "address": address}).status == 303
    assert "leads to this machine or into a private network" in ada.post(f"{PATH}/1/test").text
    assert listener.taken == []


def test_a_webhook_is_tried(database: Database, tmp_path: Path, listener: Listener) -> None:
    settings = Settings(outbound_private="127.0.0.0/8")
    with listening(Consoles(database, tmp_path / "data", settings=settings)) as console:
        ada = console.as_(Role.VIEWER)
        ada.get(PATH)
        address = f"http://127.0.0.1:{listener.server_port}/hook"
        ada.post(PATH, {**MAIL, "way": "webhook", "address": address})
        assert "A trial was sent" in ada.post(f"{PATH}/1/test").text
    ((path, body),) = listener.taken
    assert (path, json.loads(body)["alerts"][0]["kind"]) == ("/hook", "test")
