"""Choices: what contacts declared of topics, and what a human pinned and removed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete

from store import sets
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


def choose(
    connection: Connection, contact_id: int, topic: str, choice: str, platform: str | None, *, now: datetime
) -> None:
    """Keep that a human pinned a topic (to a contact of a platform) or removed it (without platform)."""
    row = {"contact_id": contact_id, "topic": topic, "choice": choice, "platform": platform, "at": now}
    sets.put(connection, chosen_topics, row)


def take_back(connection: Connection, contact_id: int, topic: str, *, declared: bool) -> bool:
    """Forget a human's choice, or what a contact declared; returns whether there was any."""
    table = declared_topics if declared else chosen_topics
    gone = connection.execute(delete(table).where(table.c.contact_id == contact_id, table.c.topic == topic))
    return gone.rowcount > 0
