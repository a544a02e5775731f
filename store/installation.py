"""The one row about this installation: which key seals its tokens, which pack is in force."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store.tables import installation


def key_fingerprint(connection: Connection) -> str | None:
    """Return the fingerprint of the key that seals the tokens, None before the first start."""
    return connection.scalar(select(installation.c.key_fingerprint))


def settle_key(connection: Connection, fingerprint: str, *, now: datetime) -> None:
    """Remember the key of the first start."""
    if key_fingerprint(connection) is None:
        connection.execute(insert(installation).values(id=1, key_fingerprint=fingerprint, created_at=now))


def policy(connection: Connection) -> str | None:
    """Return the policy under which every label was last decided."""
    return connection.scalar(select(installation.c.policy))


def settle_policy(connection: Connection, policy: str) -> None:
    """Remember under which policy labels are decided."""
    connection.execute(update(installation).values(policy=policy))
