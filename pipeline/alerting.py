"""Alerting: what stands now that somebody should know without looking."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.alert import Alert, AlertKind
from domain.budget import dollars
from store import accounts, alarming, alerts, budgets, overview, withheld

#: How long ahead the end of a token and notices due are told.
AHEAD = timedelta(days=7)
#: How long a harvest counts as having just ended, and for how long a queue may stand still.
JUST_ENDED, STUCK = timedelta(days=1), timedelta(minutes=5)
#: From which share of a budget on it is near its end, in percent.
NEAR_END = 80
#: How long alerts that ended stay.
KEPT = timedelta(days=30)


def look(connection: Connection, *, now: datetime) -> list[int]:
    """Let alerts begin and end as things stand; returns the new ones, which are on their way."""
    alerts.expire(connection, now - KEPT)
    return alerts.settle(connection, found(connection, now=now), now=now)


def found(connection: Connection, *, now: datetime) -> Iterator[Alert]:
    """Find everything that somebody should know now."""
    for account in accounts.every(connection):
        if account.paused_reason:
            yield Alert(AlertKind.ACCOUNT_PAUSED, str(account.id), {"account": account.name})
    for token in alarming.dying_tokens(connection, now + AHEAD):
        day = token["token_expires_at"].date().isoformat()
        yield Alert(AlertKind.TOKEN_DYING, f"{token['id']}:{day}", {"account": token["name"], "day": day})
    yield from _budgets(connection, now)
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
    for failure in alarming.open_failures(connection):
        yield Alert(AlertKind.FAILED, failure["cause"], dict(failure))
    for stuck in alarming.stuck_queues(connection, now - STUCK):
        minutes = int((now - stuck["since"]) / timedelta(minutes=1))
        yield Alert(AlertKind.QUEUE_STUCK, stuck["queue"], {"queue": stuck["queue"], "minutes": minutes})
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
