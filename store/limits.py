"""What the platforms said of their rate limits, kept so that a restart does not forget it."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.batch import WHOLE_ACCOUNT, Limit
from store.sets import put
from store.tables import limits


def blocked_until(
    connection: Connection, account_id: int, endpoint: str, *, now: datetime
) -> datetime | None:
    """Return when the next request may go out, None for at once."""
    until: datetime | None = connection.scalar(
        select(func.max(limits.c.reset_at)).where(
            limits.c.account_id == account_id,
            limits.c.endpoint.in_([endpoint, WHOLE_ACCOUNT]),
            limits.c.remaining <= 0,
            limits.c.reset_at > now,
        )
    )
    return until


def observe(connection: Connection, account_id: int, limit: Limit) -> None:
    """Keep what an answer's headers said."""
    put(connection, limits, {"account_id": account_id, **asdict(limit)})
