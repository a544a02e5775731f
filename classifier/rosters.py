"""Two walks through the same whole set, compared: who came and who left."""

from collections.abc import Collection
from typing import NamedTuple


class Departures(NamedTuple):
    """The members that only one of two walks shows."""

    joined: frozenset[str]
    left: frozenset[str]


def compare(previous: Collection[str], present: Collection[str]) -> Departures:
    """Compare the members of two walks; both must have been read to their end.

    A walk that did not finish, or a capped listing, proves no absence and must not be compared.
    """
    before, after = frozenset(previous), frozenset(present)
    return Departures(joined=after - before, left=before - after)
