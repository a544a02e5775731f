"""What alerts are made of: small statements over what stands now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from store import pausing, queues
from store.tables import accounts, failures, harvest_runs


def dying_tokens(connection: Connection, before: datetime) -> Sequence[RowMapping]:
    """Return the accounts whose token ends before a moment and cannot be renewed: id, name, when."""
    statement = select(accounts.c.id, accounts.c.name, accounts.c.token_expires_at).where(
        accounts.c.token_expires_at < before,
        accounts.c.refresh_token_sealed.is_(None),
        accounts.c.paused_reason.is_(None),
    )
    return connection.execute(statement).mappings().all()


def open_failures(connection: Connection) -> Sequence[RowMapping]:
    """Count the failures that wait for a decision, by cause."""
    statement = select(failures.c.cause, func.count().label("failures")).where(failures.c.state == "open")
    return connection.execute(statement.group_by(failures.c.cause)).mappings().all()


def stuck_queues(connection: Connection, before: datetime, *, now: datetime) -> Mapping[str, datetime]:
    """Return by queue since when its oldest work is due and in nobody's hands, where before a moment.

    Whether it was sent does not count: nobody may read the queue. One that somebody paused stands still.
    """
    held_back = pausing.paused(connection)
    return {
        queue: depth.oldest_at
        for queue, depth in queues.depths(connection, now=now).items()
        if depth.oldest_at is not None and depth.oldest_at < before and queue not in held_back
    }


def ended_harvests(connection: Connection, since: datetime) -> Sequence[RowMapping]:
    """Return the harvests whose last run ended after a moment: id, account, contacts seen, regular ones."""
    recent = select(harvest_runs.c.harvest_id).where(harvest_runs.c.ended_at >= since)
    statement = (
        select(
            harvest_runs.c.harvest_id,
            func.min(accounts.c.name).label("account"),
            func.sum(harvest_runs.c.contacts_seen).label("contacts"),
            func.sum(harvest_runs.c.regular).label("regular"),
        )
        .join(accounts, accounts.c.id == harvest_runs.c.account_id)
        .where(harvest_runs.c.harvest_id.in_(recent))
        .group_by(harvest_runs.c.harvest_id)
        .having(func.count() == func.count(harvest_runs.c.ended_at))
    )
    return connection.execute(statement).mappings().all()
