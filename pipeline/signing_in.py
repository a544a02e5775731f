"""Signing in: passwords, sessions, invitations; nobody is told which of name and password was wrong."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection

from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.user import LONGEST_PASSWORD, Role, User, UserError, check_password, name_of
from store import journal, sessions, users
from store.database import Database


class Try(NamedTuple):
    """What somebody sent to sign in, and from which network."""

    name: str
    password: str
    network: str


#: The first administrator's link lives so long.
INVITATION = timedelta(minutes=15)
#: Tries under one name, and from one network, before both wait for the window's end.
MOST_OF_NAME, MOST_OF_NETWORK = 10, 50
WINDOW = timedelta(minutes=15)


class SignInError(RegularsError):
    """Raised where somebody is not signed in; the same sentence for every reason but too many tries."""


class TooManyTriesError(SignInError):
    """Raised where somebody must wait before the next try."""


@cache
def hasher() -> PasswordHasher:
    """Return the hasher: Argon2id, 19 MiB, 2 passes, as OWASP's cheat sheet asks at least (2026)."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_of(token: str) -> bytes:
    """Return what the database keeps of a token: nobody can sign in with it."""
    return hashlib.sha256(token.encode()).digest()


def form_token_of(token: str) -> str:
    """Return what forms of a session carry, so that no other site can send them."""
    return hmac.digest(token.encode(), b"form", "sha256").hex()


def sign_in(database: Database, tried: Try, key: bytes, *, now: datetime) -> tuple[User, str]:
    """Open a session for a name and password; returns the user and the session's token.

    `key` makes the marks under which tries are counted; a try counts before it is known whether it was right.
    Raises SignInError, TooManyTriesError.
    """
    name = tried.name.strip().lower()[:200]
    marks = [
        hmac.digest(key, f"{kind}:{value}".encode(), "sha256")
        for kind, value in (("name", name), ("network", tried.network))
    ]
    with database.write() as connection:
        counted = [sessions.tried(connection, each, now + WINDOW, now=now) for each in marks]
    if counted[0] > MOST_OF_NAME or counted[1] > MOST_OF_NETWORK:
        raise TooManyTriesError("Too many tries; wait a quarter of an hour.")
    with database.read() as connection:
        stored = users.named(connection, name)
    if not _is_right(stored.password_hash if stored else None, tried.password) or stored is None:
        raise SignInError("Name or password is wrong.")
    with database.write() as connection:
        sessions.forget_tries(connection, marks[0])
        return stored.user, open_session(connection, stored.user, now=now)


def open_session(connection: Connection, user: User, *, now: datetime) -> str:
    """Open a session under a token of its own and return the token."""
    token = secrets.token_urlsafe(32)
    sessions.begin(connection, hash_of(token), user.id, now=now)
    journal.record(connection, Entry(f"console:{user.name}", Act.SIGNED_IN, now))
    return token


def invite(connection: Connection, role: Role, *, now: datetime, lives: timedelta = INVITATION) -> str:
    """Make a link's token by which somebody becomes a user of a role."""
    token = secrets.token_urlsafe(32)
    users.invite(connection, hash_of(token), role, now + lives)
    return token


def accept(
    connection: Connection, token: str, name: str, password: str, *, now: datetime
) -> tuple[User, str]:
    """Make the user that an invitation is for, and sign it in.

    Raises SignInError where the link is used up, UserError for a name or password that cannot be.
    """
    checked = name_of(name)
    check_password(password, checked)
    role = users.use_up(connection, hash_of(token), now=now)
    if role is None:
        raise SignInError("This link is used up or too old; ask for another.")
    user = add_user(connection, checked, role, password, now=now, actor=f"console:{checked}")
    return user, open_session(connection, user, now=now)


