"""Renewals: which token ends when, and who asks for a new one."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from store.accounts import Sealed
from store.tables import accounts

#: How long one worker may take to renew a token before another one tries.
LEASE = timedelta(seconds=60)


def ending(moment: datetime) -> ColumnElement[bool]:
    """Return what holds of an account whose token is known to end before `moment` and can be renewed."""
    return and_(
        accounts.c.refresh_token_sealed.is_not(None),
        accounts.c.token_expires_at.is_not(None),
        accounts.c.token_expires_at < moment,
    )


def ends_before(connection: Connection, account_id: int, moment: datetime) -> bool:
    """Tell whether an account's token is known to end before `moment` and can be renewed."""
    found = select(accounts.c.id).where(accounts.c.id == account_id, ending(moment))
    return connection.execute(found).first() is not None


def is_possible(connection: Connection, account_id: int) -> bool:
    """Tell whether an account has what renewing its token needs."""
    found = select(accounts.c.id).where(
        accounts.c.id == account_id, accounts.c.refresh_token_sealed.is_not(None)
    )
    return connection.execute(found).first() is not None


def ended(connection: Connection, account_id: int, *, now: datetime) -> None:
    """Note that an account's token is over, whatever its date said."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(token_expires_at=now))


def claim(connection: Connection, account_id: int, worker: str, *, before: datetime, now: datetime) -> bool:
    """Take the renewal of a token that ends before `before`; False where another worker is at it."""
    claimed = connection.execute(
        update(accounts)
        .where(
            accounts.c.id == account_id,
            accounts.c.token_expires_at < before,
            or_(accounts.c.renewing_until.is_(None), accounts.c.renewing_until < now),
        )
        .values(renewing_by=worker, renewing_until=now + LEASE)
    )
    return claimed.rowcount == 1


def keep(connection: Connection, account_id: int, sealed: Sealed, expires_at: datetime | None) -> None:
    """Keep new credentials; the renewal is over."""
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(**sealed.columns(), token_expires_at=expires_at, renewing_by=None, renewing_until=None)
    )


def give_up(connection: Connection, account_id: int, *, until: datetime) -> None:
    """End a renewal that brought nothing; the next one may begin at `until`."""
    connection.execute(
        update(accounts).where(accounts.c.id == account_id).values(renewing_by=None, renewing_until=until)
    )
