"""Runs as people look at them: those under way, their history by pages, what one of them read and paid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, func, select

from domain.signal import SignalKind
from store.limits import Place
from store.runs import BEGUN
from store.tables import (
    accounts,
    budget_periods,
    budgets,
    contacts,
    failures,
    harvest_runs,
    limits,
    quarantined_items,
    signals,
    spends,
    walks,
)

#: Acts that are looked at in search of the contacts of a run, newest first: no page takes longer for more.
ACTS_LOOKED_AT = 2_000


class Wanted(NamedTuple):
    """Which runs: of an account, in a state; those of lower numbers than `before`."""

    account_id: int | None = None
    state: str | None = None
    before: int | None = None


def under_way(connection: Connection) -> Sequence[RowMapping]:
    """Return the runs that have not ended, the oldest first."""
    # Ordered here: an order by number would let SQLite read all runs in that order.
    found = connection.execute(_told().where(BEGUN)).mappings()
    return sorted(found, key=lambda each: int(each["id"]))


def one(connection: Connection, run_id: int) -> RowMapping | None:
    """Return one run; None where there is none."""
    return connection.execute(_told().where(harvest_runs.c.id == run_id)).mappings().first()


def history(connection: Connection, wanted: Wanted, *, count: int) -> Sequence[RowMapping]:
    """Return runs, newest first."""
    statement = _told()
    if wanted.account_id is not None:
        statement = statement.where(harvest_runs.c.account_id == wanted.account_id)
    if wanted.state is not None:
        statement = statement.where(harvest_runs.c.state == wanted.state)
    if wanted.before is not None:
        statement = statement.where(harvest_runs.c.id < wanted.before)
    return connection.execute(statement.order_by(harvest_runs.c.id.desc()).limit(count)).mappings().all()


def read_a_day(connection: Connection, *, since: datetime) -> dict[date, dict[str, int]]:
    """Return how many contacts runs have read, by the UTC day on which they were begun and by platform."""
    if connection.dialect.name == "sqlite":
        day = func.substr(harvest_runs.c.created_at, 1, 10)
    else:
        day = func.to_char(func.timezone("UTC", harvest_runs.c.created_at), "YYYY-MM-DD")
    rows = connection.execute(
        select(
            day.label("day"), harvest_runs.c.platform, func.sum(harvest_runs.c.contacts_seen).label("read")
        )
        .where(harvest_runs.c.created_at >= since.astimezone(UTC))
        .group_by(day, harvest_runs.c.platform)
    )
    found: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for each in rows:
        found[date.fromisoformat(str(each.day))][each.platform] = int(each.read)
    return dict(found)


def told_limits(
    connection: Connection, places: Sequence[Place], *, now: datetime
) -> Mapping[str, RowMapping]:
    """Return what platforms said of limits whose windows have not ended, by the subject and the endpoint."""
    if not places:
        return {}
    rows = connection.execute(
        select(limits).where(
            limits.c.subject.in_([each.subject for each in places]),
            limits.c.endpoint.in_([each.endpoint for each in places]),
            limits.c.reset_at > now,
            limits.c.limit.is_not(None),
        )
    )
    return {f"{each['subject']} {each['endpoint']}": each for each in rows.mappings()}


def failures_of(connection: Connection, run_id: int) -> Sequence[RowMapping]:
    """Return the failures of a run, newest first."""
    statement = select(failures).where(failures.c.run_id == run_id).order_by(failures.c.id.desc())
    return connection.execute(statement.limit(50)).mappings().all()


def unread_of(connection: Connection, run_id: int) -> Sequence[RowMapping]:
    """Return why items of a run could not be read, and how many."""
    shapes = select(quarantined_items.c.reason, func.sum(quarantined_items.c.count).label("items"))
    statement = shapes.where(quarantined_items.c.run_id == run_id).group_by(quarantined_items.c.reason)
    return connection.execute(statement.order_by(quarantined_items.c.reason)).mappings().all()


def walks_of(connection: Connection, account_id: int, stream: str, run_id: int) -> Sequence[RowMapping]:
    """Return the walks through rosters that a run made, at most as many as a page shows."""
    statement = select(walks).where(
        walks.c.account_id == account_id, walks.c.stream == stream, walks.c.run_id == run_id
    )
    return connection.execute(statement.order_by(walks.c.began_at).limit(50)).mappings().all()


def paid(connection: Connection, run_id: int, *, count: int) -> Sequence[RowMapping]:
    """Return the requests of a run that were paid for, newest first."""
    statement = select(spends).where(spends.c.run_id == run_id).order_by(spends.c.id.desc()).limit(count)
    return connection.execute(statement).mappings().all()


def people(
    connection: Connection, run: Mapping[Any, Any], kinds: Sequence[SignalKind], *, count: int
) -> list[RowMapping]:
    """Return contacts whose acts a run has read, newest first: of the newest acts of its account."""
    found: dict[int, RowMapping] = {}
    for kind in kinds:
        newest = (
            select(signals.c.contact_id, signals.c.seen_at)
            .where(signals.c.account_id == run["account_id"], signals.c.kind == kind)
            .order_by(signals.c.item.desc(), signals.c.contact_id.desc())
            .limit(ACTS_LOOKED_AT)
            .subquery()
        )
        statement = (
            select(contacts.c.id, contacts.c.platform, contacts.c.label, contacts.c.handle)
            .add_columns(contacts.c.platform_id, contacts.c.display_name)
            .join(newest, newest.c.contact_id == contacts.c.id)
            .where(newest.c.seen_at >= run["created_at"])
        )
        if run["ended_at"] is not None:
            statement = statement.where(newest.c.seen_at <= run["ended_at"])
        for each in connection.execute(statement.limit(count * 4)).mappings():
            found.setdefault(each["id"], each)
    return list(found.values())[:count]


def _told() -> Select[*tuple[object, ...]]:
    """Return the statement of runs with their account, and the budget of their harvest with its use."""
    return (
        select(
            harvest_runs,
            accounts.c.name.label("account"),
            accounts.c.platform_id.label("account_platform_id"),
            accounts.c.followers_count,
            budgets.c.amount_micro_usd.label("budget_micro_usd"),
            budget_periods.c.committed_micro_usd,
        )
        .join(accounts, accounts.c.id == harvest_runs.c.account_id)
        .outerjoin(budgets, budgets.c.harvest_id == harvest_runs.c.harvest_id)
        .outerjoin(budget_periods, budget_periods.c.budget_id == budgets.c.id)
    )
