"""What every connector promises; `tests/contract` holds each of them to it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from domain.account import Account, Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest
from domain.credentials import Credentials, Renewal
from domain.stream import Stream


class Connector(Protocol):
    """Reads one account of one platform; made for one thread, cheap to make again."""

    #: The platform's streams by name, in the order in which a harvest reads them.
    streams: Mapping[str, Stream]

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page and translate it; stores and logs nothing, waits for nothing.

        Raises a `domain.errors.PlatformError` by consequence.
        """
        ...

    def prove(self) -> Ownership:
        """Ask the platform whose token this is; raises OperatorNeededError where it proves nothing."""
        ...

    def check(self) -> Sequence[StreamCheck]:
        """Look at one item of each stream: readable, with authors, which permission is missing."""
        ...

    def usage(self) -> Usage:
        """Ask the platform for its bill, as far as it tells it to this token; nothing known is no error."""
        ...


@runtime_checkable
class Renews(Protocol):
    """What a connector does besides whose platform's tokens end soon and can be renewed."""

    def renew(self) -> Renewal:
        """Trade the refresh token for new tokens; raises TokenDeadError where it is refused."""
        ...


class Connect(Protocol):
    """Makes a connector for an account; one such function a platform stands in `registry`."""

    def __call__(self, account: Account, credentials: Credentials, base_url: str | None) -> Connector: ...
