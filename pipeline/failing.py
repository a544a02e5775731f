"""Failing: what failed goes on from where it came to, or is closed; a look ahead says what that does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping

from domain.errors import RegularsError
from store import failures, jobs, queues, runs, suspects

REPLAYED, DROPPED = "replayed", "dropped"


class Prospect(NamedTuple):
    """An open failure and what keeps it from being replayed: "" for nothing.

    `read_again`: another run reads its stream; `replaced`: another job has taken its place; `same`: its run
    goes on with an earlier failure of this list; `ended`: its run or job is no longer failed.
    """

    row: RowMapping
    hindrance: str = ""


def prospects(connection: Connection, ids: Sequence[int] | None = None) -> list[Prospect]:
    """Return open failures, newest first, with what a replay of them together would meet."""
    failed = queues.failed(connection, ids)
    taken = queues.under_way(connection) if failed else set()
    found, seen = [], set()
    for row in failed:
        place: Any = (row["account_id"], row["run_stream"]) if row["run_id"] else row["job_kind"]
        subject = (row["run_id"], row["job_id"])
        hindrance = ""
        if subject in seen:
            hindrance = "same"
        elif not _is_failed(row):
            hindrance = "ended"
        elif place in taken:
            hindrance = "read_again" if row["run_id"] else "replaced"
        else:
            seen.add(subject)
            taken.add(place)
        found.append(Prospect(row, hindrance))
    return found


def settle(connection: Connection, ids: Sequence[int], state: str, *, now: datetime) -> int:
    """Replay or drop failures; returns how many. Raises RegularsError where one may not: then none is."""
    replayed: set[int] = set()
    for each in ids:
        failed = failures.settle(connection, each, state)
        if failed is None:
            raise RegularsError(f"No failure {each} is open; `regulars failures list` shows which are.")
        run_id, job_id = failed
        if state == REPLAYED and run_id is not None and run_id not in replayed:
            replayed.add(run_id)
            suspects.reopen(connection, run_id)
            runs.replay(connection, run_id, now=now)
        if state == REPLAYED and job_id is not None:
            jobs.replay(connection, job_id, now=now)
    return len(ids)


def _is_failed(row: RowMapping) -> bool:
    if row["run_id"]:
        left_out = row["run_state"] == "done" and row["passed_over"] > 0
        return bool(row["run_state"] == "failed" or left_out)
    return bool(row["job_state"] == "failed")
