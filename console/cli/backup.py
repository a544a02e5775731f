"""`regulars backup` and `regulars restore`: the database in one encrypted file, and back."""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config import keys
from config.backup_file import Header, KeyOf, header_of, passphrase_key
from config.keys import Sealer
from config.ledger import Ledger
from config.settings import Settings
from console.cli.start import runtime, settings
from console.cli.words import local, note, out, print_json
from domain.errors import RegularsError
from pipeline.backup import Backup, back_up, key_of, prune, require_restorable, restore
from pipeline.replay import Replayed, begin_anew, replay
from store import schema
from store.database import Database
from store.schema import SchemaError
from workers.life import at_work
from workers.runtime import Runtime, utc_now

app = typer.Typer(
    help="Backups: the database in one encrypted file, with the date on which it must go.",
    no_args_is_help=True,
)

Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="File with the passphrase that opens it; unset: the installation's key does.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One object.")]


def register(root: typer.Typer) -> None:
    """Add the commands to the command line."""
    root.add_typer(app, name="backup")
    root.command("restore")(restored)


@app.command("make")
def make(
    file: Annotated[Path, typer.Argument(help="The file to write; one that is there is not replaced.")],
    passphrase_file: Passphrase = None,
    keep_days: Annotated[
        int | None,
        typer.Option(
            "--keep-days",
            min=1,
            max=366,
            help="Days after which `prune` deletes it; unset: REGULARS_BACKUP_DAYS.",
        ),
    ] = None,
) -> None:
    """Write the database into FILE, encrypted, mode 0600, with the date on which it must go.

    Workers may go on meanwhile. The installation's key, which opens it, and the ledger of objections are not
    in it: keep copies of them elsewhere, the ledger's as fresh as can be.
    """
    open_runtime = runtime()
    phrase = passphrase_key(passphrase_file) if passphrase_file else None
    days = keep_days or open_runtime.settings.backup_days
    header = back_up(open_runtime.database, file, open_runtime.sealer, phrase, keep_days=days, now=utc_now())
    out.print(f"{file} holds the database; to be deleted on {header.expires_at:%Y-%m-%d}.", soft_wrap=True)


@app.command("prune")
def pruned(
    folder: Annotated[
        Path, typer.Argument(help="The folder where backups lie.", file_okay=False, exists=True)
    ],
    json: Json = False,
) -> None:
    """Delete the backups in FOLDER whose date is over; every other file is left alone."""
    gone, stay = prune(folder, now=utc_now())
    if json:
        print_json({"deleted": [str(each) for each in gone], "kept": [str(each) for each in stay]})
        return
    out.print(f"Deleted: {len(gone)}. Kept: {len(stay)}.")


def restored(
    file: Annotated[
        Path | None, typer.Argument(help="The backup; none with --replay or --new-ledger.")
    ] = None,
    replay_only: Annotated[
        bool, typer.Option("--replay", help="Apply the ledger of objections to the database as it is.")
    ] = False,
    new_ledger: Annotated[
        bool, typer.Option("--new-ledger", help="Write a lost ledger anew from the database.")
    ] = False,
    passphrase_file: Passphrase = None,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="File with the key of that time, where the key was rotated since."),
    ] = None,
    ledger_lost: Annotated[
        bool,
        typer.Option(
            "--ledger-lost", help="Restore though the ledger is lost: whoever objected since comes back."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of the database; whoever objected or was erased since goes again.

    Stop all workers first. Afterwards the schema is brought up to date, the ledger of objections is applied,
    what is past its date goes, and the feed begins a new epoch, so that every CRM reads it anew.
    """
    if sum((file is not None, replay_only, new_ledger)) != 1:
        raise RegularsError("Name a backup, or one of --replay and --new-ledger.")
    read = settings()
    if new_ledger:
        opened = _standing(read)
        count = begin_anew(opened.database, opened.ledger)
        out.print(f"{opened.ledger.path} is written with {count} suppressions.", soft_wrap=True)
    elif replay_only:
        opened = _standing(read)
        _tell(replay(opened.database, opened.ledger, opened.sealer, now=utc_now()), {}, json=json)
    elif file is not None:
        _restore(read, file, passphrase_file, key_file, ledger_lost=ledger_lost, yes=yes, json=json)


def _standing(read: Settings) -> Runtime:
    opened = Runtime(read, upgrade=read.database_url is None, behind=True)
    _require_stopped(opened.database)
    return opened


def _restore(
    read: Settings,
    file: Path,
    passphrase_file: Path | None,
    key_file: Path | None,
    *,
    ledger_lost: bool,
    yes: bool,
    json: bool,
) -> None:
    header = header_of(file)
    old, new = _sealers(read, header, key_file)
    if read.database_url is None:
        read.data_dir.mkdir(parents=True, exist_ok=True)
    database, ledger = Database(read.database), Ledger(read.ledger_path)
    require_restorable(header, database, None if ledger_lost else ledger, now=utc_now())
    _require_stopped(database)
    if not yes:
        _ask(header.made_at)
    done = restore(
        database,
        Backup(file, _opener(header, old, passphrase_file), old),
        ledger,
        new,
        ledger_lost=ledger_lost,
        now=utc_now(),
    )
    if not json:
        out.print(f"Restored as of {local(header.made_at)}; schema {done.schema_before} → {done.schema}.")
    _tell(done.replayed, done.expired, json=json)
    if ledger_lost:
        note(
            "The ledger was lost: ask whoever keeps your letters for objections since, and enter them again."
        )


def _opener(header: Header, old: Sealer, passphrase_file: Path | None) -> KeyOf:
    if header.passphrase and passphrase_file is None:
        raise RegularsError("A passphrase opens this backup; name its file with --passphrase-file.")
    return passphrase_key(passphrase_file) if header.passphrase and passphrase_file else key_of(old)


def _sealers(read: Settings, header: Header, key_file: Path | None) -> tuple[Sealer, Sealer]:
    """Return the key of that time and the one in force; raises KeyMissingError where either is not there."""
    if key_file is None:
        sealer = keys.find_key(read, header.fingerprint)
        return sealer, sealer
    old = Sealer(keys.read_key(key_file))
    if old.fingerprint != header.fingerprint:
        raise RegularsError(f"{key_file} is not the key that was in force when the backup was made.")
    if read.secret_key is None and not keys.key_path(read).exists():
        raise RegularsError(f"Put the key in force at {keys.key_path(read)} first, or the old one as that.")
    return old, keys.find_key(read, None)


def _require_stopped(database: Database) -> None:
    try:
        schema.require_current(database)
    except SchemaError:
        return  # an empty or an older database, with which nobody of this version works
    if at_work(database, now=utc_now()):
        raise RegularsError("Workers or a dispatcher are at work; stop them all, then restore.")


def _ask(made_at: datetime) -> None:
    question = f"Replace the database by its state of {local(made_at)}?"
    if not sys.stdin.isatty() or not typer.confirm(question, err=True):
        raise RegularsError("Nothing was restored; --yes restores without asking.")


def _tell(done: Replayed, expired: Mapping[str, int], *, json: bool) -> None:
    if json:
        print_json({**done._asdict(), "expired": dict(expired)})
        return
    out.print(
        f"Ledger: {done.entries} entries applied, {done.suppressed} suppressions in force, "
        f"{done.erased} contacts erased again. The feed has begun a new epoch.",
        soft_wrap=True,
    )
    if done.unreadable:
        note(f"{done.unreadable} lines of the ledger could not be read and were passed over.")
    if any(expired.values()):
        out.print(f"Past their date and gone: {sum(expired.values())} rows.")
