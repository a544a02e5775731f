"""Cursors: where a reader stands in the feed, sealed, so that it tells nobody anything.

AES-SIV (RFC 5297) is authenticated and needs no random number: the same place gives the same cursor, by which
an answer that has not changed keeps its ETag.
"""

import base64
import binascii
import struct
from datetime import date
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

#: What the key is derived for.
PURPOSE = b"regulars cursors"
#: What cursors look like; the longest is shorter.
SHAPE = "^[A-Za-z0-9_-]{1,200}$"
_FORM = struct.Struct(">qqqqI")


class GoneError(Exception):
    """Raised for a cursor that leads nowhere any more: its reader begins anew."""


class Place(NamedTuple):
    """Where a reader stands.

    It knows every step up to `seq`, and removals up to `ahead`. `upto` is the last step of a snapshot, 0 in
    the feed. Every step behind `seq` is of `day` (UTC) or later: none of them is forgotten while the
    tombstones of that day stand.
    """

    consumer_id: int
    epoch: str
    seq: int
    day: date
    ahead: int = 0
    upto: int = 0


class Cursors:
    """Seals places and opens them again."""

    def __init__(self, key: bytes) -> None:
        self._siv = AESSIV(key)

    def seal(self, place: Place) -> str:
        """Write a place as a cursor."""
        numbers = (place.consumer_id, place.seq, place.ahead, place.upto, place.day.toordinal())
        sealed = self._siv.encrypt(_FORM.pack(*numbers) + bytes.fromhex(place.epoch), [PURPOSE])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, cursor: str) -> Place:
        """Read a cursor; raises GoneError for one that is none of ours, or of a former key."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            content = self._siv.decrypt(raw, [PURPOSE])
        except (InvalidTag, ValueError, binascii.Error):
            raise GoneError from None
        consumer_id, seq, ahead, upto, day = _FORM.unpack(content[: _FORM.size])
        return Place(consumer_id, content[_FORM.size :].hex(), seq, date.fromordinal(day), ahead, upto)
