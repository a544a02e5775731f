"""Run again: a failed run goes on from its checkpoint, and its failures are settled."""

from datetime import datetime

from sqlalchemy import Connection

from domain.errors import RegularsError
from store import failures, run_pages, runs, suspects


def run_again(connection: Connection, run_id: int, *, now: datetime) -> list[int]:
    """Let a failed run go on; returns its failures. Raises RegularsError where it cannot."""
    still_open = [each["id"] for each in run_pages.failures_of(connection, run_id) if each["state"] == "open"]
    if not still_open:
        raise RegularsError(f"Run {run_id} has no failure that waits for a decision.")
    for each in still_open:
        failures.settle(connection, each, "replayed")
    suspects.reopen(connection, run_id)
    runs.replay(connection, run_id, now=now)
    return still_open
