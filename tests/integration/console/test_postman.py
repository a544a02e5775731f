"""The postman with a real mail server: what is sent arrives, what cannot be sent may be asked for again."""

import logging
import socket
import stat
import threading
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from config.settings import Settings
from connectors import mail as mailing
from connectors.mail import by_smtp, into_folder
from console.pages import postman as posting
from console.pages.mails import Letter, confirmation
from console.pages.postman import Postman
from console.pages.server import give_back
from domain.errors import RegularsError
from store import asked_mails
from store.database import Database
from tests.cast import NOW
from workers.alerter import mails_of

#: The test's server wants a password in clear, on this machine.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Inbox:
    """Takes mails in, and refuses where it is told to."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.refusals: list[str] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a receiver, or not."""
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a mail."""
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    """Make what a mail server fills."""
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[str]:
    """Run a mail server that wants a password."""

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        fits = (given.login, given.password) == (b"club", b"pass word")
        return AuthResult(success=fits, handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        inbox, "127.0.0.1", port, authenticator=knows, auth_required=True, auth_require_tls=False
    )
    controller.start()
    yield f"smtp://club:pass%20word@127.0.0.1:{port}"
    controller.stop()


def mail(now: datetime = NOW) -> EmailMessage:
    letter = Letter(
        "no-reply@club.example",
        "ada@club.example",
        "Le Club d'été",
        "fr",
        "https://x.example/é",
        objected=False,
    )
    return confirmation(letter, now=now)


def sent(deliver: Any) -> list[str]:
    """Send one mail and end; returns the marks that were given up."""
    given_up: list[str] = []
    postman = Postman(deliver, given_up.append, ())
    postman.send(mail(), "mark")
    postman.close()
    return given_up


def test_a_mail_arrives_as_it_was_written(server: str, inbox: Inbox) -> None:
    assert sent(by_smtp(server)) == []
    (envelope,) = inbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@club.example", ["ada@club.example"])
    assert b"Subject: Confirmez votre inscription" in envelope.content


def test_a_wrong_password_or_no_server_gives_the_mail_up_and_logs_no_address(
    server: str, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert sent(by_smtp(server.replace("pass", "word"))) == ["mark"]
        assert sent(by_smtp("smtp://127.0.0.1:1")) == ["mark"]
    assert inbox.taken == []
    told = [record.__dict__ for record in caplog.records if record.name == "regulars.pages"]
    assert [each["reason"] for each in told] == ["SMTPAuthenticationError", "ConnectionRefusedError"]
    assert "ada@" not in caplog.text


def test_an_address_that_the_server_refuses_may_not_be_asked_for_again_today(
    server: str, inbox: Inbox
) -> None:
    inbox.refusals = ["550 no such box"]
    assert sent(by_smtp(server)) == []
    assert inbox.taken == []


def test_what_fails_is_tried_again() -> None:
    tries: list[EmailMessage] = []
    done = threading.Event()

    def deliver(each: EmailMessage) -> None:
        tries.append(each)
        if len(tries) < 3:
            raise ConnectionResetError
        done.set()

    postman = Postman(deliver, lambda _: None, (0.0, 0.0))
    postman.send(mail(), "mark")
    assert done.wait(10)
    postman.close()
    assert len(tries) == 3


def test_nothing_leaves_this_machine_in_clear(
    server: str, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "_is_here", lambda _: False)
    assert sent(by_smtp(server)) == ["mark"]
    assert inbox.taken == []
    monkeypatch.undo()
    assert [
        mailing._is_here(each) for each in ("127.0.0.1", "::1", "localhost", "mail.example", "192.0.2.1")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_more_than_may_wait_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "MOST_WAITING", 2)
    going, begun = threading.Event(), threading.Event()

    def deliver(_: EmailMessage) -> None:
        begun.set()
        assert going.wait(10)

    given_up: list[str] = []
    postman = Postman(deliver, given_up.append, ())
    postman.send(mail(), "0")
    assert begun.wait(10)
    for number in range(1, 6):
        postman.send(mail(), str(number))
    assert given_up == ["3", "4", "5"]
    going.set()
    postman.close()


def test_without_a_server_mails_wait_as_files_of_ours_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "outbox"
    assert sent(into_folder(folder)) == []
    (first,) = folder.iterdir()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert b"To: ada@club.example" in first.read_bytes()
    monkeypatch.setattr(mailing, "time", SimpleNamespace(time=lambda: 4e9, time_ns=lambda: 1))
    sent(into_folder(folder))
    assert [each.name for each in folder.iterdir()] == ["1.eml"]


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://"])
def test_an_address_that_is_none_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(RegularsError, match="REGULARS_SMTP_URL"):
        by_smtp(url)


def test_a_server_without_a_sender_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegularsError, match="REGULARS_MAIL_FROM"):
        mails_of(Settings(data_dir=tmp_path, smtp_url="smtp://127.0.0.1:25"))


def test_an_address_whose_mail_could_not_be_sent_may_ask_again(database: Database) -> None:
    day = NOW.date()
    with database.write() as connection:
        assert asked_mails.take(connection, "mark", day, most=1)
        assert not asked_mails.take(connection, "mark", day, most=2)
    postman = Postman(by_smtp("smtp://127.0.0.1:1"), partial(give_back, database), ())
    postman.send(mail(), "mark")
    postman.close()
    with database.write() as connection:
        assert asked_mails.take(connection, "mark", day, most=1)
