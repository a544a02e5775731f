"""`regulars doctor`: each thing that is missing is said with what to do, and nothing hides another."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from console.cli.doctor import NotHealthyError
from console.cli.main import command_line
from console.cli.start import runtime
from store import erasures, profile_looks, written_files
from store.profile_looks import ProfileLook
from store.tables import changes
from store.written_files import BACKUP, EXPORT, REJECTS
from tests.cast import added
from workers.runtime import utc_now

NOTICE = "https://team.example/notice"
CHOSEN = {
    "REGULARS_CONTROLLER": "party",
    "REGULARS_POLICY": "cnil-2016",
    "REGULARS_NOTICE_URL": NOTICE,
    "REGULARS_IMPACT_ASSESSMENT": "DPIA 3 of 2026-10-01",
}


@pytest.fixture(autouse=True)
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let everything be chosen, and one account be connected whose profile shows the notice."""
    papers = tmp_path / "processors.txt"
    papers.write_text("A host in the EU\n", encoding="utf-8")
    for name, value in (CHOSEN | {"REGULARS_PROCESSORS_FILE": str(papers)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    with runtime().database.write() as connection:
        look(connection, added(connection).id)
    return tmp_path / "data"


def look(
    connection: Any, account_id: int = 1, *, hours: int = 1, found: bool = True, of: str = NOTICE
) -> None:
    at = utc_now() - timedelta(hours=hours)
    profile_looks.put(connection, account_id, ProfileLook(at, of, found))


def examined() -> tuple[dict[str, dict[str, Any]], bool]:
    """Return what was found, and whether the doctor was content."""
    result = CliRunner().invoke(command_line("doctor"), ["doctor", "--json"])
    assert result.exception is None or isinstance(result.exception, NotHealthyError), result.exception
    found = [json.loads(each) for each in result.stdout.splitlines()]
    return {each["what"]: each for each in found}, result.exit_code == 0


def test_where_all_is_there_the_doctor_is_content() -> None:
    found, content = examined()
    assert content
    assert {each["state"] for each in found.values()} == {"fine"}
    assert {"controller", "notice address", "retention", "queue server", "key", "schema"} <= set(found)
    assert found["profile of our profile"]["found"].startswith("shows the notice")


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("REGULARS_CONTROLLER", "controller"),
        ("REGULARS_POLICY", "chosen pack"),
        ("REGULARS_NOTICE_URL", "notice address"),
        ("REGULARS_IMPACT_ASSESSMENT", "impact assessment"),
        ("REGULARS_PROCESSORS_FILE", "processor list"),
    ],
)
def test_what_is_not_chosen_is_missing_for_a_real_platform_and_advised_on_this_machine(
    setting: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(setting)
    found, content = examined()
    assert not content
    assert found[what]["state"] == "missing"
    assert "REGULARS_" in found[what]["advice"]
    monkeypatch.setenv("REGULARS_TWITTER_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("REGULARS_FACEBOOK_BASE_URL", "http://localhost:1")
    found, content = examined()
    assert content
    assert found[what]["state"] == "advised"


@pytest.mark.parametrize(
    "changes", [{"found": False}, {"hours": 25}, {"of": "https://team.example/former"}], ids=str
)
def test_a_profile_that_does_not_show_the_notice_today_is_told(changes: dict[str, Any]) -> None:
    with runtime().database.write() as connection:
        look(connection, **changes)
    found, content = examined()
    assert not content
    assert found["profile of our profile"]["state"] == "missing"


def test_a_key_that_others_can_read_is_told_and_hides_nothing(chosen: Path) -> None:
    (chosen / "secret.key").chmod(0o640)
    found, content = examined()
    assert not content
    assert found["key file's rights"]["found"] == "0640"
    assert found["schema"]["state"] == "fine"


def test_a_key_that_is_gone_or_another_is_told(chosen: Path) -> None:
    kept = (chosen / "secret.key").read_bytes()
    (chosen / "secret.key").unlink()
    found, content = examined()
    assert (content, found["key"]["found"]) == (False, "cannot be used")
    (chosen / "secret.key").write_bytes(b"A" * 43 + b"=")
    (chosen / "secret.key").chmod(0o600)
    found, content = examined()
    assert (content, found["key"]["found"]) == (False, "another key's database")
    (chosen / "secret.key").write_bytes(kept)
    assert examined()[1]


def test_a_queue_server_that_is_away_or_forgets_is_told(
    monkeypatch: pytest.MonkeyPatch, valkey_server: str
) -> None:
    monkeypatch.setenv("REGULARS_REDIS_URL", "redis://127.0.0.1:1/0")
    found, content = examined()
    assert (content, found["queue server"]["state"]) == (False, "missing")
    monkeypatch.setenv("REGULARS_REDIS_URL", valkey_server)
    monkeypatch.setenv("REGULARS_ALLOW_VOLATILE_QUEUE", "true")
    found, content = examined()
    assert content
    assert "may forget" in found["queue server"]["found"]


def test_before_the_first_start_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "new"))
    found, content = examined()
    assert content
    assert found["key"]["found"] == found["schema"]["found"] == "made at the first start"
    assert not (tmp_path / "new").exists()


def test_people_read_a_table() -> None:
    told = CliRunner().invoke(command_line("doctor"), ["doctor"])
    assert told.exit_code == 0
    assert "Nothing that is required is missing." in told.output


def test_copies_that_outlive_their_date_are_told(tmp_path: Path) -> None:
    backup, exported, rejects = (tmp_path / each for each in ("backup", "contacts.ndjson", "a.rejects.csv"))
    long_ago = utc_now() - timedelta(days=40)
    for each in (backup, exported, rejects):
        each.write_bytes(b"people")
    with runtime().database.write() as connection:
        erasures.note(connection, now=long_ago)
        written_files.note(connection, EXPORT, [exported], now=utc_now(), seq=0)
        written_files.note(connection, BACKUP, [backup], now=long_ago, expires_at=long_ago)
        written_files.note(connection, REJECTS, [rejects], now=long_ago, expires_at=long_ago)
    found, content = examined()
    assert not content
    assert (found["erased people"]["state"], found["backups"]["state"]) == ("missing", "missing")
    assert "db scrub" in found["erased people"]["advice"]
    assert str(backup) in found["backups"]["advice"]
    assert found["exported files"]["state"] == "fine", "nobody has left since"
    assert str(rejects) in found["rejected rows"]["advice"]
    backup.unlink()
    told = CliRunner().invoke(command_line("expire"), ["expire"], catch_exceptions=False)
    assert "are rows that were rejected, and their date is over" in " ".join(told.output.split())
    CliRunner().invoke(command_line("db"), ["db", "scrub"], catch_exceptions=False)
    rejects.unlink()
    with runtime().database.write() as connection:
        step = {"seq": 7, "platform": "twitter", "platform_id": "7", "op": "remove", "reason": "x"}
        connection.execute(insert(changes).values(**step, at=utc_now()))
    found, content = examined()
    assert content, "an export that somebody took is theirs to delete"
    assert found["erased people"]["found"].startswith("the last copy is over by")
    assert (found["exported files"]["state"], found["backups"]["state"]) == ("advised", "fine")
    assert found["rejected rows"]["state"] == "fine"
    assert str(exported) in found["exported files"]["advice"]
