"""An ask: on which windows a request draws, and whose pauses hold it back."""

from typing import NamedTuple

from domain.account import Account
from domain.limit import WHOLE_ACCOUNT
from domain.stream import Stream
from store.limits import Place


class Ask(NamedTuple):
    """A request to be permitted: the windows that it draws on, who asks, and the name of the permit."""

    account: Place
    app: Place
    caller: str
    permit: str

    @property
    def names(self) -> list[str]:
        """The windows' names, the account's first."""
        return [":".join(each) for each in (self.account, self.app)]


def ask_of(account: Account, stream: Stream, caller: str, permit: str) -> Ask:
    """Return what a request for a stream's page draws on.

    Accounts whose app we do not know are taken to share one: a limit too many is kept, none too few.
    """
    endpoint = stream.window or stream.name
    mine = Place(account.platform, f"account {account.platform_id}", endpoint)
    return Ask(mine, Place(account.platform, app_of(account), endpoint), caller, permit)


def app_of(account: Account) -> str:
    """Return the subject of the limits of an account's app."""
    return f"app {account.app_id or ''}".strip()


def pause_of(account: Account) -> Place:
    """Return the place of a pause of all that an account's app may read."""
    return Place(account.platform, app_of(account), WHOLE_ACCOUNT)
