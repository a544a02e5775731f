"""Messages of webhooks: what an event says, and the headers that sign it (Standard Webhooks 1.0.0)."""

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from domain.webhook import MARK, EventType


def body_of(kind: EventType, made_at: datetime) -> bytes:
    """Write an event; the same at every try."""
    at = made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": kind.value, "timestamp": at, "data": {}}, separators=(",", ":")).encode()


def headers_of(message_id: str, body: bytes, secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Write the headers of one try at `now`, with a signature by each secret."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(each, signed)}" for each in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(MARK))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
