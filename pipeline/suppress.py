"""Suppress: a person goes from everywhere, and the keyed hash of each identifier alone stays."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.contact import ContactKey
from pipeline.objections import hold_to
from store import contacts, erasing, messaging
from store.messaging import Step


def suppress(
    connection: Connection,
    keys: Iterable[ContactKey],
    reason: str,
    suppressor: Suppressor,
    *,
    now: datetime,
    platforms: Collection[str] = (),
) -> list[Step]:
    """Suppress contacts by every identifier that is known of them, and erase them; returns what to publish.

    On `platforms` the work is done even where no contact is given. Those we never met are suppressed, too:
    they will not come in. The caller holds `suppressions.take`.
    """
    wanted = set(keys)
    known = erasing.identifiers(connection, wanted)
    hold_to(connection, suppressor.values([*wanted, *known]), reason, suppressor, now=now)
    return erase(connection, wanted, reason, platforms)


def erase(
    connection: Connection, keys: Iterable[ContactKey], reason: str, platforms: Collection[str] = ()
) -> list[Step]:
    """Delete contacts with all that is stored of them; returns the removals of those who were in, to publish.

    Of the feed only a contact's newest step stays, as the tombstone by which other systems delete it.
    """
    steps = []
    for platform in sorted({each.platform for each in keys} | {*platforms}):
        ids = [each.platform_id for each in keys if each.platform == platform]
        there = contacts.known(connection, platform, ids)
        out = messaging.take_out(connection, [each.id for each in there.values()])
        steps += [
            Step(each.id, platform, platform_id, "remove", reason)
            for platform_id, each in sorted(there.items())
            if each.id in out
        ]
        erasing.erase(connection, [each.id for each in there.values()])
        erasing.forget_steps(connection, platform, ids)
    return steps
