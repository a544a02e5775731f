"""Backups: encrypted, with a date; a restored one does not bring back whoever was forgotten since."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from config.backup_file import PART, BackupError, Header, KeyOf, header_of, passphrase_key, read, write
from config.keys import Sealer
from config.ledger import LedgerError
from pipeline.backup import Backup, Restored, back_up, key_of, prune, restore
from store import dumps, schema
from store.database import Database, DatabaseError
from store.tables import contacts as contacts_table
from tests.cast import ADA, BO, CY, LATER, NOW
from tests.conftest import NewDatabase
from tests.contents import contents, feed, inside, labels, rows
from tests.installations import Installation

NIGHT = NOW + timedelta(hours=12)


def backed_up(ours: Installation, path: Path, phrase: KeyOf | None = None) -> Path:
    back_up(ours.database, path, ours.sealer, phrase, keep_days=30, now=NIGHT)
    return path


def restored(ours: Installation, path: Path, old: Sealer | None = None, **options: bool) -> Restored:
    old = old or ours.sealer
    backup = Backup(path, key_of(old), old)
    return restore(ours.database, backup, ours.ledger, ours.sealer, now=LATER, **options)


def test_yesterdays_backup_does_not_bring_back_the_forgotten(ours: Installation, tmp_path: Path) -> None:
    path = backed_up(ours, tmp_path / "backup")
    ours.object(ADA)
    ours.object(BO)
    assert inside(ours.database) == {CY.platform_id}
    plain = b"".join(read(path, key_of(ours.sealer)))
    dumps.load(ours.database, [plain])
    assert inside(ours.database) == {ADA.platform_id, BO.platform_id, CY.platform_id}, "the backup holds her"
    with pytest.raises(LedgerError, match="restore --replay"):
        ours.catch_up()
    before = rows(ours.database, "feed_state")[0]["epoch"]
    done = restored(ours, path)
    assert (done.replayed.erased, done.schema) == (2, schema.HEAD)
    assert inside(ours.database) == {CY.platform_id}
    assert set(labels(ours.database)) == {CY.platform_id}
    everything = {name: found for name, found in contents(ours.database).items() if name != "changes"}
    assert ADA.platform_id not in repr(everything)
    assert "Ada Lévy" not in repr(contents(ours.database))
    assert [each[1:3] for each in feed(ours.database)][-2:] == [
        (ADA.platform_id, "remove"),
        (BO.platform_id, "remove"),
    ]
    assert rows(ours.database, "feed_state")[0]["epoch"] != before
    assert not ours.catch_up()
    assert (ours.knows(ADA), ours.knows(BO), ours.knows(CY)) == (True, True, False)


def test_what_outlived_its_date_in_a_backup_goes_when_it_is_restored(
    ours: Installation,
    tmp_path: Path,
) -> None:
    with ours.database.write() as connection:
        connection.execute(update(contacts_table).values(keep_until=NIGHT + timedelta(hours=1)))
    path = backed_up(ours, tmp_path / "backup")
    done = restored(ours, path)
    assert {rule: count for rule, count in done.expired.items() if count} == {"ended_contacts": 3}
    assert labels(ours.database) == {}


def test_a_backup_goes_into_an_empty_database(
    ours: Installation,
    empty_database: Database,
    tmp_path: Path,
) -> None:
    path = backed_up(ours, tmp_path / "backup")
    ours.object(ADA)
    backup = Backup(path, key_of(ours.sealer), ours.sealer)
    restore(empty_database, backup, ours.ledger, ours.sealer, now=LATER)
    schema.require_current(empty_database)
    assert inside(empty_database) == {BO.platform_id, CY.platform_id}


def test_a_backup_from_before_three_rotations_is_opened_with_its_key(
    ours: Installation,
    tmp_path: Path,
) -> None:
    old = ours.sealer
    path = backed_up(ours, tmp_path / "backup")
    for who in (ADA, BO):
        ours.object(who)
        ours.rotate()
    assert restored(ours, path, old).replayed.erased == 2
    assert rows(ours.database, "installation")[0]["key_fingerprint"] == ours.sealer.fingerprint
    assert ours.sealer.open(rows(ours.database, "accounts")[0]["token_sealed"]) == "token"
    assert (ours.knows(ADA), ours.knows(BO)) == (True, True)


def test_a_lost_ledger_is_said_before_anything_is_touched(ours: Installation, tmp_path: Path) -> None:
    ours.object(BO)
    path = backed_up(ours, tmp_path / "backup")
    ours.object(ADA)
    ours.ledger.path.rename(tmp_path / "lost")
    before = contents(ours.database)
    with pytest.raises(BackupError, match="--ledger-lost"):
        restored(ours, path)
    assert contents(ours.database) == before
    restored(ours, path, ledger_lost=True)
    assert inside(ours.database) == {ADA.platform_id, CY.platform_id}
    assert ours.knows(BO)
    assert not ours.catch_up()


def test_a_backup_whose_time_is_over_is_refused_and_pruned(ours: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    path = backed_up(ours, folder / "old")
    (folder / "letter").write_text("no backup")
    late = NIGHT + timedelta(days=30)
    with pytest.raises(BackupError, match="time was over"):
        restore(
            ours.database, Backup(path, key_of(ours.sealer), ours.sealer), ours.ledger, ours.sealer, now=late
        )
    assert prune(folder, now=late - timedelta(seconds=1)) == ([], [path])
    assert prune(folder, now=late) == ([path], [])
    assert [each.name for each in folder.iterdir()] == ["letter"]


def test_a_backup_holds_nothing_readable_and_is_for_its_owner_alone(
    ours: Installation,
    tmp_path: Path,
) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("four fictional words here")
    path = backed_up(ours, tmp_path / "backup", passphrase_key(phrase))
    assert path.stat().st_mode & 0o777 == 0o600
    for secret in ("Ada Lévy", "contacts", "CREATE"):  # long enough not to stand there by chance
        assert secret.encode() not in path.read_bytes(), secret
    assert header_of(path).passphrase
    with pytest.raises(BackupError, match="cannot be opened"):
        list(read(path, key_of(ours.sealer)))
    assert b"".join(read(path, passphrase_key(phrase)))
    with pytest.raises(BackupError, match="is there already"):
        backed_up(ours, path)
    left = [each.name for each in tmp_path.iterdir() if each.name.startswith(".backup-")]
    assert left == []


def test_a_backup_of_another_kind_of_database_is_refused(ours: Installation, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    kind = "postgresql" if ours.database.on_sqlite else "sqlite"
    header = Header(kind, NOW, LATER + timedelta(days=9), ours.sealer.fingerprint, 0, False, b"salt")
    write(path, header, key_of(ours.sealer), [b"content"])
    with pytest.raises(BackupError, match="of that kind"):
        restored(ours, path)


def test_a_backup_that_holds_rubbish_leaves_the_database_as_it_is(
    ours: Installation,
    tmp_path: Path,
) -> None:
    path = tmp_path / "backup"
    kind = dumps.kind_of(ours.database)
    header = Header(kind, NOW, LATER + timedelta(days=9), ours.sealer.fingerprint, 0, False, b"salt")
    write(path, header, key_of(ours.sealer), [b"rubbish" * 1000])
    before = contents(ours.database)
    with pytest.raises(DatabaseError, match="nothing was restored"):
        restored(ours, path)
    assert contents(ours.database) == before


def test_a_server_without_its_programs_is_said_in_a_sentence(
    new_database: NewDatabase, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        pytest.skip("SQLite needs no program")
    ours = Installation(new_database(), tmp_path / "ledger").begun()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatabaseError, match="pg_dump is not installed"):
        backed_up(ours, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


KEY = key_of(Sealer(Fernet.generate_key()))
SOME = Header("sqlite", NOW, LATER, "f", 0, False, b"0123456789abcdef")


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART])
def test_parts_come_back_as_they_were(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    write(tmp_path / "backup", SOME, KEY, [content[:10], content[10:]])
    assert b"".join(read(tmp_path / "backup", KEY)) == content
    assert header_of(tmp_path / "backup") == SOME


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda held: held[:-1], id="cut off by a byte"),
        pytest.param(lambda held: held[: -PART - 16], id="cut off by a part"),
        pytest.param(lambda held: held[:-1] + bytes([held[-1] ^ 1]), id="one bit"),
        pytest.param(lambda held: held.replace(b"2026-11-02", b"2027-11-02"), id="a later date"),
        pytest.param(lambda held: held[: -2 * PART - 32] + held[-PART - 16 :] * 2, id="a part twice"),
        pytest.param(lambda _: b"PK rubbish", id="another file"),
    ],
)
def test_a_backup_that_was_changed_is_not_opened(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "backup"
    write(path, SOME, KEY, [os.urandom(3 * PART)])
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]  # each is a function
    with pytest.raises(BackupError):
        list(read(path, KEY))


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    (tmp_path / "phrase").write_text("short")
    with pytest.raises(BackupError, match="at least 12"):
        passphrase_key(tmp_path / "phrase")
