"""Alerting: what stands now that somebody should know without looking."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from domain.alert import Alert, AlertKind
from domain.budget import dollars
from store import (
    accounts,
    alarming,
    alerts,
    budgets,
    consumers,
    erasures,
    overview,
    schedules,
    webhooks,
    withheld,
)

#: How long ahead the end of a token and notices due are told.
AHEAD = timedelta(days=7)
#: How long a harvest counts as having just ended, and for how long a queue may stand still.
JUST_ENDED, STUCK = timedelta(days=1), timedelta(minutes=5)
#: How long after an erasure the database's files may still hold somebody; `doctor` says so, too.
SCRUBBED = timedelta(days=2)
#: How long a consumer may know nothing of what changed, or of who left.
ACKNOWLEDGED = timedelta(days=1)
#: From which share of a budget on it is near its end, in percent.
NEAR_END = 80
#: How a moment stands in an alert, in UTC.
MOMENT = "%Y-%m-%d %H:%M UTC"
#: How long alerts that ended stay.
KEPT = timedelta(days=30)


def in_zone(values: Mapping[str, Any], time_zone: str) -> dict[str, Any]:
    """Return an alert's values; a moment among them as clocks show it in a zone, which is named."""
    if "at" not in values:
        return dict(values)
    moment = datetime.strptime(values["at"], MOMENT).replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))
    return {**values, "at": f"{moment:%Y-%m-%d %H:%M} ({time_zone})"}


def look(connection: Connection, *, queue_away: bool = False, now: datetime) -> list[int]:
    """Let alerts begin and end as things stand; returns the new ones, which are on their way.

    `queue_away` is what no row tells: that the queue server has not answered for a while.
    """
    alerts.expire(connection, now - KEPT)
    return alerts.settle(connection, found(connection, queue_away=queue_away, now=now), now=now)


def found(connection: Connection, *, queue_away: bool = False, now: datetime) -> Iterator[Alert]:
    """Find everything that somebody should know now."""
    yield from _accounts(connection, now)
    yield from _budgets(connection, now)
    yield from _people(connection, now)
    yield from _consumers(connection, now)
    yield from _webhooks(connection)
    yield from _queues(connection, now)
    if queue_away:
        yield Alert(AlertKind.QUEUE_AWAY, "", {})
    yield from _harvests(connection, now)


def _accounts(connection: Connection, now: datetime) -> Iterator[Alert]:
    for account in accounts.every(connection):
        if account.paused_reason:
            yield Alert(AlertKind.ACCOUNT_PAUSED, str(account.id), {"account": account.name})
    for token in alarming.dying_tokens(connection, now + AHEAD):
        day = token["token_expires_at"].date().isoformat()
        yield Alert(AlertKind.TOKEN_DYING, f"{token['id']}:{day}", {"account": token["name"], "day": day})


def _people(connection: Connection, now: datetime) -> Iterator[Alert]:
    for doubt in withheld.listed(connection):
        values = {"account": doubt["account"], "people": doubt["people"]}
        yield Alert(AlertKind.LEAVERS_WITHHELD, str(doubt["run_id"]), values)
    waiting = overview.waiting(connection, now=now, soon=now + AHEAD)
    for kind, people in (
        (AlertKind.NOTICES_DUE, waiting.notices_due),
        (AlertKind.NOTICES_OVERDUE, waiting.notices_overdue),
    ):
        if people:
            yield Alert(kind, "", {"people": people})
    late = [each for each in erasures.unscrubbed(connection) if each.at < now - SCRUBBED]
    if late:
        yield Alert(AlertKind.ERASURES_DUE, "", {"days": len(late), "since": late[0].day})


def _consumers(connection: Connection, now: datetime) -> Iterator[Alert]:
    late = now - ACKNOWLEDGED
    for each in consumers.every(connection, now=now):
        number, named = str(each.consumer.id), {"consumer": each.consumer.name, "recipient": each.recipient}
        behind = each.behind
        if behind.records_since is not None and behind.records_since < late:
            values = {**named, "since": behind.records_since.date().isoformat()}
            yield Alert(AlertKind.CONSUMER_BEHIND, number, values)
        if behind.removals_since is not None and behind.removals_since < late:
            values = {**named, "since": behind.removals_since.date().isoformat()}
            yield Alert(AlertKind.REMOVALS_UNACKNOWLEDGED, number, values)


def _webhooks(connection: Connection) -> Iterator[Alert]:
    for number, consumer, recipient, state in webhooks.ended(connection):
        values = {"consumer": consumer, "recipient": recipient, "why": state}
        yield Alert(AlertKind.WEBHOOK_ENDED, str(number), values)


def _queues(connection: Connection, now: datetime) -> Iterator[Alert]:
    for failure in alarming.open_failures(connection):
        yield Alert(AlertKind.FAILED, failure["cause"], dict(failure))
    for queue, since in alarming.stuck_queues(connection, now - STUCK, now=now).items():
        minutes = int((now - since) / timedelta(minutes=1))
        yield Alert(AlertKind.QUEUE_STUCK, queue, {"queue": queue, "minutes": minutes})


def _harvests(connection: Connection, now: datetime) -> Iterator[Alert]:
    for missed in schedules.missed(connection):
        at = missed["moment"].strftime(MOMENT)
        values = {"schedule": missed["id"], "account": missed["account"], "at": at, "why": missed["outcome"]}
        yield Alert(AlertKind.SCHEDULE_MISSED, f"{missed['id']}:{at}", values)
    for ended in alarming.ended_harvests(connection, now - JUST_ENDED):
        values = {name: ended[name] for name in ("account", "contacts", "regular")}
        harvest = ended["harvest_id"]
        yield Alert(AlertKind.HARVEST_ENDED, str(harvest), {"harvest": harvest, **values})


def _budgets(connection: Connection, now: datetime) -> Iterator[Alert]:
    for each in budgets.listed(connection, now=now):
        share = 100 * (each["committed_micro_usd"] or 0) // max(each["amount_micro_usd"], 1)
        if share < NEAR_END:
            continue
        kind = AlertKind.BUDGET_ENDED if share >= 100 else AlertKind.BUDGET_NEAR_END
        every = "" if each["period"] == "once" else f" / {each['period']}"
        budget = f"{dollars(each['amount_micro_usd'])}{every}"
        values = {"budget": budget, "account": each["account"] or "—", "share": int(share)}
        # The period's day or month is in the key, so that each period is told of anew.
        period = now.strftime({"day": "%Y-%m-%d", "month": "%Y-%m"}.get(each["period"], "once"))
        yield Alert(kind, f"{each['id']}:{period}", values)
