"""Own files: whoever leaves goes from the files that we wrote, too, as far as this machine reaches them."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.sign_up import LASTS
from store import erasures, exports, suppressions, written_files
from store.written_files import ACCESS, ENDING, EXPORT, Written


class Places(NamedTuple):
    """Folders of ours, if any: where workers keep an export up to date, and where mails wait as files."""

    exports: Path | None = None
    mails: Path | None = None


NOWHERE = Places()
#: How long an export whose files are no more stays on record.
RECORDED = timedelta(days=365)


class Cleared(NamedTuple):
    """How many files were deleted, and which still hold people who have left, for somebody to delete."""

    deleted: int
    left: list[Written]


def clear(
    connection: Connection, places: Places, suppressor: Suppressor, *, tombstone_days: int, now: datetime
) -> Cleared:
    """Delete the files of ours that hold people who have left, and forget those that are gone.

    Exports go where they lie in our own folder, for workers write them anew; answers to people who asked for
    access go wherever they lie, once these people objected; mails go with their receiver, or when their link
    has ended. Everything else is somebody else's by now and is told.
    """
    known = written_files.every(connection)
    files = [each for each in known if not _is_gone(each)]
    whose = _answers(files, suppressor)
    mails = _mails(places.mails, suppressor)
    known_no_more = [
        each for each in known if each not in files or _is_out_of_sight(each, tombstone_days, now)
    ]
    since = suppressions.since(connection, {*whose.values(), *mails.values()})
    ended = {each for each, value in whose.items() if value in since and each.at <= since[value]}
    ended |= {each for each in files if _holds_leavers(each, tombstone_days, now) and _is_ours(each, places)}
    unlinked = [each for each in ended if _unlink(each.path)]
    old = [path for path, value in mails.items() if _is_over(path, since.get(value), now)]
    deleted = len(unlinked) + sum(_unlink(each) for each in old)
    written_files.drop(connection, [*known_no_more, *unlinked])
    exports.end_without_files(connection, now=now)
    exports.forget(connection, now - RECORDED)
    still = [each for each in files if each not in unlinked]
    return Cleared(deleted, [each for each in still if _must_go(each, ended, tombstone_days, now)])


def remaining(
    connection: Connection, suppressor: Suppressor, *, tombstone_days: int, now: datetime
) -> list[Written]:
    """Return what `clear` leaves for somebody to delete, and delete nothing: as `overdue`, with answers."""
    files = [each for each in written_files.every(connection) if not _is_gone(each)]
    whose = _answers(files, suppressor)
    since = suppressions.since(connection, set(whose.values()))
    ended = {each for each, value in whose.items() if value in since and each.at <= since[value]}
    return [each for each in files if _must_go(each, ended, tombstone_days, now)]


def overdue(connection: Connection, *, tombstone_days: int, now: datetime) -> list[Written]:
    """Return the files that hold people who have left, and the backups and rejects whose date is over."""
    files = [each for each in written_files.every(connection) if not _is_gone(each)]
    return [each for each in files if _must_go(each, (), tombstone_days, now)]


def _must_go(each: Written, ended: Iterable[Written], tombstone_days: int, now: datetime) -> bool:
    if each.kind in ENDING:
        return each.expires_at is not None and each.expires_at <= now
    return each in ended or _holds_leavers(each, tombstone_days, now)


def _holds_leavers(each: Written, tombstone_days: int, now: datetime) -> bool:
    # Once the tombstones are over nobody can tell any more who has left since.
    return each.kind == EXPORT and (each.left > 0 or (now - each.at).days >= tombstone_days)


def _is_ours(each: Written, places: Places) -> bool:
    return places.exports is not None and each.path.parent == places.exports.absolute()


def _is_gone(each: Written) -> bool:
    """Tell whether a file is no more: of another machine's only where we see its folder."""
    return not each.path.exists() and (each.here or each.path.parent.exists())


def _is_out_of_sight(each: Written, tombstone_days: int, now: datetime) -> bool:
    """Tell whether a file of another machine, which we never saw, was told of for long enough."""
    if each.here or each.path.exists():
        return False
    return now > (each.expires_at or each.at + timedelta(days=tombstone_days)) + erasures.LISTED


def _answers(files: Iterable[Written], suppressor: Suppressor) -> dict[Written, str]:
    """Return whose the answers to requests for access are, page and data alike."""
    found = {}
    for each in files:
        if each.kind == ACCESS:
            try:
                key = json.loads(each.path.with_suffix(".json").read_bytes())["key"]
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not here, or not ours any more
            platform, _, platform_id = str(key).partition(":")
            found[each] = suppressor.value(platform, platform_id)
    return found


def _mails(folder: Path | None, suppressor: Suppressor) -> Mapping[Path, str]:
    found = {}
    for each in folder.glob("*.eml") if folder else ():
        try:
            receiver = parseaddr(message_from_bytes(each.read_bytes()).get("To", ""))[1]
        except OSError:  # sent and deleted at this moment
            continue
        found[each] = suppressor.value("email", receiver)
    return found


def _is_over(mail: Path, suppressed_at: datetime | None, now: datetime) -> bool:
    """Tell whether a mail's link has ended, or its receiver objected after it was written."""
    try:
        written_at = datetime.fromtimestamp(mail.stat().st_mtime, UTC)
    except OSError:
        return False
    return now - written_at > LASTS or (suppressed_at is not None and written_at <= suppressed_at)


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
