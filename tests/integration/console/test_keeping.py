"""`regulars expire`, `campaign`, `backup` and `restore`, as an operator calls them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from config.ledger import LedgerError
from console.cli.main import command_line
from console.cli.start import runtime
from domain.errors import RegularsError
from pipeline.page import write_page
from store import accounts, dumps, messaging, suppressions
from store.accounts import Sealed
from store.tables import contacts
from tests.cast import ADA, BO, CNIL, OURS, follows, likes
from tests.contents import inside, labels

NOW = datetime.now(UTC)


def called(*words: str, expect: int = 0, typed: str | None = None) -> Result:
    result = CliRunner().invoke(command_line(words[0]), list(words), input=typed, catch_exceptions=False)
    assert result.exit_code == expect, result.output
    return result


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let Ada follow and Bo like, in an installation of its own."""
    monkeypatch.setenv("REGULARS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGULARS_LEDGER_FILE", str(tmp_path / "elsewhere" / "ledger"))
    opened = runtime()
    with opened.database.write() as connection:
        sealed = Sealed(opened.sealer.seal("token"), None, None)
        account_id = accounts.add(connection, OURS, sealed, now=NOW)
        acts = [follows(ADA), likes(BO)]
        written = write_page(connection, (account_id, OURS.platform), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    return tmp_path


def object_to(*who: str) -> None:
    for each in who:
        called("object", "-", typed=each)


def test_expiry_counts_by_rule_and_a_dry_run_says_so_before() -> None:
    with runtime().database.write() as connection:
        late = update(contacts).where(contacts.c.label == "occasional")
        connection.execute(late.values(keep_until=NOW - timedelta(days=1)))
    would = json.loads(called("expire", "--dry-run", "--json").stdout)
    assert (would["dry_run"], would["rows"]["occasional_contacts"]) == (True, 1)
    assert BO.platform_id in labels(runtime().database)
    assert "1 rows are gone" in called("expire").output
    assert set(labels(runtime().database)) == {ADA.platform_id}


def test_yesterdays_backup_does_not_bring_back_the_forgotten(folder: Path) -> None:
    backup = folder / "backup"
    called("backup", "make", str(backup))
    object_to(str(ADA))
    refused = pytest.raises(RegularsError, match="--yes restores without asking")
    with refused:
        called("restore", str(backup))
    told = json.loads(called("restore", str(backup), "--yes", "--json").stdout)
    assert (told["erased"], told["entries"]) == (1, 1)
    assert inside(runtime().database) == set()
    assert ADA.platform_id not in labels(runtime().database)


def test_a_copied_back_database_is_refused_until_the_ledger_is_replayed() -> None:
    database = runtime().database
    snapshot = list(dumps.dump(database))
    object_to(str(ADA), str(BO))
    dumps.load(database, snapshot)
    assert inside(database) == {ADA.platform_id}
    with pytest.raises(LedgerError, match=r"lacks 2 entries of the ledger .*restore --replay"):
        runtime()
    assert "2 contacts erased again" in called("restore", "--replay").output
    assert labels(runtime().database) == {}


def test_a_single_missing_line_is_applied_by_the_next_start() -> None:
    database = runtime().database
    object_to("twitter:1")
    snapshot = list(dumps.dump(database))
    object_to(str(ADA))
    dumps.load(database, snapshot)
    assert inside(database) == {ADA.platform_id}
    assert set(labels(runtime().database)) == {BO.platform_id}


def test_a_new_database_beside_a_ledger_is_refused(folder: Path) -> None:
    object_to(str(ADA))
    for each in (folder / "data").glob("regulars.db*"):
        each.unlink()
    with pytest.raises(LedgerError, match="The database is new"):
        runtime()
    called("restore", "--replay")
    object_to(str(BO))
    assert runtime()


def test_a_lost_ledger_is_written_anew(folder: Path) -> None:
    object_to(str(ADA))
    (folder / "elsewhere" / "ledger").unlink()
    with pytest.raises(LedgerError, match="restore --new-ledger"):
        runtime()
    assert "2 suppressions" in called("restore", "--new-ledger").output
    assert runtime()


def test_a_rotation_later_the_key_of_that_time_opens_the_backup(folder: Path) -> None:
    backup, old = folder / "backup", folder / "old.key"
    called("backup", "make", str(backup))
    old.write_bytes((folder / "data" / "secret.key").read_bytes())
    object_to(str(ADA))
    called("keys", "rotate")
    object_to(str(BO))
    with pytest.raises(RegularsError, match="key"):
        called("restore", str(backup), "--yes")
    called("restore", str(backup), "--yes", "--key-file", str(old))
    assert labels(runtime().database) == {}
    for _ in range(2):
        called("keys", "rotate")
    opened = runtime()
    with opened.database.read() as connection:
        suppressor = opened.suppressor_of(connection)
        assert suppressor.wraps == 4

        values = suppressor.values([ADA, BO])
        assert suppressions.among(connection, values) == set(values)


def test_backups_whose_date_is_over_are_pruned(folder: Path) -> None:
    backups = folder / "backups"
    backups.mkdir()
    called("backup", "make", str(backups / "one"), "--keep-days", "1")
    assert (backups / "one").stat().st_mode & 0o777 == 0o600
    assert json.loads(called("backup", "prune", str(backups), "--json").stdout)["kept"] == [
        str(backups / "one")
    ]


def test_a_campaign_ends_on_its_day_with_a_warning_before() -> None:
    day = f"{NOW + timedelta(days=3):%Y-%m-%d}"
    would = json.loads(called("campaign", "end", "--on", day, "--dry-run", "--json").stdout)
    assert (would["acts"], would["contacts"], would["messaging"], would["dry_run"]) == (2, 2, 1, True)
    assert "No end is set" in called("campaign", "show").output
    called("campaign", "end", "--on", day, "--account", OURS.name)
    assert f"On {day} everything that came through {OURS.name}" in called("runs", "list").stderr
    assert json.loads(called("campaign", "show", "--json").stdout)["ends"][0]["stopped"]
    called("campaign", "continue", "--account", OURS.name)
    assert json.loads(called("campaign", "show", "--json").stdout) == {"ends": []}
    called("campaign", "end", "--on", f"{datetime.now(UTC):%Y-%m-%d}")  # a run may last beyond midnight
    assert json.loads(called("expire", "--json").stdout)["rows"]["campaigns"] == 2
    assert labels(runtime().database) == {}
