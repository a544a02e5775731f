"""Which connector reads which platform; a further platform is a folder and a line here."""

from connectors.base import Connect, Connector
from connectors.facebook.connector import connect as connect_facebook
from connectors.twitter.connector import connect as connect_twitter
from domain.account import Account, Credentials
from domain.contact import Platform
from domain.errors import OperatorNeededError

CONNECTORS: dict[str, Connect] = {
    Platform.FACEBOOK: connect_facebook,
    Platform.TWITTER: connect_twitter,
}


def connect(account: Account, credentials: Credentials, base_url: str | None = None) -> Connector:
    """Make the connector of an account's platform; raises OperatorNeededError for an unknown platform."""
    try:
        make = CONNECTORS[account.platform]
    except KeyError:
        known = " and ".join(sorted(str(each) for each in CONNECTORS))
        raise OperatorNeededError(
            f"No connector reads the platform {account.platform!r}; known are {known}.",
            code="unknown_platform",
        ) from None
    return make(account, credentials, base_url)