def add_user(  # what a user is made of
    connection: Connection, name: str, role: Role, password: str, *, now: datetime, actor: str
) -> User:
    """Add a user with a password; raises UserError."""
    checked = name_of(name)
    check_password(password, checked)
    added = users.add(connection, checked, role, now=now, password_hash=hasher().hash(password))
    entry = Entry(actor, Act.USER_ADDED, now, details={"user": checked, "role": role.word})
    journal.record(connection, entry)
    user = users.get(connection, added)
    assert user is not None  # noqa: S101  # added a moment ago
    return user


class Called(NamedTuple):
    """Somebody whom an OpenID provider vouches for, and what they are called there."""

    subject: str
    name: str


def sign_in_as(connection: Connection, called: Called, invitation: str, *, now: datetime) -> tuple[User, str]:
    """Open a session for whom a provider vouches for; an invitation makes a user of somebody unknown.

    Raises SignInError for a stranger without one: whoever the provider knows is not for that a user here.
    """
    known = users.known_as(connection, called.subject)
    if known is not None:
        return known.user, open_session(connection, known.user, now=now)
    role = users.use_up(connection, hash_of(invitation), now=now) if invitation else None
    if role is None:
        raise SignInError("Nobody invited this account; ask an administrator for a link.")
    name = _free_name(connection, called.name)
    added = users.add(connection, name, role, now=now, subject=called.subject)
    details = {"user": name, "role": role.word}
    journal.record(connection, Entry(f"console:{name}", Act.USER_ADDED, now, details=details))
    user = users.get(connection, added)
    assert user is not None  # noqa: S101  # added a moment ago
    return user, open_session(connection, user, now=now)


def join(connection: Connection, user: User, subject: str, *, now: datetime) -> None:
    """Let a user sign in through a provider from now on; raises UserError where another one does as that."""
    if users.is_joined(connection, subject):
        raise UserError("Another user signs in with this account of the provider.")
    users.change(connection, user.id, subject=subject)
    details = {"user": user.name, "changed": "subject"}
    journal.record(connection, Entry(f"console:{user.name}", Act.USER_CHANGED, now, details=details))


def _free_name(connection: Connection, wanted: str) -> str:
    """Return a name that nobody has, as near as may be to the wanted one."""
    plain = "".join(each if each.isalnum() or each in ".@+-_" else "-" for each in wanted.strip())[:90]
    name = name_of(plain or "user")
    for number in range(2, 100):
        if not users.is_taken(connection, name):
            break
        name = name_of(f"{plain or 'user'}-{number}")
    return name


class Passwords(NamedTuple):
    """The password that a user has, and the one that it wants."""

    before: str
    wanted: str


def change_password(database: Database, user: User, given: Passwords, key: bytes, *, now: datetime) -> str:
    """Give a user another password, which ends its sessions everywhere; returns the token of a new one.

    Raises SignInError where the one before is wrong, TooManyTriesError where it was too often, UserError
    where the new one cannot be. `key` makes the mark under which tries are counted.
    """
    before, wanted = given
    mark = hmac.digest(key, f"change:{user.name}".encode(), "sha256")
    with database.write() as connection:
        if sessions.tried(connection, mark, now + WINDOW, now=now) > MOST_OF_NAME:
            raise TooManyTriesError("Too many tries; wait a quarter of an hour.")
    with database.read() as connection:
        stored = users.require(connection, user.name)
    if not _is_right(stored.password_hash, before):
        raise SignInError("The password that you have now is wrong.")
    check_password(wanted, user.name)
    with database.write() as connection:
        sessions.forget_tries(connection, mark)
        users.change(connection, user.id, password_hash=hasher().hash(wanted))
        changed = {"user": user.name, "changed": "password_hash"}
        journal.record(connection, Entry(f"console:{user.name}", Act.USER_CHANGED, now, details=changed))
        return open_session(connection, user, now=now)


def _is_right(password_hash: str | None, password: str) -> bool:
    """Check a password; takes as long where there is no user."""
    try:
        return hasher().verify(password_hash or _nobodys(), password[: LONGEST_PASSWORD + 1])
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hasher().hash(secrets.token_urlsafe(16))
