"""What our own X profile says to everybody; X shortens addresses, and tells beside what they lead to."""

from collections.abc import Iterator, Mapping
from typing import Any


def shown_by(user: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts and full addresses of a profile; what cannot be read is left out."""
    texts = [user.get("description"), user.get("url"), *_addresses(user.get("entities"))]
    return tuple(each for each in texts if isinstance(each, str) and each)


def _addresses(entities: Any) -> Iterator[Any]:
    for place in ("url", "description"):
        found = entities.get(place) if isinstance(entities, dict) else None
        listed = found.get("urls") if isinstance(found, dict) else None
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                yield each.get("expanded_url")
