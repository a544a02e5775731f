"""What the contract suite must know of a platform to script its answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.account import Account
from tests.contract.connectors.server import Reply, Seen

TOKEN = "invented-token-of-ours"
#: A host that must never be asked; `.invalid` resolves nowhere.
ELSEWHERE = "https://elsewhere.invalid/next?after=9"


@dataclass(frozen=True)
class Act:
    """One item of a listing: its number in time, who did it (None: not shown), or a broken one."""

    number: int
    author: str | None = "7001"
    malformed: bool = False


class WritePage(Protocol):
    """Writes a listing's answer as the platform would.

    `cursor` leads to the next page, None where the listing ends. `elsewhere` is an address on a
    foreign host that must stand wherever the platform's answers hold addresses.
    """

    def __call__(
        self, stream: str, acts: Sequence[Act], cursor: str | None, elsewhere: str | None = None
    ) -> Reply: ...


@dataclass(frozen=True)
class Case:
    """A platform in the suite.

    `roster`, `timeline` and `capped` name one stream of each shape, None where the platform has none.
    `cursor_of` reads the cursor out of a request. `post` is an own post for per-post streams.
    """

    platform: str
    account: Account
    timeline: str
    page: WritePage
    cursor_of: Callable[[Seen], str | None]
    cursor_refused: Reply
    gone: Reply
    roster: str | None = None
    capped: str | None = None
    post: str = "900"
    user_token: str | None = None
    app_secret: str | None = None
