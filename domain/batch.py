"""A batch: one API answer, translated."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.limit import Limit
from domain.signal import Signal


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of which listing to read.

    `post` is the own post whose listing it is, "" for a listing of the account itself. `mark` is where
    the last finished walk of a timeline began. `page_size` is what to ask for; the platform may
    answer with fewer.
    """

    stream: str
    post: str = ""
    cursor: str | None = None
    mark: str | None = None
    page_size: int = 100


class Post(NamedTuple):
    """One of the account's own posts; the counts are what the platform says beside it, None where nothing.

    `text` is what the account itself wrote, where that was asked for.
    """

    post: str
    created_at: datetime | None
    likes: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    text: str | None = None


class Quarantined(NamedTuple):
    """An item that could not be translated: why, and its shape without any of its values."""

    reason: str
    shape: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One API answer, translated.

    `next_cursor` is None only where the platform said that the listing ends, never because few items
    came. `newest` is the newest item's place in a timeline as text that sorts; `reached_mark` says that
    the answer lies wholly behind the request's mark. `billed_items` counts what the platform charges
    for, `billed` are their ids as far as they have any. `unattributed` counts acts whose author the
    platform does not show. `followers` is how many the platform says there are, where that was asked.
    """

    signals: tuple[Signal, ...] = ()
    posts: tuple[Post, ...] = ()
    next_cursor: str | None = None
    newest: str | None = None
    reached_mark: bool = False
    quarantined: tuple[Quarantined, ...] = ()
    unattributed: int = 0
    billed_items: int = 0
    limit: Limit | None = None
    notes: tuple[str, ...] = ()
    billed: tuple[str, ...] = ()
    followers: int | None = None
