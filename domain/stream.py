"""A stream: one kind of listing of an account, and how it may be read."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.signal import SignalKind

#: A cursor older than this restarts its listing (facebook-graph-api.md §3: cursors must not be stored).
CURSOR_LIFE = timedelta(hours=20)


class Shape(StrEnum):
    """How a listing ends and what its absences mean."""

    #: Newest first and dated: walked until the mark of the last finished walk.
    TIMELINE = "timeline"
    #: A whole set: only a walk that was read to its end may conclude that somebody left.
    ROSTER = "roster"
    #: Shows only a part of the set, for ever: it adds, and never proves absence.
    CAPPED = "capped"
    #: One number and nobody: a look at how many follow.
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of listing that a connector can read.

    `per_post` listings are read once for each of the account's own posts. `min_page` and `max_page`
    are the page sizes that the platform takes. `meter` is the name under which `config/prices.toml`
    prices one returned item, None where reading is free. `permissions` are the platform's names of what
    the token must hold. `window` names the rate limit that its requests draw on, "" for one of its own.
    `cursor_life` is how old a cursor may be and still be offered to the platform, None where cursors are
    not known to age.
    """

    name: str
    kinds: tuple[SignalKind, ...]
    shape: Shape
    max_page: int
    min_page: int = 1
    per_post: bool = False
    meter: str | None = None
    permissions: tuple[str, ...] = ()
    window: str = ""
    cursor_life: timedelta | None = CURSOR_LIFE


#: The stream that lists an account's own posts; per-post streams wait for it.
POSTS = "posts"

#: The stream that asks how many follow; a harvest reads it where it is named only.
COUNT = "count"
