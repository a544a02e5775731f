"""Lines of JSON that each say who agreed to be passed on to a third party."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, TextIO

from domain.contact import ContactKey
from domain.transfer import Transfer

#: Lines that are taken in one transaction, and characters that one may hold.
AT_ONCE, MOST = 1_000, 20_000
_NEEDED = ("contact_key", "given_on", "source", "consent", "language")


def slices(given: TextIO) -> Iterator[list[tuple[int, str]]]:
    """Read lines with their numbers, so many at once; empty ones are passed over."""
    some: list[tuple[int, str]] = []
    number = 0
    while line := given.readline(MOST + 1):
        number += 1
        if line.strip():
            some.append((number, line))
        if len(some) == AT_ONCE:
            yield some
            some = []
    yield some


def transfer_of(line: str, by: str) -> Transfer:
    """Read a line; raises ValueError with a clause that says what is wrong and holds nothing of it."""
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON object") from None
    if not isinstance(said, dict) or set(said) != set(_NEEDED):
        raise ValueError(f"it must hold {', '.join(_NEEDED)}, and nothing else")
    if not all(isinstance(each, str) for each in said.values()):
        raise ValueError("each of its values must be text")
    try:
        at = datetime.combine(date.fromisoformat(said["given_on"].strip()), time(), UTC)
    except ValueError:
        raise ValueError("given_on must be a date such as 2026-03-31") from None
    try:
        key = ContactKey.parse(said["contact_key"])
    except ValueError:
        raise ValueError("contact_key is none, such as twitter:123") from None
    return Transfer(key, said["consent"].strip(), said["language"].strip(), said["source"].strip(), by, at)
