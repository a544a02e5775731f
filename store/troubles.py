"""What stands in the way of harvests now: who died, which limits and budgets they wait for or ended at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, exists, func, or_, select

from store import runs
from store.tables import accounts, harvest_runs, schedules, workers


def deaths(connection: Connection, since: datetime) -> Sequence[RowMapping]:
    """Return the processes that were found dead since a moment, the newest first, with what they held."""
    found = select(workers).where(workers.c.died_at >= since).order_by(workers.c.died_at.desc())
    return connection.execute(found).mappings().all()


def waits(connection: Connection, *, now: datetime) -> Sequence[RowMapping]:
    """Return by account and reason until when runs wait for anything: account, platform, reason, until."""
    found = (
        select(
            accounts.c.name.label("account"),
            harvest_runs.c.platform,
            harvest_runs.c.waiting_for.label("reason"),
            func.min(harvest_runs.c.due_at).label("until"),
        )
        .join(accounts, accounts.c.id == harvest_runs.c.account_id)
        .where(
            runs.BEGUN,
            harvest_runs.c.state == "running",
            harvest_runs.c.waiting_for.is_not(None),
            harvest_runs.c.due_at > now,
        )
        .group_by(accounts.c.name, harvest_runs.c.platform, harvest_runs.c.waiting_for)
        .order_by(func.min(harvest_runs.c.due_at))
    )
    return connection.execute(found).mappings().all()


def stopped(connection: Connection) -> Sequence[RowMapping]:
    """Return the runs that ended at a budget and that no later run has replaced: id, account, why."""
    later = harvest_runs.alias()
    found = (
        select(harvest_runs.c.id, accounts.c.name.label("account"), harvest_runs.c.error)
        .join(accounts, accounts.c.id == harvest_runs.c.account_id)
        .where(
            harvest_runs.c.state == "stopped",
            ~select(later.c.id)
            .where(
                later.c.account_id == harvest_runs.c.account_id,
                later.c.stream == harvest_runs.c.stream,
                later.c.id > harvest_runs.c.id,
            )
            .exists(),
        )
        .order_by(harvest_runs.c.id)
    )
    return connection.execute(found).mappings().all()


def is_wanted(connection: Connection) -> bool:
    """Tell whether anything is to be harvested: a run is under way, or a schedule is on."""
    active = select(harvest_runs.c.id).where(runs.BEGUN).limit(1)
    planned = select(schedules.c.id).where(schedules.c.is_on.is_(True)).limit(1)
    return bool(connection.scalar(select(or_(exists(active), exists(planned)))))
