"""Which connector reads which platform; a further platform is a folder and a line here."""

from importlib import import_module

from connectors.base import Connect, Connector
from domain.account import Account, Credentials
from domain.contact import Platform
from domain.errors import OperatorNeededError

#: The module of each platform; its function `connect` makes a connector. Loaded when first asked.
CONNECTORS: dict[str, str] = {
    Platform.FACEBOOK: "connectors.facebook.connector",
    Platform.TWITTER: "connectors.twitter.connector",
}


def connect(account: Account, credentials: Credentials, base_url: str | None = None) -> Connector:
    """Make the connector of an account's platform; raises OperatorNeededError for an unknown platform."""
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
