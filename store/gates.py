"""What the database knows of an account that may hold its pages back, in one look."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, select

from store.halts import EVERYTHING
from store.limits import Place
from store.tables import accounts, halts, limits


class Standing(NamedTuple):
    """Whether an account is paused, halted, or its token ends; until when and why its app is paused."""

    paused: bool
    halted: bool
    token_ends: bool
    pause: tuple[datetime, str] | None


def standing(
    connection: Connection, account_id: int, app: Place, *, token_until: datetime, now: datetime
) -> Standing:
    """Look at an account; its token ends if it can be renewed and is good no longer than `token_until`.

    A pause that was written in the future is one of a clock that was put back since: it holds no more.
    """
    halted = exists().where(halts.c.place.in_((EVERYTHING, account_id)))
    row = connection.execute(
        select(
            accounts.c.paused_reason.is_not(None).label("paused"),
            halted.label("halted"),
            and_(
                accounts.c.refresh_token_sealed.is_not(None),
                accounts.c.token_expires_at.is_not(None),
                accounts.c.token_expires_at < token_until,
            ).label("token_ends"),
            limits.c.reset_at,
            limits.c.reason,
        )
        .outerjoin(
            limits,
            and_(
                limits.c.platform == app.platform,
                limits.c.subject == app.subject,
                limits.c.endpoint == app.endpoint,
                limits.c.reset_at > now,
                limits.c.observed_at <= now,
                limits.c.reason.is_not(None),
            ),
        )
        .where(accounts.c.id == account_id)
    ).one()
    pause = (row.reset_at, row.reason) if row.reason is not None else None
    return Standing(bool(row.paused), bool(row.halted), bool(row.token_ends), pause)
