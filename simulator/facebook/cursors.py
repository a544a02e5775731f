"""Opaque positions in a listing, bound to the edge and the parameters they were given for."""

import base64
import hashlib
import json
from typing import NamedTuple


class Cursor(NamedTuple):
    """Where a walk stands: the next row, and which walk (its order and its age) it belongs to."""

    position: int
    walk: int
    given_at: float
    page: int


def encode(cursor: Cursor, listing: str) -> str:
    """Write a cursor so that it tells a client nothing (§3: cursors are opaque, must not be stored)."""
    plain = json.dumps([*cursor, _binding(listing)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=") + "ZD"


def decode(text: str, listing: str) -> Cursor | None:
    """Read a cursor; None where it is malformed or was given for another edge or other parameters."""
    body = text.removesuffix("ZD")
    try:
        position, walk, given_at, page, binding = json.loads(
            base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        )
        cursor = Cursor(int(position), int(walk), float(given_at), int(page))
    except (ValueError, TypeError):
        return None
    return cursor if binding == _binding(listing) and cursor.position >= 0 else None


def _binding(listing: str) -> str:
    return hashlib.blake2b(listing.encode(), digest_size=6).hexdigest()
