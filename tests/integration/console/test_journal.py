"""`regulars journal`, and what every other command enters in it, on both databases."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from console.cli.main import command_line
from console.cli.own_texts import texts_of
from console.cli.start import runtime
from console.cli.words import out
from domain.account import Account
from domain.contact import ContactKey
from domain.errors import OperatorNeededError, RegularsError
from domain.journal import JournalError, as_ranges
from store import accounts, journal
from store.database import Database
from tests.cast import ADA, BO, LATER, follows
from tests.contents import rows
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel

ME = f"cli:{psutil.Process().username()}"
PEOPLE = [ADA, BO, *(ContactKey("twitter", str(7100 + each)) for each in range(20))]


def call(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(command_line(words[0]), words, input=given)


def said(*words: str, given: str = "") -> str:
    result = call(*words, given=given)
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.stdout


@pytest.fixture
def installed(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Let commands use this database and a data folder of their own; closes what they open."""
    opened: list[Database] = []
    make = Database.__init__

    def remember(self: Database, url: str) -> None:
        make(self, url)
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", remember)
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(out, "_width", 300)  # read from COLUMNS when it was made
    yield database
    for each in opened:
        each.close()


@pytest.fixture
def travel(installed: Database) -> Travel:
    """Let Ada, Bo and twenty others follow us, all known."""
    travel = Travel(installed, ScriptedConnector({(FOLLOWERS, ""): [follows(each) for each in PEOPLE]}))
    travel.harvest(FOLLOWERS)
    sealed = runtime().sealer.seal("token")
    with installed.write() as connection:
        connection.execute(text("UPDATE accounts SET token_sealed = :sealed"), {"sealed": sealed})
    return travel


def entries(database: Database) -> list[dict[str, Any]]:
    """Return what was entered, oldest first, without numbers and salts."""
    names = ("actor", "act", "subject_key", "why", "details")
    return [{name: each[name] for name in names} for each in rows(database, "journal_texts")]


def entry(act: str, subject: ContactKey | None = None, why: str = "", **details: object) -> dict[str, Any]:
    """Make an entry of a command as it stands in the journal."""
    written = json.dumps(details, sort_keys=True, separators=(",", ":"))
    key = str(subject) if subject else None
    return {"actor": ME, "act": act, "subject_key": key, "why": why, "details": written}


READS_AND_ACTS = {
    "contacts list --label regular --json": [entry("contacts.listed", label="regular", platform=None)],
    "contacts list --platform twitter": [entry("contacts.listed", label=None, platform="twitter")],
    "contacts show twitter:7001": [entry("contact.shown", ADA)],
    "contacts show twitter:7001 --json --why asked": [entry("contact.shown", ADA, "asked")],
    "explain twitter:7002 --why complaint": [entry("contact.explained", BO, "complaint")],
    "contacts interests twitter:7001": [entry("contact.shown", ADA, interests=True)],
    "contacts interests twitter:7001 --remove housing --why mistaken": [
        entry("topics.chosen", ADA, "mistaken", remove="housing"),
        entry("contact.shown", ADA, "mistaken", interests=True),
    ],
    "budget set 25 --per day --at-end wait": [
        entry("budget.set", budget=1, account=None, micro_usd=25_000_000, per="day", at_end="wait")
    ],
    "budget set 2.50 --account 5000": [
        entry("budget.set", budget=1, account="twitter:5000", micro_usd=2_500_000, per="month", at_end="stop")
    ],
    "freshness set 5000 --max-age 7d --budget-usd 3": [
        entry("freshness.set", account="twitter:5000", max_age="7d", budget_micro_usd=3_000_000)
    ],
    "account remove 5000 --yes --why left": [
        entry("account.paused", why="left", account="twitter:5000"),
        entry("account.removed", why="left", account="twitter:5000", contacts=0),
    ],
    "push replay": [entry("pushes.replayed", pushes="all")],
    "journal list --count 3 --why audit": [entry("journal.listed", why="audit", count=3)],
}


