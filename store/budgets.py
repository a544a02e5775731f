"""Budgets: what may be spent, and what of it the present period has committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from domain.budget import AtEnd, Budget, Period, period_at
from domain.errors import RegularsError
from store.spends import EVENTS, counted
from store.tables import accounts, budget_periods, budgets, harvest_runs, spends

# Made once: every page asks.
_APPLYING = (
    select(
        budgets.c.id,
        budgets.c.amount_micro_usd,
        budgets.c.period,
        budgets.c.at_end,
        budgets.c.harvest_id,
        accounts.c.name,
    )
    .outerjoin(accounts, accounts.c.id == budgets.c.account_id)
    .where(
        or_(
            budgets.c.account_id == bindparam("account"),
            budgets.c.harvest_id
            == select(harvest_runs.c.harvest_id)
            .where(harvest_runs.c.id == bindparam("run"))
            .scalar_subquery(),
            budgets.c.account_id.is_(None) & budgets.c.harvest_id.is_(None),
        )
    )
    .order_by(budgets.c.id)
    .with_for_update(key_share=True, of=budgets)
)


class Scope(NamedTuple):
    """Whose spending is meant: an account's, a harvest's, or with neither that of the installation."""

    account_id: int | None = None
    harvest_id: int | None = None


class Charge(NamedTuple):
    """The period of a budget that a reservation was taken from."""

    budget_id: int
    period: str


def put(
    connection: Connection,
    scope: Scope,
    amount_micro_usd: int,
    period: Period,
    at_end: AtEnd,
    *,
    now: datetime,
) -> int:
    """Set a budget, or change the amount and the end of the one with that scope and period; returns its id.

    A new budget of a day or a month has spent what was spent in that period before it was set.
    """
    if connection.dialect.name == "postgresql" and scope.harvest_id is None:
        # Whoever has looked for budgets must end first, or its reservation would be in no sum.
        connection.execute(text("LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE"))
    values = {"amount_micro_usd": amount_micro_usd, "at_end": at_end.value}
    same = (
        budgets.c.account_id.is_not_distinct_from(scope.account_id),
        budgets.c.harvest_id.is_not_distinct_from(scope.harvest_id),
        budgets.c.period == period.value,
    )
    budget_id: int | None = connection.scalar(
        update(budgets).where(*same).values(values).returning(budgets.c.id)
    )
    if budget_id is not None:
        return budget_id
    new: int = connection.execute(
        insert(budgets)
        .values(**values, **scope._asdict(), period=period.value, created_at=now)
        .returning(budgets.c.id)
    ).scalar_one()
    if period is not Period.ONCE:
        key = period_at(period, now)
        before = _spent_in(connection, scope, key)
        connection.execute(
            insert(budget_periods).values(budget_id=new, period=key, committed_micro_usd=before)
        )
    return new


def _spent_in(connection: Connection, scope: Scope, period: str) -> int:
    statement = select(func.coalesce(func.sum(counted()), 0)).where(
        spends.c.day.startswith(period), spends.c.stream != EVENTS
    )
    if scope.account_id is not None:
        key = accounts.c.platform + ":" + accounts.c.platform_id
        ours = select(key).where(accounts.c.id == scope.account_id).scalar_subquery()
        statement = statement.where(spends.c.account == ours)
    return int(connection.scalar(statement) or 0)


def take_away(connection: Connection, budget_id: int) -> None:
    """Remove a budget; raises RegularsError where there is none of that number."""
    if not connection.execute(delete(budgets).where(budgets.c.id == budget_id)).rowcount:
        raise RegularsError(f"There is no budget {budget_id}. `regulars budget list` shows those there are.")


def listed(connection: Connection, *, now: datetime) -> Sequence[RowMapping]:
    """Return the budgets that persons set, with the account's name and what this period has committed."""
    statement = (
        select(budgets, accounts.c.name.label("account"), budget_periods.c.committed_micro_usd)
        .outerjoin(accounts, accounts.c.id == budgets.c.account_id)
        .outerjoin(
            budget_periods,
            (budget_periods.c.budget_id == budgets.c.id)
            & or_(
                *(
                    (budgets.c.period == each.value) & (budget_periods.c.period == period_at(each, now))
                    for each in Period
                )
            ),
        )
        .where(budgets.c.harvest_id.is_(None))
        .order_by(budgets.c.id)
    )
    return connection.execute(statement).mappings().all()


