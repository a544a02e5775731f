"""Pagination tokens: where a walk stands, which walk it is, what it was given for; opaque."""

import base64
import struct
from typing import NamedTuple

from simulator.mixing import key_of

_SHAPE = struct.Struct(">QIBII")
_TIMELINE = "7140dibdnow9c7btw"


class Position(NamedTuple):
    """`place` is the next place or, on a timeline, the last serial seen; `turn` counts empty pages there."""

    place: int
    walk: int = 0
    turn: int = 0
    given_at: int = 0


def write(position: Position, listing: str, *, timeline: bool) -> str:
    """Write a token in the shape of the recorded ones (x-api.md §1.4)."""
    packed = _SHAPE.pack(*position, _binding(listing))
    text = base64.b32hexencode(packed).decode().rstrip("=")
    return _TIMELINE + text.lower() if timeline else text + "ZZZ"


def read(text: str, listing: str) -> Position | None:
    """Read a token; None where it is invented, or was given for another path or other parameters."""
    plain = text.removeprefix(_TIMELINE).removesuffix("ZZZ").upper()
    try:
        packed = base64.b32hexdecode(plain + "=" * (-len(plain) % 8))
        place, walk, turn, given_at, binding = _SHAPE.unpack(packed)
    except (ValueError, struct.error):
        return None
    return Position(place, walk, turn, given_at) if binding == _binding(listing) else None


def _binding(listing: str) -> int:
    return key_of(0, "listing", listing) & 0xFFFFFFFF
