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


def created_at(connection: Connection) -> datetime | None:
    """Return when the installation was started first."""
    return connection.scalar(select(installation.c.created_at))


def replace_key(connection: Connection, old: str, new: str) -> bool:
    """Put another key's fingerprint in the place of `old`; False where that is no longer in force.

    Until the transaction ends nobody else does it, nor seals anything (see `hold_key`).
    """
    replaced = connection.execute(
        update(installation).where(installation.c.key_fingerprint == old).values(key_fingerprint=new)
    )
    return replaced.rowcount == 1


def hold_key(connection: Connection) -> str | None:
    """Return the fingerprint of the key in force, which stays in force to the end of the transaction."""
    return connection.scalar(select(installation.c.key_fingerprint).with_for_update(read=True))


def inbox_key(connection: Connection) -> bytes | None:
    """Return the sealed key of the pushes that wait, None before there is one."""
    return connection.scalar(select(installation.c.inbox_key_sealed))


def settle_inbox_key(connection: Connection, sealed: bytes) -> None:
    """Keep the key of the pushes that wait, unless another process was quicker."""
    none_yet = installation.c.inbox_key_sealed.is_(None)
    connection.execute(update(installation).where(none_yet).values(inbox_key_sealed=sealed))


def settle_copies(connection: Connection, days: int) -> None:
    """Remember for how many days backups and logs live."""
    other = installation.c.copies_days.is_distinct_from(days)
    connection.execute(update(installation).where(other).values(copies_days=days))


def policy(connection: Connection) -> str | None:
    """Return the policy under which every label was last decided."""
    return connection.scalar(select(installation.c.policy))


def settle_policy(connection: Connection, policy: str) -> None:
    """Remember under which policy labels are decided."""
    connection.execute(update(installation).values(policy=policy))
