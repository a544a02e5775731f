"""The cast: four invented people, one account of ours, and what they do to it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from config.packs import load_pack
from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from store import accounts
from store.accounts import Sealed

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CNIL = load_pack("cnil-2016")
EU = load_pack("eu-2026")

#: Ada follows, Bo only likes, Cy objected, Di is gone.
ADA = ContactKey("twitter", "7001")
BO = ContactKey("twitter", "7002")
CY = ContactKey("twitter", "7003")
DI = ContactKey("twitter", "7004")
TEAM = "7999"

PROFILES = {
    ADA: Profile("ada", "Ada Lévy 🌻"),
    BO: Profile("bo", "Bo <b>'Quote\"</b>"),
    CY: Profile("cy", "=1+1"),
    DI: Profile("di", "دي"),
}

OURS = Account("twitter", "5000", "our profile", staff=frozenset({TEAM}))


def added(connection: Connection, account: Account = OURS) -> Account:
    """Add an account and return it as the store knows it."""
    account_id = accounts.add(connection, account, Sealed(b"sealed", None, None), now=NOW)
    return accounts.get(connection, account_id)


def follows(who: ContactKey, profile: Profile | None = None) -> Signal:
    """Let somebody follow us; the answer shows their profile."""
    return Signal(who, SignalKind.FOLLOWS, profile=profile or PROFILES.get(who))


def likes(who: ContactKey, item: str = "9001") -> Signal:
    """Let somebody like a post of ours."""
    return Signal(who, SignalKind.LIKED, item, profile=PROFILES.get(who))


def mentions(who: ContactKey, item: str = "8001", text: str | None = None) -> Signal:
    """Let somebody mention us."""
    return Signal(who, SignalKind.MENTIONED, item, NOW, profile=PROFILES.get(who), text=text)


def objects(who: ContactKey) -> Signal:
    """Let somebody object to messages."""
    return Signal(who, SignalKind.OBJECTED, started_at=NOW, profile=PROFILES.get(who))
