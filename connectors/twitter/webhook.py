"""How X proves that a push is its own, and how we prove that an address is ours; pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

#: The header that carries the signature, in lower case.
SIGNATURE = "x-twitter-webhooks-signature"


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Tell whether one of the apps' consumer secrets signed exactly these bytes (x-api.md §3)."""
    given = signature.encode("utf-8", "replace")
    return any(hmac.compare_digest(given, _mac(each, body)) for each in sorted(set(secrets)))


def response_token(crc_token: str, secret: str) -> str:
    """Answer the check that X makes of an address; one that is not answered for 28 hours is given up."""
    return _mac(secret, crc_token.encode()).decode()


def _mac(secret: str, body: bytes) -> bytes:
    return b"sha256=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
