"""`regulars object`, `forget`, `access`: keys from standard input, files for their reader alone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.main import command_line
from console.cli.start import runtime
from pipeline.page import write_page
from store import journal, messaging, suppressions
from tests.cast import ADA, BO, CNIL, NOW, added, follows
from tests.contents import inside, let_be_shown
from workers.runtime import utc_now


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    with runtime().database.write() as connection:
        account = added(connection)
        written = write_page(connection, (account.id, "twitter"), [follows(ADA), follows(BO)], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    return tmp_path


def said(command: str, *words: str, given: str = "") -> str:
    result = CliRunner().invoke(command_line(command), [command, *words], input=given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", ["object", "forget"])
def test_a_right_is_carried_out_and_works_twice(command: str) -> None:
    let_be_shown(runtime().database)
    first = said(command, "-", given=f"{ADA}\n")
    assert "told to delete it, too" in first
    assert ADA.platform_id not in first
    assert "No other system" in said(command, "-", given=f"{ADA}\n")
    open_runtime = runtime()
    assert inside(open_runtime.database) == {BO.platform_id}
    with open_runtime.database.write() as connection:
        value = open_runtime.suppressor_of(connection).value(*ADA)
        assert suppressions.among(connection, [value]) == {value}
        entries = journal.listed(connection, count=9)
        assert [each["act"] for each in entries if each["act"] and each["act"].startswith("right.")] == [
            f"right.{'objected' if command == 'object' else 'forgotten'}"
        ] * 2
        assert str(ADA) not in repr(entries)


def test_what_is_held_is_written_into_files_for_one_reader(folder: Path) -> None:
    told = said("access", str(ADA), "--out", str(folder), "--language", "en")
    (page,), (data,) = folder.glob("access-*.html"), folder.glob("access-*.json")
    assert str(page) in told
    assert {each.stat().st_mode & 0o777 for each in (page, data)} == {0o600}
    assert "Ada Lévy" in page.read_text("utf-8")
    held = json.loads(data.read_bytes())["held"]
    assert held["contacts"][0]["display_name"] == "Ada Lévy 🌻"
    assert BO.platform_id not in page.read_text("utf-8") + data.read_text("utf-8")


def test_of_a_stranger_nothing_is_held(folder: Path) -> None:
    assert "We hold nothing under this key." in said("access", "twitter:1", "--out", str(folder))


def test_an_erasure_says_by_when_copies_are_gone_and_which_files_stay(folder: Path) -> None:
    said("export", "--out", str(folder / "mine"))
    told = said("access", str(ADA), "--out", str(folder), "--language", "en")
    (page,), (data,) = folder.glob("access-*.html"), folder.glob("access-*.json")
    by = f"{utc_now() + timedelta(days=30):%Y-%m-%d}"
    assert by in page.read_text("utf-8")
    assert json.loads(data.read_bytes())["if_erased_now_gone_by"].startswith(by)
    told = said("forget", "-", given=f"{ADA}\n")
    assert f"are over by {by}" in told
    assert "db scrub" not in told, "the log of SQLite is emptied at once"
    assert f"2 files hold people who have left; delete them, or export anew: {folder}/mine/contacts" in told
    assert not page.exists()
    assert not data.exists()
    backup = said("backup", "make", str(folder / "backup"), "--keep-days", "90")
    assert f"{utc_now() + timedelta(days=90):%Y-%m-%d}" in backup
    assert f"are over by {utc_now() + timedelta(days=90):%Y-%m-%d}" in said("forget", "-", given=f"{BO}\n")


def test_the_life_of_backups_is_a_setting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_BACKUP_DAYS", "5")
    by = f"{utc_now() + timedelta(days=5):%Y-%m-%d}"
    assert by in said("backup", "make", str(folder / "backup"))
    assert by in said("object", "-", given=f"{ADA}\n")
