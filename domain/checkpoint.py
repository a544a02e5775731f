"""How far a walk through one listing has come; the whole rule of resuming stands here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from domain.batch import Batch
from domain.errors import PagingLoopError

#: A walk of so many pages in a row without an item ends as a loop (x-api.md §1.4: empty pages happen).
MAX_EMPTY_PAGES = 50


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The saved place in one listing.

    `mark` is the newest item of the last finished walk, `walk_newest` the newest of the present one:
    listings come newest first, so the mark moves only when a walk ends. `anchor` is an earlier
    cursor of this walk, moved at page 1, 2, 4, 8…: meeting it again is a loop (Brent's method).
    """

    mark: str | None = None
    walk_newest: str | None = None
    cursor: str | None = None
    cursor_at: datetime | None = None
    anchor: str | None = None
    pages: int = 0
    empty_pages: int = 0

    @property
    def walking(self) -> bool:
        """Whether a walk has begun and not ended."""
        return self.pages > 0

    def aged(self, now: datetime, life: timedelta | None) -> bool:
        """Tell whether the cursor is older than its stream's `life` and must not be offered again."""
        return self.cursor_at is not None and life is not None and now - self.cursor_at > life

    def restarted(self) -> Self:
        """Begin the same walk again; the mark stays, nothing is concluded."""
        return replace(
            self, walk_newest=None, cursor=None, cursor_at=None, anchor=None, pages=0, empty_pages=0
        )

    def after(self, batch: Batch, *, now: datetime) -> Self:
        """Return the checkpoint that holds once `batch` is stored; raises PagingLoopError."""
        newest = max(filter(None, (self.walk_newest, batch.newest)), default=None)
        if batch.next_cursor is None or batch.reached_mark:
            mark = max(filter(None, (self.mark, newest)), default=None)
            return replace(self.restarted(), mark=mark)
        pages = self.pages + 1
        empty = 0 if batch.signals or batch.posts or batch.billed_items else self.empty_pages + 1
        if batch.next_cursor in (self.cursor, self.anchor) or empty > MAX_EMPTY_PAGES:
            raise PagingLoopError(
                "The listing leads back to a page that was already read; the walk ends as unfinished.",
                code="paging_loop",
            )
        power_of_two = pages & (pages - 1) == 0
        return replace(
            self,
            walk_newest=newest,
            cursor=batch.next_cursor,
            cursor_at=now,
            anchor=batch.next_cursor if power_of_two else self.anchor,
            pages=pages,
            empty_pages=empty,
        )
