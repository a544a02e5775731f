"""Objections: how much of their ledger is applied, and what is suppressed, as the ledger tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.contact import ContactKey
from store.sets import add, put, run
from store.tables import objections_ledger, suppressions


class Suppressed(NamedTuple):
    """A value with how many keys are around it, and why and when it was suppressed."""

    value: str
    wraps: int
    reason: str
    at: datetime


class Person(NamedTuple):
    """A contact with its name, both to be compared with what is suppressed."""

    id: int
    key: ContactKey
    handle: str | None


def applied(connection: Connection) -> int:
    """Return how many bytes of the ledger are applied."""
    return connection.scalar(select(objections_ledger.c.applied_bytes)) or 0


def hold(connection: Connection) -> int:
    """Return how many bytes are applied, and let nobody else append to the end of the transaction."""
    add(connection, objections_ledger, {"id": 1, "applied_bytes": 0})
    return connection.scalar(select(objections_ledger.c.applied_bytes).with_for_update()) or 0


def settle(connection: Connection, size: int) -> None:
    """Remember how many bytes are applied now."""
    put(connection, objections_ledger, {"id": 1, "applied_bytes": size})


def every(connection: Connection) -> Iterator[Suppressed]:
    """Read all suppressions, the oldest first."""
    columns = (suppressions.c.value, suppressions.c.wraps, suppressions.c.reason, suppressions.c.at)
    for row in connection.execute(select(*columns).order_by(suppressions.c.at, suppressions.c.value)):
        yield Suppressed(*row)


def people_after(connection: Connection, after: int, size: int) -> list[Person]:
    """Return the next contacts by id, for a pass over the whole store."""
    found = run(
        connection,
        "SELECT id, platform, platform_id, handle FROM contacts WHERE id > :after ORDER BY id LIMIT :size",
        after=after,
        size=size,
    )
    return [Person(row[0], ContactKey(row[1], row[2]), row[3]) for row in found]
