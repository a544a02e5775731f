"""Runs that were stopped at a budget or wait for one: found, resumed, put under another budget."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store import outbox, runs
from store.outbox import Wake
from store.tables import harvest_runs, harvests

STOPPED = "stopped"


def found(connection: Connection, account_id: int) -> dict[str, int]:
    """Return by stream the runs of an account that stopped and that no later run has replaced."""
    later = harvest_runs.alias()
    rows = connection.execute(
        select(harvest_runs.c.stream, harvest_runs.c.id).where(
            harvest_runs.c.account_id == account_id,
            harvest_runs.c.state == STOPPED,
            ~select(later.c.id)
            .where(
                later.c.account_id == account_id,
                later.c.stream == harvest_runs.c.stream,
                later.c.id > harvest_runs.c.id,
            )
            .exists(),
        )
    )
    return {each.stream: each.id for each in rows}


def waiting_for(connection: Connection, run_id: int) -> list[int]:
    """Return the runs that stopped because this one did, whose posts they wait for."""
    return list(
        connection.scalars(
            select(harvest_runs.c.id).where(
                harvest_runs.c.waits_for == run_id,
                harvest_runs.c.state == STOPPED,
                harvest_runs.c.started_at.is_(None),
            )
        )
    )


def resume(connection: Connection, run_ids: Collection[int], *, now: datetime) -> None:
    """Let stopped runs go on from their checkpoints; who never began waits again for the list of posts."""
    rows = connection.execute(
        select(harvest_runs.c.id, harvest_runs.c.waits_for, harvest_runs.c.started_at)
        .where(harvest_runs.c.id.in_(list(run_ids)), harvest_runs.c.state == STOPPED)
        .order_by(harvest_runs.c.id)
    ).all()
    reading = set(
        connection.scalars(
            select(harvest_runs.c.id).where(
                harvest_runs.c.id.in_([each.waits_for for each in rows if each.waits_for]),
                harvest_runs.c.state.in_(runs.ACTIVE),
            )
        )
    ) | {each.id for each in rows}
    for each in rows:
        waits = each.started_at is None and each.waits_for in reading
        moved = connection.execute(
            update(harvest_runs)
            .where(harvest_runs.c.id == each.id)
            .values(
                state="waiting" if waits else "running",
                waiting_for="the list of posts" if waits else None,
                fence=harvest_runs.c.fence + 1,
                attempts=0,
                restarts=0,
                due_at=now,
                ended_at=None,
                error=None,
            )
            .returning(harvest_runs.c.fence, harvest_runs.c.platform)
        ).one()
        if not waits:
            wake = Wake(runs.KIND, each.id, moved.fence, runs.queue_of(moved.platform))
            outbox.put(connection, wake, due_at=now)


def gather(connection: Connection, account_id: int, run_ids: Collection[int], *, now: datetime) -> int:
    """Put runs into a harvest of their own, so that one budget caps them together; returns it."""
    harvest_id: int = connection.execute(
        insert(harvests).values(account_id=account_id, created_at=now).returning(harvests.c.id)
    ).scalar_one()
    connection.execute(
        update(harvest_runs).where(harvest_runs.c.id.in_(list(run_ids))).values(harvest_id=harvest_id)
    )
    return harvest_id


def look_at_budgets(connection: Connection, *, now: datetime) -> int:
    """Let the runs look again that wait for a budget to begin anew; returns how many."""
    woken = connection.execute(
        update(harvest_runs)
        .where(
            harvest_runs.c.state == "running",
            harvest_runs.c.claimed_by.is_(None),
            harvest_runs.c.due_at > now,
            harvest_runs.c.waiting_for.startswith("the budget of "),
        )
        .values(due_at=now)
        .returning(harvest_runs.c.id, harvest_runs.c.fence, harvest_runs.c.platform)
    ).all()
    for run_id, fence, platform in woken:
        outbox.put(connection, Wake(runs.KIND, run_id, fence, runs.queue_of(platform)), due_at=now)
    return len(woken)
