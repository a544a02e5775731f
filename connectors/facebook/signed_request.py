"""What Facebook signs when a person leaves an app or asks to be deleted from it; pure."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from connectors.facebook.translate import is_id

#: The form's only field.
FIELD = "signed_request"
#: The longest form, in bytes: a signature and a few numbers.
MAX_FORM = 16 * 1024
#: An older request may have been caught on its way: it is not carried out once more.
MAX_AGE = timedelta(hours=24)
#: How far Facebook's clock may be ahead of ours.
AHEAD = timedelta(minutes=5)

_ALGORITHM = "HMAC-SHA256"
_PART = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class SignedRequest(NamedTuple):
    """Who asks: the person's id within each of these apps, for one secret may sign for several accounts."""

    user_id: str
    app_ids: frozenset[str]


def requested(form: bytes, apps: Iterable[tuple[str, str]], now: datetime) -> SignedRequest | None:
    """Read a callback's form against the secrets of apps (app id, secret); None for whatever is not genuine.

    Forged, altered, under another algorithm, older than `MAX_AGE`, or no such form: nothing tells which.
    """
    text = _field(form)
    signature, dot, payload = text.partition(".")
    if not (dot and _PART.fullmatch(signature) and _PART.fullmatch(payload)):
        return None
    given = _decoded(signature)
    # Every secret is tried whatever came before, and each in constant time.
    signers = [
        app
        for app, secret in sorted(set(apps))
        if hmac.compare_digest(given, hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest())
    ]
    return _read(payload, frozenset(signers), now) if signers else None


def _field(form: bytes) -> str:
    if len(form) > MAX_FORM:
        return ""
    try:
        fields = parse_qs(form.decode("ascii"), strict_parsing=True, max_num_fields=4)
    except ValueError:
        return ""
    values = fields.get(FIELD, [])
    return values[0] if len(values) == 1 else ""


def _read(payload: str, app_ids: frozenset[str], now: datetime) -> SignedRequest | None:
    try:
        told: Any = json.loads(_decoded(payload))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or str(told.get("algorithm")).upper() != _ALGORITHM:
        return None
    issued_at, user_id = told.get("issued_at"), str(told.get("user_id"))
    if not isinstance(issued_at, int) or isinstance(issued_at, bool) or not is_id(user_id):
        return None
    try:
        age = now - datetime.fromtimestamp(issued_at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return SignedRequest(user_id, app_ids) if -AHEAD <= age <= MAX_AGE else None


def _decoded(part: str) -> bytes:
    """Decode base64url with or without its padding; nothing for what is none."""
    bare = part.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return b""
