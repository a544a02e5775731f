"""How Facebook proves that a push is its own, and how we prove that an address is ours; pure."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

#: The header that carries the signature, in lower case. The older one with SHA-1 is not read.
SIGNATURE = "x-hub-signature-256"


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Tell whether one of the apps' secrets signed exactly these bytes.

    Facebook signs the text with its escapes as it sends it: JSON that was read and written again has
    another signature (facebook-graph-api.md §4).
    """
    given = signature.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(given, f"sha256={_mac(each, body)}".encode()) for each in sorted(set(secrets))
    )


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """Return what to answer when Facebook asks whether an address is ours; None for a wrong token.

    The parameters have dots in their names (facebook-graph-api.md §4).
    """
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    asked = query.get("hub.challenge", "")
    right = hmac.compare_digest(given, verify_token.encode()) and bool(verify_token)
    return asked if right and query.get("hub.mode") == "subscribe" and asked.isalnum() else None


def _mac(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
