"""The ledger: what was spent, by account, stream or day, and what the platforms say of their bills."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, insert, select, update

from domain.account import Usage
from domain.estimate import Range
from store.spends import counted, lows, overdue
from store.tables import accounts, spends, usage_readings

_KEY = accounts.c.platform + ":" + accounts.c.platform_id
#: By what spends can be added up.
BY: Mapping[str, ColumnElement[Any]] = {
    "account": func.coalesce(accounts.c.name, spends.c.account),
    "stream": spends.c.stream,
    "day": spends.c.day,
}


class Sum(NamedTuple):
    """What was spent on one account, stream or day, in micro-dollars.

    `high` is gross and counts what is uncertain or still on its way; `low` counts what was billed before on
    its day as free.
    """

    key: str
    requests: int
    items: int
    low: int
    high: int
    uncertain: int


def added_up(connection: Connection, by: str, *, since: datetime) -> list[Sum]:
    """Add all spends up by a key of `BY`; what is reserved since `since` may still be on its way."""
    key = BY[by].label("key")
    doubtful = case((overdue(since), spends.c.reserved_micro_usd), else_=0)
    rows = connection.execute(
        select(
            key,
            func.count().label("requests"),
            func.coalesce(func.sum(spends.c.billed_items), 0).label("billed"),
            func.coalesce(func.sum(spends.c.low_micro_usd), 0).label("low"),
            func.sum(counted()).label("high"),
            func.sum(doubtful).label("uncertain"),
        )
        .outerjoin(accounts, spends.c.account == _KEY)
        .group_by(key)
        .order_by(key)
    ).all()
    still_open = lows(connection)
    keys = connection.execute(
        select(key, spends.c.id)
        .outerjoin(accounts, spends.c.account == _KEY)
        .where(spends.c.billed.is_not(None))
    )
    more: dict[str, int] = {}
    for each in keys:
        more[each.key] = more.get(each.key, 0) + still_open[each.id]
    return [
        Sum(
            each.key,
            each.requests,
            int(each.billed),
            int(each.low) + more.get(each.key, 0),
            int(each.high),
            int(each.uncertain),
        )
        for each in rows
    ]


def spent_since(connection: Connection, day: date) -> int:
    """Return what was spent from a UTC day on, in micro-dollars, at most."""
    statement = select(func.coalesce(func.sum(counted()), 0)).where(spends.c.day >= day.isoformat())
    return int(connection.scalar(statement) or 0)


def spent_by_account(connection: Connection, day: date) -> dict[str, int]:
    """Return what each account (`twitter:1001`) spent from a UTC day on, in micro-dollars, at most."""
    statement = select(spends.c.account, func.sum(counted())).where(spends.c.day >= day.isoformat())
    return {key: int(sum_ or 0) for key, sum_ in connection.execute(statement.group_by(spends.c.account))}


def metered(connection: Connection, account: str, meter: str, *, since: str) -> int:
    """Return what an account (`twitter:1001`) spent by one meter from a day on, in micro-dollars, at most."""
    statement = select(func.coalesce(func.sum(counted()), 0)).where(
        spends.c.account == account, spends.c.meter == meter, spends.c.day >= since
    )
    return int(connection.scalar(statement) or 0)


def rename(connection: Connection, before: str, after: str, *, since: date) -> None:
    """Enter what was spent on an account from a day on under another key, since it is known by now whose."""
    found = (spends.c.account == before, spends.c.day >= since.isoformat())
    connection.execute(update(spends).where(*found).values(account=after))


class Between(NamedTuple):
    """What the accounts of one app spent between two moments: micro-dollars, and posts of any stream."""

    micro_usd: Range
    posts: int


def between(connection: Connection, app: str, since: datetime, until: datetime) -> Between:
    """Add up what accounts of an app ("" where none is known) reserved after `since` and until `until`."""
    rows = connection.execute(
        select(
            spends.c.id,
            spends.c.meter,
            spends.c.billed_items,
            spends.c.low_micro_usd,
            counted().label("high"),
        )
        .join(accounts, spends.c.account == _KEY)
        .where(
            and_(spends.c.at > since, spends.c.at <= until),
            func.coalesce(accounts.c.app_id, "") == app,
        )
    ).all()
    still_open = lows(connection)
    low = sum(still_open.get(each.id, each.low_micro_usd or 0) for each in rows)
    read = sum(each.billed_items or 0 for each in rows if each.meter in POST_METERS)
    return Between(Range(low, sum(int(each.high) for each in rows)), read)


#: Meters by which posts are billed, which alone `/2/usage/tweets` counts (x-api.md §2.2).
POST_METERS = frozenset({"own_timeline", "mentions", "quotes"})


def last_reading(connection: Connection, app: str) -> RowMapping | None:
    """Return what the platform last said of an app's bill."""
    statement = select(usage_readings).where(usage_readings.c.app == app).order_by(usage_readings.c.id.desc())
    return connection.execute(statement.limit(1)).mappings().first()


def keep_reading(connection: Connection, app: str, usage: Usage, *, now: datetime) -> None:
    """Keep what the platform said of an app's bill."""
    connection.execute(
        insert(usage_readings).values(
            app=app, credits_micro_usd=usage.credits_micro_usd, posts_read=usage.posts_read, at=now
        )
    )


def readable(connection: Connection) -> Sequence[RowMapping]:
    """Return the id of one account for each app whose platform bills, and the app ("" where not known)."""
    app = func.coalesce(accounts.c.app_id, "").label("app")
    return (
        connection.execute(
            select(func.min(accounts.c.id).label("account_id"), app)
            .where(accounts.c.platform == "twitter")
            .group_by(app)
            .order_by(app)
        )
        .mappings()
        .all()
    )
