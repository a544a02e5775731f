"""`regulars notices`: who must be told, who was, the text, and the public notice."""

import getpass
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.notice import NoticeError
from console.cli.main import command_line
from console.cli.start import runtime
from domain.errors import RegularsError
from pipeline.page import write_page
from store import journal, messaging, notices
from store.database import Database, sqlite_url
from tests.cast import ADA, BO, CNIL, DI, added, follows, likes
from tests.contents import rows
from tests.controller import environment
from workers.runtime import utc_now

Run = Callable[..., str]


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Database:
    """Let Ada be overdue, Di follow since today, Bo have liked something."""
    shutil.copyfile(sqlite_template, tmp_path / "regulars.db")
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path))
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REGULARS_CONTROLLER", "association")
    with runtime().database.write() as connection:
        account = added(connection)
        long_ago = utc_now() - timedelta(days=31)
        for acts, now in (([follows(ADA)], long_ago), ([follows(DI), likes(BO)], utc_now())):
            written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=now)
            messaging.publish(connection, written.steps, now=now)
    return Database(sqlite_url(tmp_path / "regulars.db"))


def said(*words: str, stdin: str | None = None) -> str:
    result = CliRunner().invoke(
        command_line("notices"), ["notices", *words], input=stdin, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def output(*words: str) -> str:
    return CliRunner().invoke(command_line("notices"), ["notices", *words], catch_exceptions=False).output


def recorded(database: Database) -> dict[str, dict[str, Any]]:
    with database.read() as connection:
        ids = {found: who for who, found in notices.ids_of(connection, (ADA, BO, DI)).items()}
    return {str(ids[each["contact_id"]]): each for each in rows(database, "notices")}


def test_a_first_message_or_disclosure_brings_the_date_forward(database: Database) -> None:
    told = json.loads(said("messaged", "-", "--json", stdin=f"{DI}\n{ADA}\n"))
    assert (told["brought_forward"], told["not_ours"]) == (1, 0)  # Ada's date is over
    assert recorded(database)[str(DI)]["due_at"].isoformat().startswith(told["due_at"][:19])
    assert f"{DI}" in said("list", "--overdue")
    assert said("disclosed", str(BO), "--on", f"{utc_now() + timedelta(days=3):%Y-%m-%d}") == ""
    assert recorded(database)[str(BO)]["due_at"] - utc_now() < timedelta(days=3)
    assert str(BO) not in said("list", "--overdue")
    with pytest.raises(RegularsError, match="That day has begun"):
        said("disclosed", str(BO), "--on", "2026-01-01")
    with pytest.raises(RegularsError, match="2 lines 1 are no key"):
        said("messaged", "-", stdin=f"{BO}\nwho\n")
    with database.read() as connection:
        newest = journal.listed(connection, count=1)[0]
    assert (newest["act"], json.loads(newest["details"])) == (
        "notice.due",
        {"before": "message", "moved": 1},
    )


def test_an_empty_queue_says_so() -> None:
    said("give", "-", stdin=f"{ADA}\n{BO}\n{DI}\n")
    assert "Nobody waits to be told." in output("list")
    assert "Nobody's notice is overdue." in output("list", "--overdue")


def test_the_queue_is_listed_with_the_most_urgent_first() -> None:
    listed = [json.loads(line) for line in said("list", "--json").splitlines()]
    assert [each["contact_key"] for each in listed] == [str(ADA), str(BO), str(DI)]
    assert [each["status"] for each in listed] == ["overdue", "due", "due"]
    assert set(listed[0]) == {"contact_key", "label", "due_at", "status"}
    overdue = said("list", "--overdue")
    assert str(ADA) in overdue
    assert str(DI) not in overdue


def test_the_text_is_printed_and_kept_under_its_hash(database: Database) -> None:
    made = json.loads(said("text", "--language", "en", "--json"))
    assert made["text"].startswith("# Your personal data")
    assert "@exemples" not in made["text"]
    assert "our account our profile:" in made["text"]
    assert said("text", "--language", "en") == made["text"]
    kept = rows(database, "notice_versions")
    assert [(each["version"], each["text"]) for each in kept] == [(made["version"], made["text"])]


def test_the_handle_of_an_account_stands_for_its_name(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE accounts SET handle = 'exemples'")
    assert "our account @exemples:" in said("text", "--language", "en")


def test_who_was_told_is_recorded_with_who_says_so_and_by_which_text(database: Database) -> None:
    made = json.loads(said("text", "--json"))
    done = json.loads(said("give", str(DI), "--json"))
    assert done == {"told": 1, "told_before": 0, "not_ours": 0, "version": made["version"]}
    di = recorded(database)[str(DI)]
    assert (di["how"], di["given_by"], di["version"]) == (
        "given_individually",
        getpass.getuser(),
        made["version"],
    )
    assert json.loads(said("give", str(DI), "--json"))["told_before"] == 1
    assert recorded(database)[str(DI)] == di


def test_an_earlier_version_may_be_named_by_its_beginning(database: Database) -> None:
    english = json.loads(said("text", "--language", "en", "--json"))["version"]
    said("text", "--language", "fr")
    said("give", str(DI), "--version", english[:10])
    assert recorded(database)[str(DI)]["version"] == english
    with pytest.raises(RegularsError, match="regulars notices text"):
        said("give", str(BO), "--version", "nothing")
    assert recorded(database)[str(BO)]["how"] is None


def test_keys_come_from_standard_input_and_wrong_lines_lose_nothing_else(database: Database) -> None:
    with pytest.raises(RegularsError, match=r"Of 5 lines 2 are no key .*\(line 2, 5\)") as refused:
        said("give", "-", stdin=f"{DI}\nnonsense\n\n{BO}\ntwitter:424242\n")
    assert "424242" not in str(refused.value)
    assert "nonsense" not in str(refused.value)
    told = {key for key, each in recorded(database).items() if each["how"]}
    assert told == {str(DI), str(BO)}


@pytest.mark.parametrize("key", ["nonsense", "twitter:424242"])
def test_a_key_that_is_none_of_ours_is_refused_without_repeating_it(key: str, database: Database) -> None:
    with pytest.raises(RegularsError, match=r"\.$") as refused:
        said("give", key)
    assert key not in str(refused.value)
    assert not [each for each in recorded(database).values() if each["how"]]


def test_the_public_notice_covers_those_due_with_its_assessment(database: Database) -> None:
    assert json.loads(said("public", "--assessment", " A-12 ", "--json")) == {"covered": 2, "overdue": 1}
    found = recorded(database)
    assert found[str(ADA)]["how"] is None
    assert {found[str(each)]["assessment"] for each in (BO, DI)} == {"A-12"}
    assert {each["language"] for each in rows(database, "notice_versions")} == {"fr", "en"}
    assert json.loads(said("public", "--assessment", "A-13", "--json"))["covered"] == 0


def test_many_are_covered_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.inform.SLICE", 1)
    assert json.loads(said("public", "--assessment", "A-12", "--json"))["covered"] == 2


@pytest.mark.parametrize("words", [("text",), ("give", str(DI)), ("public", "--assessment", "A-12")])
def test_without_a_whole_text_nobody_counts_as_told(
    words: tuple[str, ...], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGULARS_DPO")
    with pytest.raises(NoticeError, match="REGULARS_DPO"):
        said(*words)
    assert not rows(database, "notice_versions")
    assert not [each for each in recorded(database).values() if each["how"]]


def test_a_public_notice_without_an_assessment_is_refused(database: Database) -> None:
    with pytest.raises(RegularsError, match="written assessment"):
        said("public", "--assessment", " ")
    assert not [each for each in recorded(database).values() if each["how"]]


def test_each_act_is_in_the_journal_without_anybodys_key(database: Database) -> None:
    said("text")
    said("give", str(DI))
    said("public", "--assessment", "A-12")
    entered = [each for each in rows(database, "journal_texts") if each["act"].startswith("notice.")]
    assert [each["act"] for each in entered] == ["notice.written", "notice.given", "notice.published"]
    assert entered[2]["why"] == "A-12"
    assert not [each for each in entered if DI.platform_id in repr(each)]
