"""Webhooks in the console and at the command line: a secret is shown once, a trial says what came of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import Settings
from console.cli.main import command_line
from domain.admission import Controller
from domain.journal import Act
from domain.user import Role
from domain.webhook import WAITS, State
from store import webhooks
from store.database import Database
from tests.cast import ADA, follows
from tests.consoles import Consoles, listening
from tests.consumers import let_in
from tests.interests import page
from tests.people import entries
from tests.webhook_receiver import Receiver, receiving
from workers.announcer import LEASE, Announcer
from workers.runtime import utc_now

SECRET = re.compile(r'data-copy="(whsec_[A-Za-z0-9+/=]+)"')
PATH = "/settings/tokens/1/webhooks"
#: What both databases do alike is looked at in `workers/test_announcer.py`.
on_one = pytest.mark.parametrize("kind", ["sqlite"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Let a receiver listen."""
    with receiving() as made:
        yield made


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen beside a consumer, with Ada regular."""
    made_with = Settings(controller=Controller.PARTY, outbound_private="127.0.0.0/8")
    with listening(Consoles(database, tmp_path / "data", settings=made_with)) as made:
        page(database, [follows(ADA)], now=utc_now())
        let_in(made)
        yield made


@on_one
def test_an_admin_adds_tries_and_lets_go_of_a_webhook(console: Consoles, receiver: Receiver) -> None:
    admin = console.as_(Role.ADMIN)
    assert PATH in admin.get("/settings/tokens").text
    (secret,) = SECRET.findall(admin.post(PATH, {"url": receiver.url}).text)
    shown = admin.get(PATH).text
    assert receiver.url in shown
    assert secret not in shown
    assert "took the trial" in admin.post(f"{PATH}/1/test").text
    assert receiver.last.event["type"] == "webhook.test"
    assert receiver.last.is_signed(secret)
    (fresh,) = SECRET.findall(admin.post(f"{PATH}/1/rotate").text)
    receiver.status = 500
    assert "answered with status 500" in admin.post(f"{PATH}/1/test").text
    assert receiver.last.is_signed(fresh)
    assert receiver.last.is_signed(secret)
    assert len(receiver.taken) == 2
    for act, state in (("pause", "paused"), ("resume", "active")):
        assert admin.post(f"{PATH}/1/{act}").status == 303
        assert f">{state}</span>" in admin.get(PATH).text
    assert admin.post(f"{PATH}/1/remove").status == 303
    assert receiver.url not in admin.get(PATH).text
    for gone in (f"{PATH}/1/test", f"{PATH}/1/pause", f"{PATH}/{2**70}/rotate"):
        assert admin.post(gone).status == 404
    wanted = (Act.WEBHOOK_ADDED, Act.WEBHOOK_TESTED, Act.WEBHOOK_ROTATED, Act.WEBHOOK_TESTED,
              Act.WEBHOOK_PAUSED, Act.WEBHOOK_RESUMED, Act.WEBHOOK_REMOVED)  # fmt: skip
    assert [each["act"] for each in reversed(entries(console, *wanted))] == [*wanted]


@on_one
def test_what_is_no_endpoint_is_refused_with_a_sentence(console: Consoles, receiver: Receiver) -> None:
    admin = console.as_(Role.ADMIN)
    for url, why in (
        ("ftp://crm.example", "This is no address"),
        ("http://93.184.216.34/hook", "use https://"),
        ("https://crm.example/" + "a" * 300, "characters at most"),
    ):
        refused = admin.post(PATH, {"url": url})
        assert refused.status == 422
        assert why in refused.text
    for _ in range(5):
        assert admin.post(PATH, {"url": receiver.url}).status == 200
    assert "5 webhooks at most" in admin.post(PATH, {"url": receiver.url}).text
    assert admin.get("/settings/tokens/9/webhooks").status == 404
    let_in(console, "other")
    assert admin.post("/settings/tokens/2/webhooks/1/remove").status == 404  # another consumer's
    assert admin.post(f"{PATH}/1/explode").status == 404


@on_one
def test_dead_letters_are_sent_again_or_dropped(console: Consoles, receiver: Receiver) -> None:
    admin = console.as_(Role.ADMIN)
    admin.post(PATH, {"url": receiver.url})
    receiver.status = 500
    announcer = Announcer(console.runtime, lambda: console.now or utc_now(), lambda: 0.0)
    announcer.announce()
    console.now = utc_now()
    for wait in WAITS:
        console.now += wait + LEASE
        announcer.announce()
    (sent,) = {each.id for each in receiver.taken}
    console.now = None
    assert "Dead letters" in admin.get(PATH).text
    assert "answered with status 500" in admin.get(PATH).text
    with console.database.read() as connection:
        (letter,) = webhooks.every(connection)[0].letters
    admin.post(f"{PATH}/1/pause")
    refused = admin.post(f"{PATH}/letters/{letter.id}/replay")
    assert refused.status == 409
    assert "resume it first" in refused.text
    admin.post(f"{PATH}/1/resume")
    assert admin.post(f"{PATH}/letters/{letter.id}/replay").status == 303
    receiver.status = 200
    announcer.announce()
    assert receiver.last.id == sent
    assert "Dead letters" not in admin.get(PATH).text
    gone = admin.post(f"{PATH}/letters/{letter.id}/drop")
    assert gone.status == 409
    assert "no such dead letter" in gone.text


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGULARS_OUTBOUND_PRIVATE", "127.0.0.0/8")
    run = CliRunner()

    def call(*words: str) -> str:
        found = run.invoke(command_line(), words)
        assert found.exit_code == 0, found.output
        return found.stdout

    call("recipient", "add", "CRM of Paris", "--country", "FR", "--role", "own")
    call("consumer", "add", "crm", "--recipient", "CRM of Paris")
    secret = call("consumer", "webhook", "add", "crm", receiver.url).splitlines()[0]
    call("consumer", "webhook", "test", "1")
    assert receiver.last.is_signed(secret)
    fresh = call("consumer", "webhook", "rotate", "1", "--now").splitlines()[0]
    call("consumer", "webhook", "test", "1")
    assert receiver.last.is_signed(fresh)
    assert not receiver.last.is_signed(secret)
    call("consumer", "webhook", "pause", "1")
    listed = json.loads(call("consumer", "webhook", "list", "--json"))
    assert (listed["state"], listed["url"], listed["letters"]) == (State.PAUSED, receiver.url, 0)
    assert secret not in call("consumer", "webhook", "list")
    call("consumer", "webhook", "resume", "1")
    call("consumer", "webhook", "letters")
    assert run.invoke(command_line(), ["consumer", "webhook", "replay", "1"]).exit_code == 1
    assert run.invoke(command_line(), ["consumer", "webhook", "drop", "1"]).exit_code == 1
    receiver.status = 410
    failed = run.invoke(command_line(), ["consumer", "webhook", "test", "1"])
    assert failed.exit_code == 1
    call("consumer", "webhook", "remove", "1")
    assert call("consumer", "webhook", "list", "--json") == ""
