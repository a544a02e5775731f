"""Which connector reads which platform; a further platform is a folder and a line here."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Protocol

from connectors.base import Connect, Connector
from domain.account import Account
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import OperatorNeededError
from domain.push import Heard
from domain.sign_up import SIGNUP
from domain.signal import SignalKind
from domain.stream import Shape, Stream

#: The module of each platform; its function `connect` makes a connector. Loaded when first asked.
CONNECTORS: dict[str, str] = {
    Platform.FACEBOOK: "connectors.facebook.connector",
    Platform.TWITTER: "connectors.twitter.connector",
}


def connect(account: Account, credentials: Credentials, base_url: str | None = None) -> Connector:
    """Make the connector of an account's platform; raises OperatorNeededError for an unknown platform.

    So it does for the account towards which people sign up: nothing of it is read anywhere.
    """
    if account.platform == SIGNUP:
        raise OperatorNeededError(
            f"There is nothing to harvest of {account.name}: its people sign up by themselves, or come in "
            "with lists and by hand (`regulars import list`, `regulars contacts add`).",
            code="nothing_to_harvest",
        )
    try:
        module = CONNECTORS[account.platform]
    except KeyError:
        known = " and ".join(sorted(str(each) for each in CONNECTORS))
        raise OperatorNeededError(
            f"No connector reads the platform {account.platform!r}; known are {known}.",
            code="unknown_platform",
        ) from None
    make: Connect = import_module(module).connect
    return make(account, credentials, base_url)


#: The module of each platform that reads its pushes.
PUSHES: dict[str, str] = {
    Platform.FACEBOOK: "connectors.facebook.pushes",
    Platform.TWITTER: "connectors.twitter.pushes",
}
LISTINGS: dict[str, str] = {
    Platform.FACEBOOK: "connectors.facebook.listings",
    Platform.TWITTER: "connectors.twitter.listings",
}


class Hear(Protocol):
    """Reads one push of a platform; one such function a platform."""

    def __call__(self, body: bytes, received_at: datetime) -> Heard: ...


def heard(platform: str, body: bytes, received_at: datetime) -> Heard:
    """Read a push of a platform; what cannot be read stands in it as unknown."""
    hear: Hear = import_module(PUSHES[platform]).heard
    return hear(body, received_at)


def streams(platform: str) -> Mapping[str, Stream]:
    """Return the streams of a platform's accounts, in the order of reading; none for other platforms."""
    if platform not in LISTINGS:
        return {}
    found: Mapping[str, Stream] = import_module(LISTINGS[platform]).STREAMS
    return found


def rosters(platform: str) -> Mapping[SignalKind, Stream]:
    """Return by kind of act the rosters that a platform lists: a whole walk outweighs older pushes."""
    return {
        kind: each for each in streams(platform).values() if each.shape is Shape.ROSTER for kind in each.kinds
    }
