"""Sending: one try to bring an event to an endpoint."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from connectors.outbound import Outbound
from domain.webhook import EventType, Webhook
from domain.webhook_message import body_of, headers_of


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
