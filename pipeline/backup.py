"""Backup and restore: a database into one encrypted file, and back without those who were forgotten since."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from config.backup_file import BackupError, Header, KeyOf, header_of, new_salt, read, write
from config.keys import Sealer
from config.ledger import Ledger
from config.packs import load_pack
from pipeline.expire import expire
from pipeline.replay import Replayed, begin_anew, replay
from pipeline.rotate import seal_anew
from store import dumps, installation, objections, outbox, schema, written_files
from store.database import Database
from store.written_files import BACKUP

_PURPOSE = b"regulars backup"


class Backup(NamedTuple):
    """A backup to be restored, what opens it, and the installation's key when it was made."""

    path: Path
    opens: KeyOf
    sealer: Sealer


class Restored(NamedTuple):
    """What a restore did: the schema before and after, what the ledger brought, what was past its date."""

    schema_before: str | None
    schema: str
    replayed: Replayed
    expired: Mapping[str, int]


def key_of(sealer: Sealer) -> KeyOf:
    """Return what makes a backup's key of the installation's key."""
    return lambda salt: sealer.derived(_PURPOSE, salt)


def back_up(
    database: Database, path: Path, sealer: Sealer, phrase: KeyOf | None, *, keep_days: int, now: datetime
) -> Header:
    """Write a database into a new file, sealed with the installation's key or with `phrase`.

    Raises BackupError or DatabaseError where that cannot be; then there is no file.
    """
    with database.read() as connection:
        applied = objections.applied(connection)
    header = Header(
        dumps.kind_of(database),
        now,
        now + timedelta(days=keep_days),
        sealer.fingerprint,
        applied,
        phrase is not None,
        new_salt(),
    )
    write(path, header, phrase or key_of(sealer), dumps.dump(database))
    with database.write() as connection:  # whoever is erased from now on is in it until then
        written_files.note(connection, BACKUP, [path], now=now, expires_at=header.expires_at)
    return header


def require_restorable(header: Header, database: Database, ledger: Ledger | None, *, now: datetime) -> None:
    """Raise BackupError where a backup must not be restored, before anything is touched.

    `ledger` is None where it is lost and the operator has said so.
    """
    if header.kind != dumps.kind_of(database):
        raise BackupError(
            f"The backup is of a {header.kind} database; set REGULARS_DATABASE_URL to one of that kind."
        )
    if header.expires_at <= now:
        raise BackupError(
            f"The backup's time was over on {header.expires_at:%Y-%m-%d}: it holds people who should be "
            "gone. Take a newer one, and delete this one (`regulars backup prune`)."
        )
    if ledger is not None and ledger.size() < header.ledger_bytes:
        raise BackupError(
            f"The ledger of objections {ledger.path} is missing or shorter than when the backup was made. "
            "Bring it back (REGULARS_LEDGER_FILE): without it those who objected since would come back. "
            "Where it is lost for good, say so with --ledger-lost."
        )


def restore(
    database: Database,
    backup: Backup,
    ledger: Ledger,
    sealer: Sealer,
    *,
    ledger_lost: bool = False,
    now: datetime,
) -> Restored:
    """Put a backup in the place of a database, bring it up to date, and let the forgotten go again.

    `sealer` is the key in force now. Raises BackupError where `require_restorable` does, and where the file
    cannot be opened: then nothing happened.
    """
    path, opens, old = backup
    require_restorable(header_of(path), database, None if ledger_lost else ledger, now=now)
    if ledger_lost and ledger.size():
        raise BackupError(f"{ledger.path} is there; move it away, or restore without --ledger-lost.")
    for _ in read(path, opens):
        """Read it once to its end: what is damaged or not ours is found before anything is touched."""
    dumps.load(database, read(path, opens))
    before, after = schema.upgrade(database)
    with database.write() as connection:
        if old.fingerprint != sealer.fingerprint:
            seal_anew(connection, old, sealer)
        outbox.unsend_all(connection)
    if ledger_lost:
        begin_anew(database, ledger)
    replayed = replay(database, ledger, sealer, now=now)
    with database.read() as connection:
        pack = installation.policy(connection)
    return Restored(before, after, replayed, expire(database, load_pack(pack), now=now) if pack else {})


def prune(folder: Path, *, now: datetime) -> tuple[list[Path], list[Path]]:
    """Delete the backups in a folder whose time is over; returns them and those that stay.

    A file that is no backup is left alone.
    """
    gone: list[Path] = []
    stay: list[Path] = []
    for path in sorted(each for each in folder.iterdir() if each.is_file()):
        try:
            over = header_of(path).expires_at <= now
        except (BackupError, OSError):
            continue
        if over:
            path.unlink()
        (gone if over else stay).append(path)
    return gone, stay
