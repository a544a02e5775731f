"""Webhooks: endpoints of consumers are made, tried, changed and let go; each act entered in the journal."""

import base64
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from connectors.outbound import Outbound
from domain.consumer import Consumer
from domain.journal import Act, Detail, Entry
from domain.webhook import (
    ENDED,
    LONGEST_URL,
    MARK,
    MOST_ENDPOINTS,
    OVERLAP,
    SECRET_BYTES,
    State,
    Webhook,
    WebhookError,
)
from store import journal, webhooks

#: Seals a secret with the installation's key, in the transaction that writes it.
Seal = Callable[[Connection, str], bytes]


class Means(NamedTuple):
    """What calls endpoints, and what seals their secrets."""

    outbound: Outbound
    seal: Seal


def add_webhook(
    connection: Connection, consumer: Consumer, url: str, means: Means, actor: str, *, now: datetime
) -> tuple[Webhook, str]:
    """Make an endpoint; returns it with its secret, which is told now and never again.

    Raises WebhookError or OutboundError for an address that cannot be one.
    """
    if len(url) > LONGEST_URL:
        raise WebhookError(f"An address has {LONGEST_URL} characters at most.")
    means.outbound.require(url)
    if webhooks.count(connection, consumer.id) >= MOST_ENDPOINTS:
        raise WebhookError(f"A consumer has {MOST_ENDPOINTS} webhooks at most; remove one first.")
    secret = _new_secret()
    made = webhooks.add(connection, consumer.id, url, means.seal(connection, secret), now=now)
    enter(connection, actor, Act.WEBHOOK_ADDED, made, now)
    return made, secret


def rotate_secret(
    connection: Connection,
    webhook: Webhook,
    seal: Seal,
    actor: str,
    *,
    now: datetime,
    overlap: timedelta = OVERLAP,
) -> str:
    """Give an endpoint a new secret; the one before signs beside it for the overlap."""
    secret = _new_secret()
    webhooks.rotate(connection, webhook.id, seal(connection, secret), now + overlap if overlap else None)
    enter(connection, actor, Act.WEBHOOK_ROTATED, webhook, now)
    return secret


def pause_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Send an endpoint nothing until it is resumed; raises WebhookError for one that has ended."""
    if webhook.state in ENDED:
        raise WebhookError("This webhook has ended by itself: resume or remove it.")
    webhooks.set_state(connection, webhook.id, State.PAUSED, now=now)
    enter(connection, actor, Act.WEBHOOK_PAUSED, webhook, now)


def resume_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Send an endpoint events again, whatever stopped it."""
    webhooks.set_state(connection, webhook.id, State.ACTIVE, now=now)
    enter(connection, actor, Act.WEBHOOK_RESUMED, webhook, now)


def remove_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Forget an endpoint, its secret and its dead letters."""
    webhooks.remove(connection, webhook.id)
    enter(connection, actor, Act.WEBHOOK_REMOVED, webhook, now)


def _new_secret() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def enter(
    connection: Connection, actor: str, act: Act, webhook: Webhook, now: datetime, **more: Detail
) -> None:
    """Write into the journal what was done to an endpoint."""
    details: dict[str, Detail] = {"webhook": webhook.id, "consumer": webhook.consumer_id, **more}
    journal.record(connection, Entry(actor, act, now, details=details))
