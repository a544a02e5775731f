"""Looks at our own public profiles: when, and whether they lead to the notice."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from store import sets
from store.tables import profile_looks


class ProfileLook(NamedTuple):
    """The last look at an account's profile, and which address of the notice it looked for."""

    at: datetime
    notice_url: str
    found: bool


def put(connection: Connection, account_id: int, look: ProfileLook) -> None:
    """Keep a look in the place of the one before."""
    sets.put(connection, profile_looks, {"account_id": account_id, **look._asdict()})


def last(connection: Connection, account_id: int) -> ProfileLook | None:
    """Return the last look at an account's profile."""
    row = connection.execute(
        select(profile_looks.c.at, profile_looks.c.notice_url, profile_looks.c.found).where(
            profile_looks.c.account_id == account_id
        )
    ).first()
    return ProfileLook(*row) if row else None
