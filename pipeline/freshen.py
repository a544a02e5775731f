"""Freshen: what is wished of a roster, planned, and begun when it is due."""

import logging
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.freshness import MONTH, money_left, plan
from classifier.promise import promise
from connectors.base import Connector
from domain.account import Account
from domain.budget import day_of
from domain.errors import RegularsError
from domain.freshness import Action, Plan, Prices, Promise, Roster, Wish
from domain.signal import SignalKind
from domain.stream import COUNT, Shape, Stream
from pipeline.begin import Wanted, begin_harvest
from pipeline.delivered import FOLLOW_EVENTS
from pipeline.road import Road
from store import accounts, freshness, ledger, runs, walks, withheld
from store.freshness import Wished

log = logging.getLogger("regulars.freshen")

#: When a plan is made again whose step has begun: its end is told at once, this is for ends that are not.
LATER = timedelta(minutes=10)
#: How long nothing is begun after a run that failed: it waits for an operator or an outage's end.
AFTER_FAILURE = timedelta(hours=6)


class Outlook(NamedTuple):
    """What is known of an account's roster, what comes next and what can be promised."""

    roster: Roster
    plan: Plan
    promise: Promise


def begin_due(road: Road, *, now: datetime) -> int:
    """Begin what the plans of all accounts say is due; returns how many steps.

    Several dispatchers may call it at once: each plan is made by one of them.
    """
    with road.database.read() as connection:
        due = freshness.due(connection, now=now)
    return sum(
        road.database.transact(lambda connection, each=each: _begin(connection, road, each, now))  # type: ignore[misc]  # each is bound here
        for each in due
    )


def outlook(connection: Connection, road: Road, account: Account, wish: Wish, *, now: datetime) -> Outlook:
    """Plan for an account; raises RegularsError where its platform tells no count of followers."""
    stream, look = followed(road.connector_of(connection, account), account)
    roster = roster_of(connection, account, stream, now=now)
    owned = account.owned_reads
    prices = Prices(road.price(look.meter or "", owned), road.price(stream.meter or "", owned))
    return Outlook(roster, plan(roster, wish, prices, now=now), promise(roster, wish, prices, now=now))


def followed(connector: Connector, account: Account) -> tuple[Stream, Stream]:
    """Return the roster of an account's followers and the look at their count."""
    rosters = [
        each
        for each in connector.streams.values()
        if each.shape is Shape.ROSTER and SignalKind.FOLLOWS in each.kinds
    ]
    if not rosters or COUNT not in connector.streams:
        raise RegularsError(
            f"{account.platform} tells no count of followers, so nothing can be planned for {account.name}; "
            "harvest it whole (`regulars harvest`)."
        )
    return rosters[0], connector.streams[COUNT]


def roster_of(connection: Connection, account: Account, stream: Stream, *, now: datetime) -> Roster:
    """Return what is known of an account's followers."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Roster(
        known=freshness.follows(connection, account.id, now=now),
        looks=tuple(freshness.looks_of(connection, account.id, since=now - MONTH)),
        walked_at=walks.last_whole(connection, account.id, stream.name),
        head_at=walks.last_head(connection, account.id, stream.name),
        events=frozenset(freshness.events_of(connection, account.id)),
        in_doubt=withheld.count(connection, account.id),
        spent_micro_usd=freshness.spent(connection, account.id, (stream.name, COUNT), since=month)
        + ledger.metered(
            connection, f"{account.platform}:{account.platform_id}", FOLLOW_EVENTS, since=day_of(month)
        ),
        told=freshness.told(connection, account.id),
    )


def _begin(connection: Connection, road: Road, wished: Wished, now: datetime) -> int:
    if not freshness.claim(connection, wished, now + LATER):
        return 0
    account = accounts.get(connection, wished.account_id)
    try:
        connector = road.connector_of(connection, account)
        stream, _ = followed(connector, account)
        streams = (stream.name, COUNT)
        if runs.active(connection, account.id).keys() & set(streams):
            return 0
        failed_at = freshness.last_failed(connection, account.id, streams)
        if failed_at is not None and now < failed_at + AFTER_FAILURE:
            freshness.plan_at(connection, account.id, failed_at + AFTER_FAILURE)
            return 0
        roster, step, _ = outlook(connection, road, account, wished.wish, now=now)
        if step.action is Action.WAIT:
            freshness.plan_at(connection, account.id, step.at)
            return 0
        begin_harvest(
            connection, account, connector, _wanted(step, stream, money_left(roster, wished.wish)), now=now
        )
    except RegularsError as error:
        log.warning("freshen.waiting", extra={"account": account.id, "error": str(error)})
        freshness.plan_at(connection, account.id, now + AFTER_FAILURE)
        return 0
    return 1


def _wanted(step: Plan, stream: Stream, left: int | None) -> Wanted:
    """Return the harvest of a step; it stops where no more is `left` of the month's budget."""
    if step.action is Action.LOOK:
        return Wanted((COUNT,))  # its price is known, and was held against what is left
    pages = step.pages if step.action is Action.HEAD else None
    return Wanted((stream.name,), step.page_size, budget_micro_usd=left, head_pages=pages)
