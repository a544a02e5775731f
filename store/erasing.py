"""Erasing: everything of a contact goes, whichever table it stands in."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from domain.contact import ContactKey
from store.sets import as_parameter, rows_of, run

_KEY = {"platform": "text", "platform_id": "text"}


class KnownBy(NamedTuple):
    """By what a contact is known."""

    contact_id: int
    identifiers: list[tuple[str, str]]


def identifiers(connection: Connection, keys: Iterable[ContactKey]) -> list[tuple[str, str]]:
    """Return by what else contacts are known beside their platform's id, as (kind, identifier)."""
    found = run(
        connection,
        "WITH c AS (SELECT c.id, c.platform, c.handle "
        f"FROM {rows_of(connection, _KEY)} AS r CROSS JOIN contacts AS c "
        "WHERE c.platform = r.platform AND c.platform_id = r.platform_id) "
        "SELECT 'handle:' || platform, handle FROM c WHERE handle IS NOT NULL UNION ALL "
        "SELECT CASE a.channel WHEN 'sms' THEN 'phone' ELSE a.channel END, a.address "
        "FROM c CROSS JOIN addresses AS a WHERE a.contact_id = c.id",
        rows=as_parameter(list(each) for each in sorted(keys)),
    )
    return [(kind, identifier) for kind, identifier in found]


def known_by(connection: Connection, keys: Iterable[ContactKey]) -> dict[ContactKey, KnownBy]:
    """Return of contacts that are there their numbers and every (kind, identifier), the key's own first."""
    found = run(
        connection,
        "WITH c AS (SELECT c.id, c.platform, c.platform_id, c.handle "
        f"FROM {rows_of(connection, _KEY)} AS r CROSS JOIN contacts AS c "
        "WHERE c.platform = r.platform AND c.platform_id = r.platform_id) "
        "SELECT id, platform, platform_id, 'handle:' || platform, handle FROM c UNION ALL "
        "SELECT c.id, c.platform, c.platform_id, CASE a.channel WHEN 'sms' THEN 'phone' ELSE a.channel END, "
        "a.address FROM c CROSS JOIN addresses AS a WHERE a.contact_id = c.id",
        rows=as_parameter(list(each) for each in sorted(keys)),
    )
    known: dict[ContactKey, KnownBy] = {}
    for contact_id, platform, platform_id, kind, identifier in found:
        key = ContactKey(platform, platform_id)
        own = known.setdefault(key, KnownBy(contact_id, [(platform, platform_id)]))
        if identifier is not None:
            own.identifiers.append((kind, identifier))
    return known


def erase(connection: Connection, contact_ids: Iterable[int]) -> int:
    """Delete contacts with their acts, decisions, texts and interests; returns how many.

    They must be out of the messaging store.
    """
    gone = run(
        connection,
        f"DELETE FROM contacts WHERE id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return gone.rowcount


def forget_steps(
    connection: Connection, platform: str, platform_ids: Iterable[str], *, leaving: Collection[str] = ()
) -> None:
    """Delete the feed's steps of contacts but for their newest removal.

    Of those who are `leaving` none stays: a newer removal is about to be published.
    """
    newest = (
        "(SELECT max(n.seq) FROM changes AS n WHERE n.platform = changes.platform "
        "AND n.platform_id = changes.platform_id AND n.op = 'remove')"
    )
    people = rows_of(connection, {"platform_id": "text", "leaves": "int"})
    run(
        connection,
        "DELETE FROM changes WHERE platform = :platform "
        f"AND platform_id IN (SELECT platform_id FROM {people} AS r) AND (op = 'upsert' OR seq < {newest} "
        f"OR platform_id IN (SELECT platform_id FROM {people} AS r WHERE leaves = 1))",
        platform=platform,
        rows=as_parameter([each, int(each in leaving)] for each in platform_ids),
    )
