"""Opt out: who told another system to be left alone objects here, a slice of people a transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.contact import ContactKey
from pipeline.rights import OBJECTED, end_contact
from store import contacts, erasing, messaging, suppressions

#: A platform and a handle there.
Handle = tuple[str, str]


class Foreseen(NamedTuple):
    """What objections would do: contacts that are stored, regular ones among them, and who did so before."""

    known: int
    inside: int
    before: int


def foresee(
    connection: Connection,
    keys: Collection[ContactKey],
    handles: Collection[Handle],
    suppressor: Suppressor,
) -> Foreseen:
    """Count what the objections of these people would do; changes nothing."""
    known = erasing.known_by(connection, _met(connection, keys, handles)).values()
    there = [each.contact_id for each in known]
    values = suppressor.values([*keys, *_identifiers(handles)])
    before = suppressions.among(connection, values)
    return Foreseen(len(there), len(messaging.inside(connection, there)), len(before))


def opt_out(
    connection: Connection,
    keys: Collection[ContactKey],
    handles: Collection[Handle],
    suppressor: Suppressor,
    *,
    now: datetime,
) -> set[ContactKey]:
    """Carry out the objections of people named by keys and handles, in one transaction.

    Whoever was never met is kept out, too. Returns the keys that went, those found by a handle among them.
    """
    suppressions.take(connection)
    met = _met(connection, keys, handles)
    end_contact(connection, sorted(met), suppressor, OBJECTED, identifiers=[*_identifiers(handles)], now=now)
    return met


def inside_count(connection: Connection) -> int:
    """Return how many are in the messaging store."""
    inside, _ = messaging.counts(connection)
    return inside


def _met(
    connection: Connection, keys: Collection[ContactKey], handles: Collection[Handle]
) -> set[ContactKey]:
    names: dict[str, list[str]] = defaultdict(list)
    for platform, handle in handles:
        names[platform].append(handle)
    found = {
        ContactKey(platform, each)
        for platform, some in names.items()
        for each in contacts.named_any(connection, platform, some)
    }
    return {*keys, *found}


def _identifiers(handles: Iterable[Handle]) -> Iterable[tuple[str, str]]:
    return ((f"handle:{platform}", handle) for platform, handle in handles)
