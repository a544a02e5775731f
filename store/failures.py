"""Failures and quarantined items: what went wrong, why, and what to do."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, insert, select, update

from domain.batch import Quarantined
from store.tables import accounts, failures, harvest_runs, quarantined_items


class Failure(NamedTuple):
    """What an operator must know of a page that could not be read, or of a job that could not go on."""

    run_id: int | None
    stream: str | None
    post: str | None
    cause: str
    sentence: str
    advice: str
    attempts: int
    job_id: int | None = None


def add(connection: Connection, failure: Failure, *, now: datetime) -> None:
    """Record a failure."""
    connection.execute(insert(failures).values(**failure._asdict(), state="open", at=now))


def listed(connection: Connection, *, state: str | None = "open") -> Sequence[RowMapping]:
    """Return failures, newest first; `state` None for all of them."""
    statement = (
        select(failures, accounts.c.name.label("account"))
        .outerjoin(harvest_runs, harvest_runs.c.id == failures.c.run_id)
        .outerjoin(accounts, accounts.c.id == harvest_runs.c.account_id)
        .order_by(failures.c.id.desc())
    )
    if state:
        statement = statement.where(failures.c.state == state)
    return connection.execute(statement).mappings().all()


def of_pause(
    connection: Connection, account_id: int, cause: str, reason: str | None
) -> list[tuple[int, int]]:
    """Return the (failure, run) that an account's pause ended: by its `cause`, or with its `reason`."""
    found = connection.execute(
        select(failures.c.id, failures.c.run_id)
        .join(harvest_runs, harvest_runs.c.id == failures.c.run_id)
        .where(
            harvest_runs.c.account_id == account_id,
            failures.c.state == "open",
            (failures.c.cause == cause) | (failures.c.sentence == reason),
        )
        .order_by(failures.c.id)
    )
    return [(row.id, row.run_id) for row in found]


def settle(connection: Connection, failure_id: int, state: str) -> tuple[int | None, int | None] | None:
    """Close an open failure as `replayed` or `dropped`; returns its (run, job), None where none is open."""
    row = connection.execute(
        update(failures)
        .where(failures.c.id == failure_id, failures.c.state == "open")
        .values(state=state)
        .returning(failures.c.run_id, failures.c.job_id)
    ).first()
    return (row.run_id, row.job_id) if row else None


def quarantine(connection: Connection, run_id: int, items: Sequence[Quarantined], *, now: datetime) -> None:
    """Keep why and in which shape items could not be read; the same shape is counted, not repeated."""
    for each in items:
        digest = hashlib.sha256(f"{each.reason}\n{each.shape}".encode()).hexdigest()[:32]
        where = (quarantined_items.c.run_id == run_id, quarantined_items.c.digest == digest)
        counted = connection.execute(
            update(quarantined_items).where(*where).values(count=quarantined_items.c.count + 1)
        )
        if not counted.rowcount:
            connection.execute(
                insert(quarantined_items).values(
                    run_id=run_id, digest=digest, reason=each.reason, shape=each.shape, count=1, at=now
                )
            )


def quarantined(connection: Connection) -> Sequence[RowMapping]:
    """Return the quarantined shapes, newest first, with the stream that they came through."""
    statement = (
        select(quarantined_items, harvest_runs.c.stream, harvest_runs.c.platform)
        .join(harvest_runs, harvest_runs.c.id == quarantined_items.c.run_id)
        .order_by(quarantined_items.c.at.desc(), quarantined_items.c.digest)
    )
    return connection.execute(statement).mappings().all()
