"""Standing orders: what begins by itself when its time has come."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from store import consumers, halts, jobs, messaging, reading, view_readers
from store.database import Database

#: How long a harvest, or an export that failed, may hold back the next export.
EXPORT_EVERY = timedelta(minutes=10)
#: How old an export may grow while nothing moves: proofs age and windows close all the same.
REVIEW_EVERY = timedelta(hours=1)


def begin_export_if_moved(
    database: Database,
    folder: Path,
    form: str,
    *,
    now: datetime,
    controller: str | None = None,
    to_others: bool = False,
) -> int | None:
    """Begin an export to `folder` where the feed has moved since the last one, or that one is an hour old.

    Returns the job.
    """
    with database.read() as connection:
        wanted: dict[str, Any] = {"folder": str(folder.absolute()), "form": form}
        if controller:
            wanted["controller"] = controller
        if halts.every(connection):  # an export that was begun now holds removals alone
            wanted["removals_only"] = True
        if to_others:
            wanted["to_others"] = True
        harvesting = reading.active_runs(connection) > 0
        last = jobs.newest(connection, jobs.EXPORT)
        moved = _has_moved(connection, last, halted="removals_only" in wanted)
        if not _is_due(last, wanted, moved=moved, harvesting=harvesting, now=now):
            return None
    with database.write() as connection:
        return jobs.begin(connection, jobs.EXPORT, wanted, now=now)


def begin_review_if_due(
    database: Database, *, now: datetime, controller: str | None = None, to_others: bool = False
) -> int | None:
    """Begin to ask the gates of everybody where programs read the feed and that was last done an hour ago.

    Who came in since is asked about when a reader has come to the end (`pipeline.admit.review_newcomers`);
    the views show it then, or at the next hour.
    Returns the job.
    """
    with database.read() as connection:
        last = jobs.newest(connection, jobs.REVIEW)
        fresh = last is not None and (last["state"] == "running" or now - last["created_at"] < REVIEW_EVERY)
        if fresh or not (consumers.any_stands(connection) or view_readers.every(connection)):
            return None
    wanted: dict[str, Any] = {"controller": controller} if controller else {}
    if to_others:
        wanted["to_others"] = True
    with database.write() as connection:
        return jobs.begin(connection, jobs.REVIEW, wanted, now=now)


def newest_step(connection: Connection) -> int:
    """Return the feed's newest number."""
    return messaging.counts(connection)[1]


def _has_moved(connection: Connection, last: dict[str, Any] | None, *, halted: bool) -> bool:
    """Tell whether an export would show something new; while a halt lasts nobody is let in."""
    told = last is not None and last["reached"].get("seq") == newest_step(connection)
    return not told or (not halted and messaging.newcomers_wait(connection))


def _is_due(
    last: dict[str, Any] | None, wanted: dict[str, Any], *, moved: bool, harvesting: bool, now: datetime
) -> bool:
    if last is None:
        return not harvesting
    if last["state"] == "running":
        return False
    stands = last["state"] == "done" and last["arguments"] == wanted and not moved
    if stands and now - last["created_at"] < REVIEW_EVERY:
        return False
    waits = harvesting or last["state"] == "failed"
    return not waits or bool(now - last["created_at"] >= EXPORT_EVERY)