@pytest.mark.parametrize(("command", "wanted"), READS_AND_ACTS.items(), ids=READS_AND_ACTS)
def test_what_a_command_reads_or_does_is_entered(
    travel: Travel, command: str, wanted: list[dict[str, Any]]
) -> None:
    said(*command.split())
    assert entries(travel.database) == wanted


def test_an_export_is_entered_before_and_after(travel: Travel, tmp_path: Path) -> None:
    said("export", "--out", str(tmp_path / "out"), "--format", "csv", "--why", "newsletter")
    assert entries(travel.database) == [
        entry("export.begun", why="newsletter", format="csv"),
        entry("export.written", why="newsletter", format="csv", contacts=22, export=1, tombstones=0),
    ]
    assert call("export", "--out", "/dev/null/no-folder").exit_code == 1
    assert [each["act"] for each in entries(travel.database)][2:] == ["export.begun"]


def test_what_is_taken_away_is_entered(travel: Travel) -> None:
    said("budget", "set", "25")
    said("budget", "remove", "1")
    said("freshness", "set", "5000")
    said("freshness", "off", "5000")
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    said("runs", "cancel", str(run_id))
    assert entries(travel.database)[1::2] + entries(travel.database)[4:] == [
        entry("budget.removed", budget=1),
        entry("freshness.ended", account="twitter:5000"),
        entry("run.cancelled", run=run_id),
    ]


@pytest.mark.parametrize(("verb", "act"), [("drop", "failures.dropped"), ("replay", "failures.replayed")])
def test_failures_that_are_settled_are_entered(travel: Travel, verb: str, act: str) -> None:
    travel.connector.upsets = [OperatorNeededError("The account is closed.", code="gone")]
    travel.harvest(FOLLOWERS)
    said("failures", verb, "--all")
    assert entries(travel.database) == [entry(act, failures="1")]
    said("failures", verb, "--all")
    assert len(entries(travel.database)) == 1


def test_a_paused_account_that_is_resumed_is_entered(travel: Travel) -> None:
    with travel.database.write() as connection:
        accounts.pause(connection, travel.account.id, "The token is dead.")
    said("account", "resume", "5000")
    assert entries(travel.database) == [entry("account.resumed", account="twitter:5000", resumed=0)]


@pytest.mark.parametrize(
    ("verb", "act"), [("confirm", "departures.confirmed"), ("release", "departures.released")]
)
def test_a_word_on_people_in_doubt_is_entered(travel: Travel, verb: str, act: str) -> None:
    travel.followers[:] = [follows(ADA)]
    travel.clock.forward(hours=6)
    travel.harvest(FOLLOWERS)
    said("brake", verb, "5000", "--yes", "--why", "looked")
    assert entries(travel.database) == [entry(act, why="looked", account="twitter:5000", people=21)]


def test_a_rotation_is_entered(installed: Database) -> None:
    said("keys", "rotate")
    assert entries(installed) == [entry("key.rotated", secrets=3)]  # of suppression, links, pushes


def test_nothing_is_entered_of_what_fails(travel: Travel) -> None:
    for words in (
        ("contacts", "show", "twitter:404"),
        ("explain", "twitter:404"),
        ("contacts", "interests", "twitter:7001", "--pin", "no-topic"),
        ("budget", "remove", "9"),
        ("runs", "cancel", "99"),
        ("failures", "drop", "9"),
        ("brake", "release", "5000", "--yes"),
        ("account", "resume", "5000"),
        ("freshness", "off", "5000"),
    ):
        result = call(*words)
        assert isinstance(result.exception, RegularsError), (words, result.output)
    assert entries(travel.database) == []


@pytest.mark.usefixtures("travel")
def test_what_is_not_entered_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise JournalError("The journal is full.")

    monkeypatch.setattr(journal, "record", fail)
    for words in (("contacts", "list"), ("contacts", "show", "twitter:7001"), ("explain", "twitter:7001")):
        result = call(*words)
        assert isinstance(result.exception, JournalError)
        assert result.output == ""


