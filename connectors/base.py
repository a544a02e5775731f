"""What every connector promises; `tests/contract` holds each of them to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from domain.account import Account, Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest
from domain.credentials import Credentials, Renewal
from domain.deletion import Fate, Progress
from domain.limit import Limit
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


class Checked(Protocol):
    """A check of ids that a platform carries out; its fields are read by nobody but its connector."""

    @property
    def id(self) -> str:
        """The platform's number of it."""
        ...

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        ...


class Found(Protocol):
    """What became of the people of a check, by platform id; `unknown` counts what was not understood."""

    @property
    def fates(self) -> Mapping[str, Fate]:
        """The fates; of whom nothing is said, all is well."""
        ...

    @property
    def unknown(self) -> int:
        """Rows that could not be understood."""
        ...


class Checks(Protocol):
    """Asks a platform what became of people by their ids; `limit` is what the last answer told."""

    endpoint: str

    @property
    def limit(self) -> Limit | None:
        """What the last answer told of its window."""
        ...

    def find(self, name: str) -> Checked | None:
        """Return the check of that name that awaits its ids."""
        ...

    def begin(self, name: str) -> Checked:
        """Begin a check under a name."""
        ...

    def look(self, check_id: str) -> Checked:
        """Look how far a check has come."""
        ...

    def upload(self, check: Any, ids: Iterable[str]) -> None:
        """Hand in the ids."""
        ...

    def result(self, check: Any) -> Found:
        """Fetch what became of the people."""
        ...


@runtime_checkable
class TellsDeletions(Protocol):
    """What a connector does besides whose platform says by ids who is gone."""

    def deletions(self) -> Checks:
        """Return what asks; raises OperatorNeededError where the token for it is missing."""
        ...


class Connect(Protocol):
    """Makes a connector for an account; one such function a platform stands in `registry`."""

    def __call__(self, account: Account, credentials: Credentials, base_url: str | None) -> Connector: ...
