"""Sessions: who is signed in where, and how often somebody tried to be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, func, select, true, update

from domain.user import User
from store import users
from store.halts import Halt
from store.sets import add, put
from store.tables import accounts, halts, logins, sessions, sign_in_tries
from store.tables import users as users_

#: A session that nobody used for so long has ended.
IDLE = timedelta(hours=12)
#: However much it is used, it ends after so long.
LONGEST = timedelta(days=7)
#: A use is written down at most so often, so that reading a page writes nothing.
NOTED_EVERY = timedelta(minutes=1)

# Made once: every request asks. One row, or one for each halt.
_OPENED = (
    select(
        *(users_.c.id, users_.c.name, users_.c.role, users_.c.language, users_.c.theme, users_.c.time_zone),
        sessions.c.seen_at,
        *(halts.c.place, accounts.c.name.label("account"), halts.c.by, halts.c.why, halts.c.at),
    )
    .select_from(sessions)
    .join(users_, and_(users_.c.id == sessions.c.user_id, users_.c.shut_out_at.is_(None)))
    .outerjoin(halts, true())
    .outerjoin(accounts, accounts.c.id == halts.c.account_id)
    .where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.ends_at > bindparam("now"),
        sessions.c.seen_at > bindparam("idle"),
    )
    .order_by(halts.c.place)
)


class Session(NamedTuple):
    """An open session, its user, and what is halted, everything first: what every page asks."""

    user: User
    seen_at: datetime
    halted: Sequence[Halt] = ()


def begin(connection: Connection, token_hash: bytes, user_id: int, *, now: datetime) -> None:
    """Open a session; those whose time is over go, and so do sign-ins elsewhere that nobody ended."""
    connection.execute(delete(logins).where(logins.c.ends_at <= now))
    connection.execute(
        delete(sessions).where((sessions.c.ends_at <= now) | (sessions.c.seen_at <= now - IDLE))
    )
    values = {"token_hash": token_hash, "user_id": user_id, "begun_at": now, "seen_at": now}
    put(connection, sessions, {**values, "ends_at": now + LONGEST})


def opened(connection: Connection, token_hash: bytes, *, now: datetime) -> Session | None:
    """Return an open session, by one statement; None where it ended or its user was shut out."""
    found = connection.execute(_OPENED, {"token_hash": token_hash, "now": now, "idle": now - IDLE}).all()
    if not found:
        return None
    halted = [Halt(each.place, each.account, each.by, each.why, each.at) for each in found if each.why]
    return Session(users.of(found[0]), found[0].seen_at, halted)


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
