"""Webhooks: endpoints of consumers are made, tried, changed and let go; each act entered in the journal."""

import base64
import secrets
from collections.abc import Callable, Sequence
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
    EventType,
    State,
    Webhook,
    WebhookError,
    body_of,
    headers_of,
)
from store import journal, webhook_events, webhooks
from store.webhook_events import Letter

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
    _enter(connection, actor, Act.WEBHOOK_ADDED, made, now)
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
    _enter(connection, actor, Act.WEBHOOK_ROTATED, webhook, now)
    return secret


def pause_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Send an endpoint nothing until it is resumed; raises WebhookError for one that has ended."""
    if webhook.state in ENDED:
        raise WebhookError("This webhook has ended by itself: resume or remove it.")
    webhooks.set_state(connection, webhook.id, State.PAUSED, now=now)
    _enter(connection, actor, Act.WEBHOOK_PAUSED, webhook, now)


def resume_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Send an endpoint events again, whatever stopped it."""
    webhooks.set_state(connection, webhook.id, State.ACTIVE, now=now)
    _enter(connection, actor, Act.WEBHOOK_RESUMED, webhook, now)


def remove_webhook(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Forget an endpoint, its secret and its dead letters."""
    webhooks.remove(connection, webhook.id)
    _enter(connection, actor, Act.WEBHOOK_REMOVED, webhook, now)


def replay_letter(connection: Connection, letter: Letter, actor: str, *, now: datetime) -> None:
    """Send a dead letter once more; raises WebhookError where its endpoint is told nothing."""
    webhook = webhooks.get(connection, letter.webhook_id)
    if webhook.state is not State.ACTIVE:
        raise WebhookError("This webhook is told nothing now: resume it first.")
    webhook_events.replay(connection, letter.id, now=now)
    _enter(connection, actor, Act.WEBHOOK_REPLAYED, webhook, now, letter=letter.id)


def drop_letter(connection: Connection, letter: Letter, actor: str, *, now: datetime) -> None:
    """Forget a dead letter."""
    webhook = webhooks.get(connection, letter.webhook_id)
    webhook_events.drop(connection, letter.id)
    _enter(connection, actor, Act.WEBHOOK_DROPPED, webhook, now, letter=letter.id)


def enter_test(connection: Connection, webhook: Webhook, actor: str, *, now: datetime) -> None:
    """Write into the journal that an endpoint is tried."""
    _enter(connection, actor, Act.WEBHOOK_TESTED, webhook, now)


def send_test(outbound: Outbound, webhook: Webhook, signing: Sequence[str], *, now: datetime) -> None:
    """Send an endpoint a trial, once and at once; raises OutboundError where it was not taken."""
    send(outbound, webhook.url, new_message_id(), body_of(EventType.TEST, now), signing, now=now)


def send(  # all that one try is made of
    outbound: Outbound, url: str, message_id: str, body: bytes, signing: Sequence[str], *, now: datetime
) -> None:
    """Make one try to send an event; raises OutboundError where it was not taken."""
    outbound.post(url, body, headers_of(message_id, body, signing, now=now))


def new_message_id() -> str:
    """Make the id of an event: by it a receiver knows one that comes twice."""
    return f"msg_{secrets.token_hex(16)}"


def _new_secret() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _enter(
    connection: Connection, actor: str, act: Act, webhook: Webhook, now: datetime, **more: Detail
) -> None:
    details: dict[str, Detail] = {"webhook": webhook.id, "consumer": webhook.consumer_id, **more}
    journal.record(connection, Entry(actor, act, now, details=details))
