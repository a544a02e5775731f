"""`regulars consents`: one person takes a consent back; old sign-ups are asked anew, once."""

import email
import json
import smtplib
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from classifier.keeping import limits
from console.cli import consents
from console.cli.main import command_line
from console.cli.start import runtime
from console.pages.forms import agreed
from domain.errors import RegularsError
from pipeline import joining
from pipeline.joining import Confirmed
from pipeline.signing_up import sign_up
from store import expiring, journal
from store.tables import sign_ups, signals
from tests.cast import CNIL
from tests.contents import inside, rows
from tests.signing import signed

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=800)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let Ada have signed up long ago, Bo by phone alone, and Cy lately."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGULARS_PUBLIC_URL", "https://pages.club.example")
    monkeypatch.setenv("REGULARS_CONTROLLER_NAME", "The Club")
    opened = runtime()
    people = [
        signed(at=OLD, topics=("housing",)),
        signed(name="Bo", email=None, phone="+33639980001", channels=("sms",), at=OLD),
        signed(name="Cy", email="cy@club.example", at=NOW),
    ]
    with opened.database.write() as connection:
        sign_up(connection, people, CNIL, opened.suppressor_of(connection), now=NOW)
        connection.execute(update(signals).where(signals.c.started_at == OLD).values(seen_at=OLD))
    return tmp_path


def said(*words: str, given: str | None = None) -> str:
    result = CliRunner().invoke(command_line("consents"), ["consents", *words], given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def mails(folder: Path) -> list[str]:
    found = sorted((folder / "outbox").glob("*.eml"))
    return [email.message_from_bytes(each.read_bytes(), policy=SMTP).get_content() for each in found]


def waiting() -> int:
    with runtime().database.read() as connection:
        return len(expiring.to_reconfirm(connection, limits(CNIL, datetime.now(UTC))))


def test_old_sign_ups_are_asked_once_and_the_button_renews_them(folder: Path) -> None:
    assert waiting() == 2
    assert "1 people would be asked" in said("ask", "--dry-run")
    assert mails(folder) == []
    assert json.loads(said("ask", "--json")) == {"dry_run": False, "due": 1, "asked": 1}
    (mail,) = mails(folder)
    assert "long ago" in mail
    assert "The Club" in mail
    assert "Ada" not in mail
    assert "Nobody is to be asked" in said("ask")
    token = mail.partition("/join/confirm/")[2].partition("?")[0]
    opened = runtime()

    def confirm(connection: object) -> Confirmed:
        now = datetime.now(UTC)
        form = joining.form_of(opened.links_of(connection), token, now=now)  # type: ignore[arg-type]  # its own
        assert (form.channels, form.topics) == (("email",), ("housing",))
        suppressor = opened.suppressor_of(connection)  # type: ignore[arg-type]  # its own
        wording = lambda each: agreed(each.language, each.channels, each.topics, "The Club")  # noqa: E731
        return joining.confirm(connection, form, wording, CNIL, suppressor, now=now)  # type: ignore[arg-type]

    assert opened.database.transact(confirm) is Confirmed.DONE
    assert waiting() == 1  # Bo gave no address that a mail reaches
    assert len(inside(opened.database)) == 3
    with opened.database.read() as connection:
        acts = [each["act"] for each in journal.listed(connection, count=2)]
    assert acts == ["contact.signed_up", "consent.renewals_asked"]
    with opened.database.read() as connection:
        (asked_at,) = connection.scalars(select(sign_ups.c.asked_at).where(sign_ups.c.at > OLD).limit(1))
    assert asked_at is None


def test_the_days_bound_holds_and_a_mail_that_did_not_leave_may_be_asked_for_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patched:
        patched.setattr(consents, "mails_of", lambda _: refuse)
        with pytest.raises(RegularsError, match="mail server"):
            said("ask")
    assert rows(runtime().database, "asked_mails") == []
    with monkeypatch.context() as patched:
        patched.setattr(consents.reconfirming, "ask_again", lambda *_, **__: None)
        assert "0 of 1 people" in said("ask")
    assert "1 of 1 people" in said("ask")
    assert len(mails(folder)) == 1


def test_without_a_name_or_an_address_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGULARS_PUBLIC_URL")
    with pytest.raises(RegularsError, match="REGULARS_PUBLIC_URL"):
        said("ask")


def test_a_consent_is_taken_back_by_its_key_on_standard_input() -> None:
    database = runtime().database
    ada = next(each for each in rows(database, "contacts") if each["display_name"] == "Ada Lévy")
    key = f"signup:{ada['platform_id']}"
    assert "Other consents stand" in said("withdraw", "-", "--channel", "topics", given=f"{key}\n")
    assert json.loads(said("withdraw", key, "--channel", "email", "--json")) == {
        "consents_ended": True,
        "sign_up_ended": True,
    }
    assert ada["platform_id"] not in inside(database)
    assert "nothing was changed" in said("withdraw", key, "--channel", "all")
    with database.read() as connection:
        newest = journal.listed(connection, count=3)
    assert [each["act"] for each in newest] == ["consent.withdrawn"] * 3


def test_who_agreed_to_be_passed_on_is_read_line_by_line_and_taken_back() -> None:
    database = runtime().database
    keys = {each["display_name"]: f"signup:{each['platform_id']}" for each in rows(database, "contacts")}
    registered = CliRunner().invoke(
        command_line("recipient"),
        ["recipient", "add", "The Ally", "--country", "FR", "--role", "third-party"],
        catch_exceptions=False,
    )
    assert registered.exit_code == 0
    good = {"given_on": "2026-03-31", "source": "fair", "consent": "To the ally.", "language": "en"}
    lines = [
        {**good, "contact_key": keys["Bo"]},
        {**good, "contact_key": keys["Cy"]},
        {**good, "contact_key": "nobody"},
        {**good, "contact_key": keys["Cy"], "given_on": "today"},
        {**good, "contact_key": keys["Cy"], "consent": "I agree."},
        {**good, "contact_key": keys["Cy"], "source": 1},
        {**good, "contact_key": keys["Cy"], "more": ""},
    ]
    given = "\n".join([*map(json.dumps, lines[:1]), "", "no json", *map(json.dumps, lines[1:])])
    told = json.loads(said("transfer", "--to", "The Ally", "--json", given=given))
    assert told["new"] == 2
    assert [each["line"] for each in told["wrong"]] == [3, 5, 6, 7, 8, 9]
    assert "0 contacts agree" in said("transfer", "--to", "The Ally", given=json.dumps(lines[0]))
    with pytest.raises(RegularsError, match="No consent was recorded"):
        said("transfer", "--to", "The Ally", given="[" * 9_999)
    assert json.loads(
        said("withdraw", keys["Bo"], "--channel", "transfer", "--to", "The Ally", "--json")
    ) == {
        "consents_ended": True,
        "sign_up_ended": False,
    }
    with pytest.raises(RegularsError, match="goes with --channel transfer"):
        said("withdraw", keys["Cy"], "--channel", "email", "--to", "The Ally")
    assert "The sign-up has ended" in said("withdraw", keys["Cy"], "--channel", "all")
    assert all(each["withdrawn_at"] for each in rows(database, "transfer_consents"))
    with database.read() as connection:
        acts = [each["act"] for each in journal.listed(connection, count=4)]
    assert sorted(acts) == [
        "consent.transfer_given",
        "consent.transfer_withdrawn",
        "consent.transfer_withdrawn",
        "consent.withdrawn",
    ]
