"""What the database knows of an account that may hold its pages back, in one look."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, exists, select

from store import limits, renewals
from store.halts import EVERYTHING
from store.limits import Place
from store.tables import accounts, halts
from store.tables import limits as limits_


class Standing(NamedTuple):
    """Whether an account is paused, halted, or its token ends; until when and why its app is paused."""

    paused: bool
    halted: bool
    token_ends: bool
    pause: tuple[datetime, str] | None


def standing(
    connection: Connection, account_id: int, app: Place, *, token_until: datetime, now: datetime
) -> Standing:
    """Look at an account; its token ends if it can be renewed and is good no longer than `token_until`."""
    row = connection.execute(
        select(
            accounts.c.paused_reason.is_not(None).label("paused"),
            exists().where(halts.c.place.in_((EVERYTHING, account_id))).label("halted"),
            renewals.ending(token_until).label("token_ends"),
            limits_.c.reset_at,
            limits_.c.reason,
        )
        .outerjoin(limits_, limits.pausing(app, now))
        .where(accounts.c.id == account_id)
    ).one()
    pause = (row.reset_at, row.reason) if row.reason is not None else None
    return Standing(bool(row.paused), bool(row.halted), bool(row.token_ends), pause)
