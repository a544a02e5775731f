"""Freshness: what is wished of an account, the looks at its count, and which events reach us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from domain.freshness import NEAR, Look, Read, Wish
from domain.signal import SignalKind
from store import sets
from store.tables import accounts, connected_events, freshness, harvest_runs, looks, signals

#: How long looks are kept: what the planner asks of them goes back a month.
KEEP_LOOKS = timedelta(days=40)


class Wished(NamedTuple):
    """An account's wish and when its plan is made next."""

    account_id: int
    wish: Wish
    next_at: datetime


def wish(connection: Connection, account_id: int, wished: Wish, *, now: datetime) -> None:
    """Keep what is wished of an account; its plan is made at once."""
    max_age = int(wished.max_age.total_seconds()) if wished.max_age else None
    row = {"max_age_s": max_age, "budget_micro_usd": wished.budget_micro_usd}
    sets.put(connection, freshness, {"account_id": account_id, **row, "set_at": now, "next_at": now})


def forget(connection: Connection, account_id: int) -> bool:
    """Stop planning for an account; False where nothing was wished of it."""
    return bool(connection.execute(delete(freshness).where(freshness.c.account_id == account_id)).rowcount)


def wished(connection: Connection, account_id: int | None = None) -> list[Wished]:
    """Return the wishes of all accounts, or of one."""
    statement = select(freshness).order_by(freshness.c.account_id)
    if account_id is not None:
        statement = statement.where(freshness.c.account_id == account_id)
    return [
        Wished(
            each.account_id,
            Wish(timedelta(seconds=each.max_age_s) if each.max_age_s else None, each.budget_micro_usd),
            each.next_at,
        )
        for each in connection.execute(statement)
    ]


def due(connection: Connection, *, now: datetime) -> list[Wished]:
    """Return the wishes whose plan is to be made now."""
    return [each for each in wished(connection) if each.next_at <= now]


def claim(connection: Connection, found: Wished, until: datetime) -> bool:
    """Take the making of a plan, which is made again at `until`; False where another was quicker."""
    taken = connection.execute(
        update(freshness)
        .where(freshness.c.account_id == found.account_id, freshness.c.next_at == found.next_at)
        .values(next_at=until)
    )
    return taken.rowcount == 1


def plan_again(connection: Connection, account_id: int, *, now: datetime) -> None:
    """Let an account's plan be made now, for something was learned."""
    connection.execute(
        update(freshness)
        .where(freshness.c.account_id == account_id, freshness.c.next_at > now)
        .values(next_at=now)
    )


def plan_at(connection: Connection, account_id: int, at: datetime) -> None:
    """Let an account's plan be made at a moment."""
    connection.execute(update(freshness).where(freshness.c.account_id == account_id).values(next_at=at))


def looked(connection: Connection, account_id: int, count: int, price: int, *, now: datetime) -> None:
    """Keep a look at an account's count; the second on a UTC day costs nothing (x-api.md §2, 2026-08-13).

    That is what X promises softly, so the cost kept is the least that it may have been.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    paid = connection.scalar(
        select(func.count()).where(looks.c.account_id == account_id, looks.c.at >= today)
    )
    connection.execute(delete(looks).where(looks.c.account_id == account_id, looks.c.at < now - KEEP_LOOKS))
    row = {"followers_count": count, "known": follows(connection, account_id, now=now), "read": Read.NOTHING}
    cost = 0 if paid else price
    sets.put(connection, looks, {"account_id": account_id, "at": now, **row, "cost_micro_usd": cost})
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(followers_count=count))


def settle(connection: Connection, account_id: int, read: Read, *, began_at: datetime, now: datetime) -> None:
    """Bring the look before a reading up to date: whom it announced we hold by now."""
    newest = connection.execute(
        select(looks.c.at, looks.c.read)
        .where(looks.c.account_id == account_id, looks.c.at > began_at - NEAR)
        .order_by(looks.c.at.desc())
        .limit(1)
    ).first()
    if newest is None or (newest.read == Read.WALK and read is Read.HEAD):
        return
    known = follows(connection, account_id, now=now)
    connection.execute(
        update(looks)
        .where(looks.c.account_id == account_id, looks.c.at == newest.at)
        .values(known=known, read=read)
    )


def looks_of(connection: Connection, account_id: int, *, since: datetime) -> Sequence[Look]:
    """Return the looks at an account's count, oldest first."""
    found = connection.execute(
        select(looks.c.at, looks.c.followers_count, looks.c.known, looks.c.read)
        .where(looks.c.account_id == account_id, looks.c.at >= since)
        .order_by(looks.c.at)
    )
    return [Look(at, count, known, Read(read)) for at, count, known, read in found]


def told(connection: Connection, account_id: int) -> int:
    """Return how many followers the platform last said an account has, 0 where it never did."""
    count: int | None = connection.scalar(
        select(accounts.c.followers_count).where(accounts.c.id == account_id)
    )
    return count or 0


def follows(connection: Connection, account_id: int, *, now: datetime) -> int:
    """Count the follows of an account that hold."""
    statement = (
        select(func.count())
        .select_from(signals)
        .where(
            signals.c.account_id == account_id,
            signals.c.kind == SignalKind.FOLLOWS,
            signals.c.item == "",
            or_(signals.c.ended_at.is_(None), signals.c.ended_at > now),
        )
    )
    return connection.scalar(statement) or 0


def spent(connection: Connection, account_id: int, streams: Sequence[str], *, since: datetime) -> int:
    """Return what the runs of some streams have spent since a moment, in micro-dollars."""
    statement = select(func.coalesce(func.sum(harvest_runs.c.spend_micro_usd), 0)).where(
        harvest_runs.c.account_id == account_id,
        harvest_runs.c.stream.in_(streams),
        harvest_runs.c.created_at >= since,
    )
    return int(connection.scalar(statement) or 0)


def last_failed(connection: Connection, account_id: int, streams: Sequence[str]) -> datetime | None:
    """Return when the newest ended run of some streams ended, where it failed."""
    newest = connection.execute(
        select(harvest_runs.c.state, harvest_runs.c.ended_at)
        .where(
            harvest_runs.c.account_id == account_id,
            harvest_runs.c.stream.in_(streams),
            harvest_runs.c.ended_at.is_not(None),
        )
        .order_by(harvest_runs.c.ended_at.desc())
        .limit(1)
    ).first()
    return newest.ended_at if newest and newest.state == "failed" else None


def connect_events(connection: Connection, account_id: int, event: str, *, since: datetime) -> None:
    """Note that each `event` of an account ("followed" or "unfollowed") reaches us since a moment."""
    row = {"account_id": account_id, "event": event, "since": since}
    sets.put(connection, connected_events, row)
    plan_again(connection, account_id, now=since)


def disconnect_events(connection: Connection, account_id: int, event: str) -> None:
    """Note that an event of an account no longer reaches us."""
    connection.execute(
        delete(connected_events).where(
            connected_events.c.account_id == account_id, connected_events.c.event == event
        )
    )


def events_of(connection: Connection, account_id: int) -> dict[str, datetime]:
    """Return which events of an account reach us, and since when."""
    found = connection.execute(
        select(connected_events.c.event, connected_events.c.since).where(
            connected_events.c.account_id == account_id
        )
    )
    return {event: since for event, since in found}  # noqa: C416  # rows are no pairs to a type checker