def of_harvest(connection: Connection, harvest_id: int) -> Budget | None:
    """Return the budget that caps a harvest, None where it has none of its own."""
    row = connection.execute(
        select(budgets, budget_periods.c.committed_micro_usd)
        .outerjoin(budget_periods, budget_periods.c.budget_id == budgets.c.id)
        .where(budgets.c.harvest_id == harvest_id)
    ).first()
    if row is None:
        return None
    return Budget(row.id, row.amount_micro_usd, committed_micro_usd=row.committed_micro_usd or 0)


def applying(connection: Connection, account_id: int, run_id: int, *, now: datetime) -> list[Budget]:
    """Return the budgets that cap a run of an account, and let nobody else take from them until we commit.

    They are locked in the order of their ids, so that no two who reserve wait for each other.
    """
    rows = connection.execute(_APPLYING, {"account": account_id, "run": run_id}).all()
    if not rows:
        return []
    keys = [Charge(each.id, period_at(Period(each.period), now)) for each in rows]
    found = connection.execute(
        select(budget_periods.c.budget_id, budget_periods.c.committed_micro_usd)
        .where(tuple_(budget_periods.c.budget_id, budget_periods.c.period).in_(keys))
        .order_by(budget_periods.c.budget_id)
        .with_for_update()
    )
    committed: dict[int, int] = {each.budget_id: each.committed_micro_usd for each in found}
    return [
        Budget(
            each.id,
            each.amount_micro_usd,
            Period(each.period),
            AtEnd(each.at_end),
            "this harvest" if each.harvest_id else each.name or "all accounts",
            committed.get(each.id, 0),
        )
        for each in rows
    ]


def take(connection: Connection, budget: Budget, micro_usd: int, *, now: datetime) -> Charge:
    """Commit a sum of a budget that `applying` returned; raises RegularsError where it does not fit."""
    charge = Charge(budget.id, period_at(budget.period, now))
    with_conflict = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = with_conflict(budget_periods).values(**charge._asdict(), committed_micro_usd=micro_usd)
    committed = budget_periods.c.committed_micro_usd + statement.excluded.committed_micro_usd
    done = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["budget_id", "period"],
            set_={"committed_micro_usd": committed},
            where=committed <= budget.amount_micro_usd,
        ).returning(budget_periods.c.budget_id)
    )
    if done.first() is None or micro_usd > budget.amount_micro_usd:
        raise RegularsError(f"Nothing was reserved: {budget.words} does not hold as much.")
    return charge


def change(connection: Connection, charges: Sequence[Charge], micro_usd: int) -> None:
    """Add a difference to what was committed: below nothing where a page cost less than was reserved."""
    for each in charges if micro_usd else ():
        connection.execute(
            update(budget_periods)
            .where(budget_periods.c.budget_id == each.budget_id, budget_periods.c.period == each.period)
            .values(committed_micro_usd=budget_periods.c.committed_micro_usd + micro_usd)
        )


def in_flight(connection: Connection, budget: Budget, *, since: datetime) -> int:
    """Return how many micro-dollars of a budget are reserved for requests that are on their way."""
    statement = select(func.coalesce(func.sum(spends.c.reserved_micro_usd), 0)).where(
        spends.c.state == "reserved", spends.c.at > since
    )
    row = connection.execute(
        select(budgets.c.account_id, budgets.c.harvest_id).where(budgets.c.id == budget.id)
    ).one()
    if row.account_id is not None:
        key = accounts.c.platform + ":" + accounts.c.platform_id
        statement = statement.where(
            spends.c.account == select(key).where(accounts.c.id == row.account_id).scalar_subquery()
        )
    if row.harvest_id is not None:
        own = select(harvest_runs.c.id).where(harvest_runs.c.harvest_id == row.harvest_id)
        statement = statement.where(spends.c.run_id.in_(own))
    return int(connection.scalar(statement) or 0)