def test_the_environment_can_not_call_itself_somebody_else(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(each, "somebody-else")
    said("contacts", "list")
    assert entries(travel.database)[0]["actor"] == ME


# The journal's own commands


def test_the_journal_is_listed_for_people_and_for_programs(travel: Travel) -> None:
    said("contacts", "show", "twitter:7001", "--why", "asked")
    with travel.database.write() as connection:
        journal.forget(connection, [ADA], now=LATER)
    table = said("journal", "list")
    assert "text deleted" in table
    assert "journal.texts_deleted" in table
    assert "entries 1" in table
    assert "7001" not in table
    newest, *_, first = [json.loads(each) for each in said("journal", "list", "--json").splitlines()]
    assert (newest["entry"], newest["actor"], newest["act"], newest["details"]) == (
        4,
        ME,
        "journal.listed",
        {"count": 30},
    )
    assert first | {"at": ""} == {
        "entry": 1, "at": "", "actor": None, "act": None, "subject_key": None, "why": None, "details": None,
    }  # fmt: skip


@pytest.mark.usefixtures("travel")
def test_the_journal_is_listed_about_one_contact() -> None:
    for each in ("twitter:7001", "twitter:7002"):
        said("contacts", "show", each)
    listed = said("journal", "list", "--about", "-", "--json", given="twitter:7002\n")
    assert [json.loads(each)["subject_key"] for each in listed.splitlines()] == ["twitter:7002"]
    assert call("journal", "list", "--about", "twitter:404").stderr.startswith("There is no such entry.")


def test_a_journal_is_consistent_and_an_anchor_proves_it(travel: Travel, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    assert said("journal", "verify") == "0 entries: consistent, not proven.\n"
    said("contacts", "list")
    told = said("journal", "anchor", str(anchors))
    assert told == f"Entry 1, link {json.loads(anchors.read_text())['link']}\n"
    assert said("journal", "verify", "--anchor", str(anchors)) == "1 entries: proven up to entry 1.\n"
    said("contacts", "show", "twitter:7001")
    with travel.database.write() as connection:
        journal.forget(connection, [ADA], now=LATER)
    assert said("journal", "verify") == (
        "3 entries, 1 of them without their text: deleted on request or by age: consistent, not proven.\n"
    )
    said("journal", "anchor", str(anchors))
    said("contacts", "list")
    assert "proven up to entry 3; 1 after it, consistent, not proven." in said(
        "journal", "verify", "--anchor", str(anchors)
    )
    assert json.loads(said("journal", "verify", "--anchor", str(anchors), "--json")) == {
        "entries": 4, "texts_deleted": 1, "consistent": True, "proven_to": 3, "findings": [],
    }  # fmt: skip
    assert len(anchors.read_text().splitlines()) == 2


def test_a_journal_that_was_tampered_with_ends_with_one(travel: Travel, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    for _ in range(3):
        said("contacts", "list")
    said("journal", "anchor", str(anchors))
    with travel.database.write() as connection:
        connection.execute(text("DELETE FROM journal_texts WHERE seq = 2"))
    result = call("journal", "verify")
    assert result.stdout == (
        "Entry 2: its text was removed, and no deletion was entered.\n"
        "3 entries.\n"
    )  # fmt: skip
    assert isinstance(result.exception, JournalError)
    found = json.loads(call("journal", "verify", "--json").stdout)
    assert found["consistent"] is False
    assert found["findings"] == [{"first": 2, "last": 2, "fault": "text_removed"}]


def test_an_anchor_blesses_no_other_journal(travel: Travel, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    other = {"entry": 1, "link": "00" * 32, "at": "2026-11-01T12:00:00+00:00"}
    anchors.write_text(json.dumps(other) + "\n")
    said("contacts", "list")
    result = call("journal", "anchor", str(anchors))
    assert "another entry 1" in str(result.exception)
    assert anchors.read_text() == json.dumps(other) + "\n"
    assert (
        "Entry 1: another one than an anchor knows.\n"
        in call("journal", "verify", "--anchor", str(anchors)).stdout
    )
    with travel.database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM journal_chain")) == 1


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ("", "holds no anchor"),
        ("\n", "holds no anchor"),
        ("entry 1", "line 1 is no anchor"),
        ('{"entry": 1}', "line 1 is no anchor"),
        ('{"entry": 1, "link": "xy"}', "line 1 is no anchor"),
        ('{"entry": [], "link": ""}', "line 1 is no anchor"),
        ("[]", "line 1 is no anchor"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_file_that_holds_no_anchor_proves_nothing(tmp_path: Path, held: str, sentence: str) -> None:
    (tmp_path / "anchors").write_text(held)
    assert sentence in str(call("journal", "verify", "--anchor", str(tmp_path / "anchors")).exception)
    assert "cannot be read" in str(call("journal", "verify", "--anchor", str(tmp_path)).exception)


def test_many_faults_are_told_in_part(travel: Travel) -> None:
    for _ in range(25):
        with travel.database.write() as connection:
            journal.record(connection, journal.Entry("cli:ada", journal.Act.PURGED, LATER))
    with travel.database.write() as connection:
        connection.execute(text("DELETE FROM journal_texts"))
    lines = call("journal", "verify").stdout.splitlines()
    assert lines[20:] == ["And 5 more; --json lists them all.", "25 entries."]


def test_an_account_that_is_added_is_entered(installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Account("twitter", "5000", "our profile")
    monkeypatch.setattr("console.connecting.prove", lambda *_: ScriptedConnector().prove())
    said(
        "account",
        "add",
        ours.platform,
        ours.name,
        "--platform-id",
        "5000",
        "--token-file",
        "-",
        given="secret",
    )
    assert entries(installed) == [entry("account.added", account="twitter:5000", resumed=0)]
    assert "secret" not in str(rows(installed, "journal_texts"))


def test_settings_that_decide_about_people_are_entered_when_they_change(
    installed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[dict[str, Any]]:
        runtime()
        return [
            json.loads(each["details"]) for each in entries(installed) if each["act"] == "settings.changed"
        ]

    monkeypatch.setenv("REGULARS_LOG_LEVEL", "ERROR")
    assert told() == []
    monkeypatch.setenv("REGULARS_EXPORT_DIR", "/exports")
    monkeypatch.setenv("REGULARS_INBOX_DAYS", "7")
    assert told() == told() == [{"export_dir": "/exports", "inbox_days": "7"}]
    monkeypatch.delenv("REGULARS_EXPORT_DIR")
    monkeypatch.delenv("REGULARS_INBOX_DAYS")
    assert told() == [{"export_dir": "/exports", "inbox_days": "7"}, {}]
    assert entries(installed)[0]["actor"] == ME


def test_a_harvest_that_begins_is_entered(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_TWITTER_BASE_URL", "http://127.0.0.1:9")
    begun = re.findall(r"run (\d+)", said("harvest", "5000"))
    runs = as_ranges(map(int, begun))
    assert entries(travel.database)[1:] == [entry("harvest.begun", account="twitter:5000", runs=runs)]


def test_another_pack_is_entered_once(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its job is carried out elsewhere, and goes on when the command is called again."""
    done = {"state": "done", "reached": {}}
    monkeypatch.setattr("console.cli.reclassify.road_for", lambda *_: nullcontext())
    monkeypatch.setattr("console.cli.reclassify._ended", lambda *_: done)
    for _ in range(2):
        said("reclassify", "--policy", "eu-2026", "--yes", "--why", "decided")
    assert entries(travel.database) == [
        entry("policy.changed", why="decided", policy="eu-2026", before="cnil-2016", job=1)
    ]


def test_stored_texts_that_are_looked_into_are_entered(travel: Travel) -> None:
    with pytest.raises(RegularsError, match="There is no text"):
        texts_of(None)
    assert entries(travel.database) == [entry("texts.read")]


def test_where_nothing_was_done_there_is_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "nothing"))
    with pytest.raises(RegularsError, match="There is no journal here yet"):
        CliRunner().invoke(command_line("journal"), ["journal", "verify"], catch_exceptions=False)
    assert not (tmp_path / "nothing").exists()
