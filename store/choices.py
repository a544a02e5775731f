"""Choices: what contacts declared of topics, and what a human pinned and removed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete

from store import sets
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import chosen_topics, declared_topics

PINNED, REMOVED = "pinned", "removed"


class Choices(NamedTuple):
    """What a contact declared, and what a human pinned and removed."""

    declared: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def of_contacts(connection: Connection, contact_ids: Iterable[int]) -> dict[int, Choices]:
    """Return what contacts declared and what a human chose for them."""
    found = run(
        connection,
        f"WITH r AS (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS given) "
        "SELECT contact_id, topic, 'declared' FROM declared_topics WHERE contact_id IN (SELECT id FROM r) "
        "UNION ALL "
        "SELECT contact_id, topic, choice FROM chosen_topics WHERE contact_id IN (SELECT id FROM r)",
        rows=as_parameter([each] for each in contact_ids),
    )
    topics: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for contact_id, topic, choice in found:
        topics[contact_id][choice].append(topic)
    return {
        each: Choices(**{name: tuple(sorted(of)) for name, of in of.items()}) for each, of in topics.items()
    }


def declare(
    connection: Connection, contact_id: int, topic: str, consent: tuple[str, str], *, now: datetime
) -> None:
    """Keep that a contact declared a topic; `consent` is what it agreed to, and where."""
    words, source = consent
    row = {"contact_id": contact_id, "topic": topic, "consent": words, "source": source, "at": now}
    sets.put(connection, declared_topics, row)


class Declared(NamedTuple):
    """A topic that a contact declared, the words that it agreed to, where and when."""

    contact_id: int
    topic: str
    consent: str
    source: str
    at: datetime


def declare_all(connection: Connection, declared: Iterable[Declared]) -> None:
    """Keep what contacts declared, of each topic the newest; a removal that came later stands.

    The contacts must be held (`store.interests.hold`); of others nothing is kept.
    """
    columns = {"contact_id": "int", "topic": "text", "consent": "text", "source": "text", "at": "time"}
    newest = {(each.contact_id, each.topic): each for each in sorted(declared, key=lambda each: each.at)}
    listed = as_parameter([*each[:4], stamp(each.at)] for _, each in sorted(newest.items()))
    earlier = f"(SELECT 1 FROM {rows_of(connection, columns)} AS r WHERE r.contact_id = {{0}}.contact_id "
    earlier += "AND r.topic = {0}.topic AND r.at >= {0}.at)"
    run(
        connection,
        f"DELETE FROM chosen_topics WHERE choice = '{REMOVED}' AND EXISTS {earlier.format('chosen_topics')}",
        rows=listed,
    )
    run(
        connection,
        "INSERT INTO declared_topics (contact_id, topic, consent, source, at) "
        f"SELECT r.contact_id, r.topic, r.consent, r.source, r.at FROM {rows_of(connection, columns)} AS r "
        "CROSS JOIN topic_holders AS h WHERE h.contact_id = r.contact_id AND NOT EXISTS "
        "(SELECT 1 FROM chosen_topics AS c WHERE c.contact_id = r.contact_id AND c.topic = r.topic "
        f"AND c.choice = '{REMOVED}') ON CONFLICT (contact_id, topic) DO UPDATE SET "
        "consent = excluded.consent, source = excluded.source, at = excluded.at "
        "WHERE declared_topics.at < excluded.at",
        rows=listed,
    )


def choose(
    connection: Connection, contact_id: int, topic: str, choice: str, platform: str | None, *, now: datetime
) -> None:
    """Keep that a human pinned a topic (to a contact of a platform) or removed it (without platform)."""
    row = {"contact_id": contact_id, "topic": topic, "choice": choice, "platform": platform, "at": now}
    sets.put(connection, chosen_topics, row)


def forget_declared(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Delete what contacts declared."""
    run(
        connection,
        "DELETE FROM declared_topics WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )


def take_back(connection: Connection, contact_id: int, topic: str, *, declared: bool) -> bool:
    """Forget a human's choice, or what a contact declared; returns whether there was any."""
    table = declared_topics if declared else chosen_topics
    gone = connection.execute(delete(table).where(table.c.contact_id == contact_id, table.c.topic == topic))
    return gone.rowcount > 0
