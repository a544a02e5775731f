"""Users of the console: who somebody is here, and what a role lets them do."""

import re
from enum import IntEnum
from typing import NamedTuple

from domain.errors import RegularsError

#: Shortest and longest password in characters; short ones are guessed, long ones cost hashing time
#: (NIST SP 800-63B, 5.1.1.2).
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
#: A name to sign in with: an address, or a word.
_NAME = re.compile(r"[\w.@+-]{1,100}")
THEMES = ("system", "light", "dark")


class UserError(RegularsError):
    """Raised where a user cannot be as asked for."""


class Role(IntEnum):
    """What a user may do; each role may do what those below it may."""

    #: Sees figures, runs, queues: nothing of any person.
    VIEWER = 1
    #: Mends: pauses, replays, stops and resumes; reads contacts.
    OPERATOR = 2
    #: Decides: begins harvests, spends, exports, carries out rights, overrides.
    MANAGER = 3
    #: Settles: accounts, users, rules.
    ADMIN = 4

    @property
    def word(self) -> str:
        """The role in words and in addresses."""
        return self.name.lower()


class User(NamedTuple):
    """Somebody who uses the console."""

    id: int
    name: str
    role: Role
    language: str
    theme: str
    #: A name of the IANA time zone database.
    time_zone: str


def role_of(word: str) -> Role:
    """Read a role; raises UserError with the ones that there are."""
    try:
        return Role[word.strip().upper()]
    except KeyError:
        known = ", ".join(each.word for each in Role)
        raise UserError(f"There is no role {word!r}; there are {known}.") from None


def name_of(written: str) -> str:
    """Read a user's name, in small letters; raises UserError for what is none."""
    name = written.strip().lower()
    if not _NAME.fullmatch(name):
        raise UserError("A user's name has letters, digits and . @ + - _ only, 100 at most.")
    return name


def check_password(password: str, name: str) -> None:
    """Raise UserError where a password is too short, too long, or the name itself."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UserError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if password.lower() in (name, name * 2) or len(set(password)) < 5:  # aaaaaaaaaaaa
        raise UserError("This password is easily guessed; take another.")
