"""The keys of public links, sealed: none is ever taken away, for links in old mails must open."""

from datetime import datetime

from sqlalchemy import Connection, select

from store import sets
from store.tables import link_keys


def keys(connection: Connection) -> tuple[bytes, ...]:
    """Return the sealed keys, the oldest first."""
    return tuple(connection.scalars(select(link_keys.c.key_sealed).order_by(link_keys.c.number)))


def since(connection: Connection) -> list[datetime]:
    """Return when each key was made, the oldest first."""
    return list(connection.scalars(select(link_keys.c.at).order_by(link_keys.c.number)))


def add(connection: Connection, number: int, sealed: bytes, *, now: datetime) -> None:
    """Add the key that comes after `number` others, unless another process was quicker."""
    sets.add(connection, link_keys, {"number": number, "key_sealed": sealed, "at": now})
