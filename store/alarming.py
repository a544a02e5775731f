"""What alerts are made of: small statements over what stands now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from store.tables import accounts, failures, harvest_runs, outbox


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


def stuck_queues(connection: Connection, before: datetime) -> Sequence[RowMapping]:
    """Return the queues whose oldest work has been due since before a moment and was not sent."""
    statement = (
        select(outbox.c.queue, func.min(outbox.c.due_at).label("since"))
        .where(outbox.c.sent_at.is_(None), outbox.c.due_at < before)
        .group_by(outbox.c.queue)
    )
    return connection.execute(statement).mappings().all()


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
