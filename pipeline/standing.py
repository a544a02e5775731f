"""Standing orders: what begins by itself when its time has come."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from store import halts, jobs, messaging, reading
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
        _, seq = messaging.counts(connection)
        wanted: dict[str, Any] = {"folder": str(folder.absolute()), "form": form, "seq": seq}
        if controller:
            wanted["controller"] = controller
        if halts.every(connection):  # an export that was begun now holds removals alone
            wanted["removals_only"] = True
        if to_others:
            wanted["to_others"] = True
        harvesting = reading.active_runs(connection) > 0
        if not _is_due(jobs.newest(connection, jobs.EXPORT), wanted, harvesting=harvesting, now=now):
            return None
    with database.write() as connection:
        return jobs.begin(connection, jobs.EXPORT, wanted, now=now)


def _is_due(last: dict[str, Any] | None, wanted: dict[str, Any], *, harvesting: bool, now: datetime) -> bool:
    if last is None:
        return not harvesting
    if last["state"] == "running":
        return False
    if last["state"] == "done" and last["arguments"] == wanted and now - last["created_at"] < REVIEW_EVERY:
        return False
    waits = harvesting or last["state"] == "failed"
    return not waits or bool(now - last["created_at"] >= EXPORT_EVERY)
