"""Accounts: our own pages and profiles, with their sealed credentials and their staff."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from domain.account import Account, Ownership
from domain.errors import RegularsError
from store import sets
from store.tables import account_staff, accounts


class UnknownAccountError(RegularsError):
    """Raised when no account has that name or id."""


class Sealed(NamedTuple):
    """An account's credentials as they lie in the database."""

    token: bytes
    user_token: bytes | None
    app_secret: bytes | None
    refresh_token: bytes | None = None
    client_secret: bytes | None = None
    app_token: bytes | None = None

    def columns(self) -> dict[str, bytes | None]:
        """Return them by column."""
        return {f"{name}_sealed": value for name, value in self._asdict().items()}


def add(connection: Connection, account: Account, sealed: Sealed, *, now: datetime) -> int:
    """Add an account, or bring the credentials of the one with that platform id up to date.

    Raises RegularsError where another account has that name.
    """
    taken = connection.execute(
        select(accounts.c.platform, accounts.c.platform_id).where(accounts.c.name == account.name)
    ).first()
    if taken and tuple(taken) != (account.platform, account.platform_id):
        raise RegularsError(f"Another account is already called {account.name!r}; choose another name.")
    values = {
        "name": account.name,
        "app_id": account.app_id,
        "owned_reads": account.owned_reads,
        **sealed.columns(),
        "token_expires_at": None,
        "renewing_by": None,
        "paused_reason": None,
    }
    ours = (accounts.c.platform == account.platform, accounts.c.platform_id == account.platform_id)
    account_id: int | None = connection.scalar(
        update(accounts).where(*ours).values(values).returning(accounts.c.id)
    )
    if account_id is None:
        account_id = connection.execute(
            insert(accounts)
            .values(**values, platform=account.platform, platform_id=account.platform_id, added_at=now)
            .returning(accounts.c.id)
        ).scalar_one()
    assert account_id is not None  # noqa: S101  # one of the two statements returned it
    set_staff(connection, account_id, account.staff)
    return account_id


def set_staff(connection: Connection, account_id: int, staff: Iterable[str]) -> None:
    """Replace the ids whose acts make no contact."""
    connection.execute(delete(account_staff).where(account_staff.c.account_id == account_id))
    rows = [{"account_id": account_id, "platform_id": each} for each in sorted(staff)]
    if rows:
        connection.execute(insert(account_staff), rows)


def proven(connection: Connection, account_id: int, ownership: Ownership) -> None:
    """Keep what the platform said of the account: its handle, its app, its staff, its size."""
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            handle=ownership.handle,
            app_id=ownership.app_id or accounts.c.app_id,
            followers_count=ownership.followers,
            posts_count=ownership.posts,
            token_owner=ownership.token_owner,
            user_token_owner=ownership.user_token_owner,
        )
    )
    set_staff(connection, account_id, ownership.staff)


def expires(connection: Connection, account_id: int, at: datetime) -> None:
    """Keep when an account's token ends."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(token_expires_at=at))


def find(connection: Connection, name: str) -> Account:
    """Return the account of that name, `platform:platform_id` or platform id; raises UnknownAccountError."""
    platform, _, platform_id = name.partition(":")
    row = connection.execute(
        select(accounts)
        .where(
            or_(
                accounts.c.name == name,
                accounts.c.platform_id == name,
                (accounts.c.platform == platform) & (accounts.c.platform_id == platform_id),
            )
        )
        .order_by(accounts.c.name != name)
    ).first()
    if row is None:
        raise UnknownAccountError(f"No account is called {name!r}. `regulars account list` shows them.")
    return _account(connection, row)


def paused(connection: Connection, platform: str, platform_id: str) -> Account | None:
    """Return the account of that platform id if it is paused."""
    row = connection.execute(
        select(accounts).where(
            accounts.c.platform == platform,
            accounts.c.platform_id == platform_id,
            accounts.c.paused_reason.is_not(None),
        )
    ).first()
    return _account(connection, row) if row else None


def get(connection: Connection, account_id: int) -> Account:
    """Return an account by our id."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one()
    return _account(connection, row)


def row(connection: Connection, account_id: int) -> Row[tuple[object, ...]] | None:
    """Return an account's row by our id, None where there is none."""
    return connection.execute(select(accounts).where(accounts.c.id == account_id)).first()


def every(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return all accounts' rows, oldest first."""
    return connection.execute(select(accounts).order_by(accounts.c.id)).all()


def house(connection: Connection, platform: str, name: str, *, now: datetime) -> Account:
    """Return the account of a platform that is ours alone, and lock it; the first use makes it.

    It has no token: nothing of it can be harvested. Raises RegularsError where its name is taken.
    """
    made = {"platform": platform, "platform_id": platform, "name": name, "owned_reads": False}
    sets.add(connection, accounts, {**made, "token_sealed": b"", "added_at": now})
    wanted = (accounts.c.platform == platform, accounts.c.platform_id == platform)
    locked = select(accounts).where(*wanted).with_for_update(key_share=True)
    row = connection.execute(locked).first()
    if row is None:
        raise RegularsError(
            f"An account of yours is called {name!r}, the name under which people sign up; remove it and "
            "connect it again under another name."
        )
    return _account(connection, row)


def sealed(connection: Connection, account_id: int) -> Sealed:
    """Return an account's credentials as they lie in the database."""
    row = connection.execute(
        select(*(accounts.c[f"{name}_sealed"] for name in Sealed._fields)).where(accounts.c.id == account_id)
    ).one()
    return Sealed(*row)


def with_app_token(connection: Connection, platform: str) -> Account | None:
    """Return a platform's oldest account whose app's own token we hold, None where there is none."""
    row = connection.execute(
        select(accounts)
        .where(accounts.c.platform == platform, accounts.c.app_token_sealed.is_not(None))
        .order_by(accounts.c.id)
        .limit(1)
    ).first()
    return _account(connection, row) if row else None


def opened_by(
    connection: Connection, app_ids: Iterable[str], person: str
) -> Sequence[Row[tuple[object, ...]]]:
    """Return the rows of the accounts whose tokens came through a person, by their id within an app."""
    return connection.execute(
        select(accounts)
        .where(
            accounts.c.app_id.in_(sorted(app_ids)),
            or_(accounts.c.token_owner == person, accounts.c.user_token_owner == person),
        )
        .order_by(accounts.c.id)
    ).all()


def of_apps(connection: Connection, app_ids: Iterable[str]) -> list[int]:
    """Return our ids of the accounts that these apps read."""
    return list(connection.scalars(select(accounts.c.id).where(accounts.c.app_id.in_(sorted(app_ids)))))


def pause(connection: Connection, account_id: int, reason: str) -> None:
    """Read nothing more of an account before somebody acts; `reason` says what to do."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(paused_reason=reason))


def resume(connection: Connection, account_id: int) -> None:
    """Read a paused account again."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(paused_reason=None))


def remove(connection: Connection, account_id: int) -> None:
    """Delete an account with its credentials, runs, posts and checkpoints."""
    connection.execute(delete(accounts).where(accounts.c.id == account_id))


def _account(connection: Connection, row: Row[tuple[object, ...]]) -> Account:
    staff = connection.scalars(
        select(account_staff.c.platform_id).where(account_staff.c.account_id == row.id)
    )
    return Account(
        platform=row.platform,
        platform_id=row.platform_id,
        name=row.name,
        id=row.id,
        app_id=row.app_id,
        owned_reads=row.owned_reads,
        staff=frozenset(staff),
        paused=row.paused_reason,
    )
