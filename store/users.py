"""Users of the console, and the links by which somebody becomes one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.user import Role, User, UserError
from store.sets import put
from store.tables import invitations, sessions, users


class Stored(NamedTuple):
    """A user as stored: who it is, and what its password is checked against."""

    user: User
    password_hash: str | None


def add(
    connection: Connection,
    name: str,
    role: Role,
    *,
    now: datetime,
    password_hash: str | None = None,
    subject: str | None = None,
) -> int:
    """Add a user; raises UserError where the name is taken."""
    values = {"name": name, "role": role, "password_hash": password_hash, "subject": subject}
    defaults = {"theme": "system", "time_zone": "Europe/Paris", "created_at": now}
    try:
        with connection.begin_nested():
            added = insert(users).values(**values, **defaults).returning(users.c.id)
            return int(connection.execute(added).scalar_one())
    except IntegrityError:
        raise UserError(f"There is a user {name} already; choose another name.") from None


def named(connection: Connection, name: str) -> Stored | None:
    """Return the user of a name; None where there is none, or it was shut out."""
    return _stored(connection, users.c.name == name)


def require(connection: Connection, name: str) -> Stored:
    """Return the user of a name; raises UserError where there is none."""
    found = named(connection, name)
    if found is None:
        raise UserError(f"There is no user {name}. `regulars user list` shows the users.")
    return found


def known_as(connection: Connection, subject: str) -> Stored | None:
    """Return the user that an OpenID provider names so."""
    return _stored(connection, users.c.subject == subject)


def get(connection: Connection, user_id: int) -> User | None:
    """Return one user that is not shut out."""
    found = _stored(connection, users.c.id == user_id)
    return found and found.user


def of(row: Any) -> User:
    """Return the user of a row that holds at least its columns."""
    return User(row.id, row.name, Role(row.role), row.language or "", row.theme, row.time_zone)


def listed(connection: Connection) -> Sequence[RowMapping]:
    """Return all users by name: role, since when, when shut out, when last seen, how often signed in now."""
    open_ = select(
        sessions.c.user_id, func.max(sessions.c.seen_at).label("seen_at"), func.count().label("sessions")
    )
    counted = open_.group_by(sessions.c.user_id).subquery()
    columns = (users.c.id, users.c.name, users.c.role, users.c.created_at, users.c.shut_out_at)
    statement = select(
        *columns, counted.c.seen_at, func.coalesce(counted.c.sessions, 0).label("sessions")
    ).outerjoin(counted, counted.c.user_id == users.c.id)
    return connection.execute(statement.order_by(users.c.name)).mappings().all()


def row(connection: Connection, user_id: int) -> RowMapping | None:
    """Return one user, shut out or not: id, name and role."""
    statement = select(users.c.id, users.c.name, users.c.role, users.c.shut_out_at)
    return connection.execute(statement.where(users.c.id == user_id)).mappings().first()


def is_taken(connection: Connection, name: str) -> bool:
    """Tell whether a user, shut out or not, has a name."""
    return connection.execute(select(users.c.id).where(users.c.name == name)).first() is not None


def is_joined(connection: Connection, subject: str) -> bool:
    """Tell whether a user, shut out or not, signs in as that subject."""
    return connection.execute(select(users.c.id).where(users.c.subject == subject)).first() is not None


def has_password(connection: Connection, user_id: int) -> bool:
    """Tell whether a user signs in with a password."""
    return connection.scalar(select(users.c.password_hash).where(users.c.id == user_id)) is not None


def change(connection: Connection, user_id: int, **values: Any) -> None:
    """Change a user; raises UserError where that would leave nobody who can settle anything."""
    connection.execute(update(users).where(users.c.id == user_id).values(**values))
    admins = select(users.c.id).where(users.c.role == Role.ADMIN, users.c.shut_out_at.is_(None)).limit(1)
    if connection.scalar(admins) is None:
        raise UserError("This is the only administrator left; make another one first.")
    if values.keys() & {"role", "password_hash", "shut_out_at"}:
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def prefer(connection: Connection, user_id: int, **chosen: str) -> None:
    """Keep how the console looks to a user: language, theme, time_zone."""
    connection.execute(update(users).where(users.c.id == user_id).values(**chosen))


def any_admin(connection: Connection) -> bool:
    """Tell whether somebody can settle who may do what."""
    admins = select(users.c.id).where(users.c.role == Role.ADMIN, users.c.shut_out_at.is_(None)).limit(1)
    return connection.scalar(admins) is not None


def invite(connection: Connection, token_hash: bytes, role: Role, ends_at: datetime) -> None:
    """Keep an invitation."""
    put(connection, invitations, {"token_hash": token_hash, "role": role, "ends_at": ends_at})


def invited(connection: Connection, token_hash: bytes, *, now: datetime) -> Role | None:
    """Return the role that an invitation is for; None where it is used up or past its time."""
    statement = select(invitations.c.role).where(
        invitations.c.token_hash == token_hash, invitations.c.ends_at > now
    )
    found = connection.scalar(statement)
    return Role(found) if found is not None else None


def use_up(connection: Connection, token_hash: bytes, *, now: datetime) -> Role | None:
    """Take an invitation away and return its role; of two that come at once one gets None."""
    role = invited(connection, token_hash, now=now)
    gone = connection.execute(delete(invitations).where(invitations.c.token_hash == token_hash))
    connection.execute(delete(invitations).where(invitations.c.ends_at <= now))
    return role if gone.rowcount else None


def _stored(connection: Connection, condition: Any) -> Stored | None:
    row = connection.execute(select(users).where(condition, users.c.shut_out_at.is_(None))).first()
    if row is None:
        return None
    return Stored(of(row), row.password_hash)
