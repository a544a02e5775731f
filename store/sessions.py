"""Sessions: who is signed in where, and how often somebody tried to be."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from domain.user import User
from store import users
from store.sets import add, put
from store.tables import logins, sessions, sign_in_tries

#: A session that nobody used for so long has ended.
IDLE = timedelta(hours=12)
#: However much it is used, it ends after so long.
LONGEST = timedelta(days=7)
#: A use is written down at most so often, so that reading a page writes nothing.
NOTED_EVERY = timedelta(minutes=1)


class Session(NamedTuple):
    """An open session and its user."""

    user: User
    seen_at: datetime


def begin(connection: Connection, token_hash: bytes, user_id: int, *, now: datetime) -> None:
    """Open a session; those whose time is over go, and so do sign-ins elsewhere that nobody ended."""
    connection.execute(delete(logins).where(logins.c.ends_at <= now))
    connection.execute(
        delete(sessions).where((sessions.c.ends_at <= now) | (sessions.c.seen_at <= now - IDLE))
    )
    values = {"token_hash": token_hash, "user_id": user_id, "begun_at": now, "seen_at": now}
    put(connection, sessions, {**values, "ends_at": now + LONGEST})


def opened(connection: Connection, token_hash: bytes, *, now: datetime) -> Session | None:
    """Return an open session; None where it ended or its user was shut out."""
    statement = select(sessions.c.user_id, sessions.c.seen_at).where(
        sessions.c.token_hash == token_hash, sessions.c.ends_at > now, sessions.c.seen_at > now - IDLE
    )
    found = connection.execute(statement).first()
    user = users.get(connection, found.user_id) if found else None
    return Session(user, found.seen_at) if found and user else None


def note(connection: Connection, token_hash: bytes, *, now: datetime) -> None:
    """Write down that a session was used."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now))


def end(connection: Connection, token_hash: bytes) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_of(connection: Connection, user_id: int) -> int:
    """End all sessions of a user; returns how many there were."""
    return connection.execute(delete(sessions).where(sessions.c.user_id == user_id)).rowcount


def count(connection: Connection, user_id: int) -> int:
    """Count the sessions of a user."""
    statement = select(func.count()).select_from(sessions).where(sessions.c.user_id == user_id)
    return connection.scalar(statement) or 0


def tried(connection: Connection, mark: bytes, forget_at: datetime, *, now: datetime) -> int:
    """Count a try to sign in under a mark, and return how many there were since they were last forgotten."""
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.forget_at <= now))
    kept = update(sign_in_tries).where(sign_in_tries.c.mark == mark)
    if connection.execute(kept.values(tries=sign_in_tries.c.tries + 1)).rowcount == 0:
        add(connection, sign_in_tries, {"mark": mark, "tries": 1, "forget_at": forget_at})
    return connection.scalar(select(sign_in_tries.c.tries).where(sign_in_tries.c.mark == mark)) or 0


def forget_tries(connection: Connection, mark: bytes) -> None:
    """Begin counting anew."""
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.mark == mark))
