"""The consumer under test: told to read, and asked what it holds."""

from enum import Enum
from typing import Any, NamedTuple, Protocol

import orjson

#: Seconds within which a consumer says what it holds while it waits for an answer.
WHILE_WAITING_S = 10.0


class Mistake(Exception):  # noqa: N818  # of the consumer's, told to whoever writes it
    """Raised with a sentence for what a consumer did wrong."""


class How(Enum):
    """How a reading ended."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"


class Ended(NamedTuple):
    """How a reading ended, and what was said of it."""

    how: How
    told: str = ""


class Held(NamedTuple):
    """What a consumer holds of one contact, as it tells; `barred` where only that it is never written to."""

    name: str | None
    barred: bool


class Consumer(Protocol):
    """A consumer under test."""

    def sync(self, url: str, token: str) -> Ended:
        """Let it read to the end of the feed."""
        ...

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        """Ask whom it holds, by key; raises Mistake where it does not say so in the agreed form."""
        ...

    def kill(self) -> bool:
        """End it at once, wherever it stands; returns whether that can be done."""
        ...


def read(content: bytes, what: str) -> dict[str, Held]:
    """Read what a consumer holds: one JSON object a line; raises Mistake."""
    held: dict[str, Held] = {}
    for line, each in enumerate(content.splitlines(), start=1):
        if not each.strip():
            continue
        value = _object(each)
        key = value.get("contact_key")
        if not isinstance(key, str):
            raise Mistake(
                f"{what} has in line {line} no JSON object with a contact_key: one a line, as UTF-8."
            )
        if key in held:
            raise Mistake(
                f"{what} has {key} twice: a record replaces the former one of the same contact_key."
            )
        name = value.get("display_name")
        held[key] = Held(name if isinstance(name, str) else None, value.get("do_not_contact") is True)
    return held


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
