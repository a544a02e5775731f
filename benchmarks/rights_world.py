"""A large installation to measure rights on: contacts through the road of a page, suppressions, a ledger.

Four fifths of the contacts follow and are in the messaging store, a fifth only likes and goes after the
pack's thirty days. They came in the thirty days before `TODAY`: a thirtieth of the likers goes on that day.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.suppression import Suppressor, further_key
from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.credentials import Credentials
from domain.signal import Signal, SignalKind
from pipeline.page import write_page
from pipeline.replay import begin_anew
from store import accounts, messaging, notices, suppressions
from workers.runtime import Runtime

TODAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAYS = 30
PLATFORM, TEAM = "twitter", "measured"
#: Where the platform's ids begin: of the stored, of newcomers, and of the suppressed whom a harvest meets.
STORED, NEW, MET = 10**15, 2 * 10**15, 3 * 10**15
_AT_ONCE = 10_000
_FIRST = ("Ada", "Bo", "Chloé", "Di", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès", "Jules")


class Person(NamedTuple):
    """Somebody of the platform."""

    number: int

    @property
    def key(self) -> ContactKey:
        """Return the key."""
        return ContactKey(PLATFORM, str(self.number))

    @property
    def handle(self) -> str:
        """Return the name there, in letters of both sizes, as people write them."""
        return f"Person_{self.number:x}"

    @property
    def identifiers(self) -> list[tuple[str, str]]:
        """Return id and handle; of every second of the suppressed the handle alone is known."""
        named = (f"handle:{PLATFORM}", self.handle)
        return [named] if self.number % 2 else [(PLATFORM, str(self.number)), named]

    @property
    def act(self) -> Signal:
        """Return what it does: one of five only likes, the others follow."""
        profile = Profile(self.handle, f"{_FIRST[self.number % len(_FIRST)]} Example")
        if self.number % 5 == 0:
            return Signal(self.key, SignalKind.LIKED, "9001", profile=profile)
        return Signal(self.key, SignalKind.FOLLOWS, profile=profile)


def people(begin: int, count: int) -> list[Person]:
    """Return people with numbers in a row."""
    return [Person(begin + each) for each in range(count)]


def fill(runtime: Runtime, contacts: int, suppressed: int, *, keys: int) -> None:
    """Fill an empty installation; a tenth of the suppressed are those whom a harvest can meet."""
    with runtime.database.write() as connection:
        sealed = runtime.seal(connection, Credentials("token", None, None))
        accounts.add(connection, Account(PLATFORM, "4242", TEAM), sealed, now=TODAY - timedelta(days=DAYS))
        for _ in range(keys - len(suppressions.keys(connection))):
            suppressions.add_key(connection, runtime.sealer.seal(further_key()), now=TODAY)
    share = -(-contacts // DAYS)
    for day in range(DAYS):
        whole = people(STORED + day * share, min(share, contacts - day * share))
        for place, part in enumerate(_parts(whole)):
            at = TODAY - timedelta(days=DAYS - day, hours=1, minutes=-place)
            with runtime.database.write() as connection:
                write(runtime, connection, [each.act for each in part], at)
    with runtime.database.write() as connection:
        values = list(_values(runtime.suppressor_of(connection), suppressed))
        for part in _parts(values):
            suppressions.add(connection, part, "objected", wraps=keys, now=TODAY)
        notices.cover(connection, "IA-1", "measuring", now=TODAY - timedelta(days=DAYS), size=contacts)
    begin_anew(runtime.database, runtime.ledger)
    with runtime.database.write() as connection:
        connection.exec_driver_sql("ANALYZE")


def write(runtime: Runtime, connection: Connection, acts: Sequence[Signal], at: datetime) -> None:
    """Write acts as a page does, whoever did them."""
    account = accounts.find(connection, TEAM)
    policy = runtime.policy_in_force(connection)
    written = write_page(connection, (account.id, PLATFORM), acts, policy, now=at)
    messaging.publish(connection, written.steps, now=at)


def _values(suppressor: Suppressor, count: int) -> Iterator[str]:
    met = [value for each in people(MET, count // 10) for value in suppressor.values(each.identifiers)]
    yield from met
    for _ in range(count - len(met)):
        yield secrets.token_hex(32)


def _parts(whole: Sequence[object]) -> Iterator[list[Any]]:
    for begin in range(0, len(whole), _AT_ONCE):
        yield list(whole[begin : begin + _AT_ONCE])
