"""Suspects: pages that have ended a worker, and runs that were read without some of them."""

from sqlalchemy import Connection, update

from store import rosters
from store.runs import Claim
from store.tables import checkpoints, harvest_runs


def remember_next(connection: Connection, held: Claim, worker: str, next_cursor: str | None) -> None:
    """Keep what follows a held page whose storing may end its worker."""
    connection.execute(
        update(harvest_runs)
        .where(harvest_runs.c.id == held.run_id, harvest_runs.c.claimed_by == worker)
        .values(next_cursor=next_cursor)
    )


def ask_beside(connection: Connection, held: Claim) -> None:
    """Note that the page after a held one may be asked for beside it, and may be what ends the worker."""
    connection.execute(update(harvest_runs).where(harvest_runs.c.id == held.run_id).values(asked_ahead=True))


def reopen(connection: Connection, run_id: int) -> None:
    """Make a run that ended with pages passed over one that failed before its first page."""
    reopened = connection.execute(
        update(harvest_runs)
        .where(
            harvest_runs.c.id == run_id,
            harvest_runs.c.passed_over > 0,
            harvest_runs.c.state.in_(["done", "failed"]),
        )
        .values(state="failed", post_id=None, passed_over=0, deaths=0, next_cursor=None)
    )
    if reopened.rowcount:
        rosters.forget_run(connection, run_id)
        # No run's place: the next walk begins at the listing's head, its mark unmoved.
        connection.execute(update(checkpoints).where(checkpoints.c.run_id == run_id).values(run_id=0))
