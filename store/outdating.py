"""Outdating: pages that were read before something changed must be read once more."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, update

from store import outbox, runs
from store.outbox import Wake
from store.tables import harvest_runs


def outdate(connection: Connection, account_ids: Iterable[int], stream: str, *, now: datetime) -> None:
    """Let the pages of a stream that workers hold be read once more: what they hold is not written."""
    held = connection.execute(
        update(harvest_runs)
        .where(
            harvest_runs.c.account_id.in_(list(account_ids)),
            harvest_runs.c.stream == stream,
            harvest_runs.c.state == "running",
            harvest_runs.c.claimed_by.is_not(None),
        )
        .values(fence=harvest_runs.c.fence + 1, claimed_by=None, claimed_until=None)
        .returning(harvest_runs.c.id, harvest_runs.c.fence, harvest_runs.c.platform)
    )
    for run_id, fence, platform in held.all():
        outbox.put(connection, Wake(runs.KIND, run_id, fence, runs.queue_of(platform)), due_at=now)
