"""Logins: sign-ins at a platform or a provider that are under way."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from store.sets import put
from store.tables import logins

#: A sign-in that takes longer begins anew.
LIFE = timedelta(minutes=10)


def begin(
    connection: Connection, bound_to: bytes, kind: str, state_hash: bytes, sealed: bytes, *, now: datetime
) -> None:
    """Keep what a sign-in needs at its end; one of the same browser and kind ends, and so do old ones."""
    connection.execute(delete(logins).where(logins.c.ends_at <= now))
    values = {"bound_to": bound_to, "kind": kind, "state_hash": state_hash, "known_sealed": sealed}
    put(connection, logins, {**values, "ends_at": now + LIFE})


def take(
    connection: Connection, bound_to: bytes, kind: str, state_hash: bytes, *, now: datetime
) -> bytes | None:
    """Use a sign-in up and return what was kept; None where this browser has none of that state now."""
    ours = (logins.c.bound_to == bound_to, logins.c.kind == kind, logins.c.state_hash == state_hash)
    taken = connection.execute(
        delete(logins).where(*ours, logins.c.ends_at > now).returning(logins.c.known_sealed)
    ).first()
    return taken.known_sealed if taken else None


def look(connection: Connection, bound_to: bytes, kind: str, *, now: datetime) -> bytes | None:
    """Return what was kept of a sign-in without using it up."""
    statement = select(logins.c.known_sealed).where(
        logins.c.bound_to == bound_to, logins.c.kind == kind, logins.c.ends_at > now
    )
    return connection.scalar(statement)


def forget(connection: Connection, bound_to: bytes, kind: str) -> None:
    """End a sign-in."""
    connection.execute(delete(logins).where(logins.c.bound_to == bound_to, logins.c.kind == kind))
