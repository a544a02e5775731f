"""A third platform, invented: all that a further connector has to write."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from connectors.http import RefusedError, Session
from connectors.quarantine import translate_each
from domain.account import Account, Ownership, StreamCheck, Usage
from domain.batch import Batch, PageRequest
from domain.contact import ContactKey
from domain.credentials import Credentials
from domain.errors import BadAnswerError, CursorRefusedError, ItemGoneError, PlatformError, RetryLaterError
from domain.signal import Signal, SignalKind
from domain.stream import Shape, Stream

GREETINGS = Stream("greetings", (SignalKind.MENTIONED,), Shape.TIMELINE, 100, per_post=True)
HOST = "https://fake.example"
ERRORS: dict[int, type[PlatformError]] = {404: ItemGoneError, 410: CursorRefusedError, 503: RetryLaterError}


def _signal(item: Any) -> Signal | None:
    if item["by"] is None:
        return None
    return Signal(ContactKey("fake", str(item["by"])), SignalKind.MENTIONED, f"{item['n']:020}")


class FakeConnector:
    """Reads greetings under a post: each has a number and a writer."""

    streams: Mapping[str, Stream] = MappingProxyType({GREETINGS.name: GREETINGS})

    def __init__(self, account: Account, credentials: Credentials, base_url: str | None) -> None:
        self.session = Session(base_url or HOST, replaces=HOST, whose=account.name)
        self.session.headers["authorization"] = credentials.token

    def fetch(self, request: PageRequest) -> Batch:
        """Read one page."""
        try:
            asked = {"after": request.cursor}
            body = self.session.get(f"{HOST}/{request.post}/greetings", params=asked).json()
            items, after = body["items"], body["after"]
        except RefusedError as refused:
            raise ERRORS.get(refused.status, BadAnswerError)("The fake said no.", code="refused") from refused
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadAnswerError("The fake's answer cannot be read.", code="unreadable") from None
        read = translate_each(items, _signal)
        newest = max((each.item for each in read.values), default=None)
        behind = bool(request.mark and newest and newest <= request.mark)
        return Batch(read.values, (), after, newest, behind, read.quarantined, read.unattributed, len(items))

    def prove(self) -> Ownership:
        """Prove nothing: the suite asks for pages only."""
        return Ownership("1")

    def usage(self) -> Usage:
        """Tell nothing: the fake is free."""
        return Usage()

    def check(self) -> Sequence[StreamCheck]:
        """Look at nothing."""
        return ()


connect = FakeConnector
