"""Alerts: what somebody should know without looking, and when it is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo


class AlertKind(StrEnum):
    """What is told."""

    HARVEST_ENDED = "harvest_ended"
    ACCOUNT_PAUSED = "account_paused"
    TOKEN_DYING = "token_dying"  # noqa: S105  # a kind
    BUDGET_NEAR_END = "budget_near_end"
    BUDGET_ENDED = "budget_ended"
    LEAVERS_WITHHELD = "leavers_withheld"
    NOTICES_DUE = "notices_due"
    NOTICES_OVERDUE = "notices_overdue"
    FAILED = "failed"
    QUEUE_STUCK = "queue_stuck"
    SCHEDULE_MISSED = "schedule_missed"
    ERASURES_DUE = "erasures_due"
    QUEUE_AWAY = "queue_away"
    CONSUMER_BEHIND = "consumer_behind"
    REMOVALS_UNACKNOWLEDGED = "removals_unacknowledged"
    WEBHOOK_ENDED = "webhook_ended"


class Way(StrEnum):
    """How it is told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class Alert(NamedTuple):
    """One thing to know; of a kind and key one stands at a time. `values` name nobody."""

    kind: AlertKind
    key: str
    values: Mapping[str, str | int]


def told_at(hour: int | None, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when an alert is told: at once, or at the next time the clock of a zone shows an hour."""
    if hour is None:
        return now
    there = now.astimezone(zone)
    today = there.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (today if today > there else today + timedelta(days=1)).astimezone(now.tzinfo)


def next_try(tries: int, now: datetime) -> datetime:
    """Return when to try again after so many tries that failed: a minute later, then ever later."""
    return now + timedelta(minutes=min(4 ** (tries - 1), 720))
