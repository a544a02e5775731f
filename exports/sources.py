"""Sources: whom a consumer may be told of, and in whose numbers: the whole feed, or its segment's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from store import exports as recorded
from store import feed_rows, segment_steps
from store.feed_rows import FeedRow
from store.segment_steps import Bound


class Source(Protocol):
    """What pages of the feed are read from."""

    def is_due(self, connection: Any, *, now: datetime) -> bool:
        """Tell whether `settle` may find something new."""

    def settle(self, connection: Any, *, now: datetime, whole: bool = False) -> None:
        """Bring what it tells up to date."""

    def newest(self, connection: Any) -> int:
        """Return its newest number."""

    def steps(
        self, connection: Any, after: int, upto: int, size: int, *, removals: bool = False
    ) -> Sequence[FeedRow]:
        """Read its steps, or the removals among them, behind `after` up to `upto`, `size` at most."""

    def rows(
        self, connection: Any, after: int, upto: int, size: int | None, given_at: datetime | None
    ) -> Sequence[FeedRow]:
        """Read whom it shows of those whose number lies behind `after`, up to `upto`."""

    def row(
        self, connection: Any, platform: str, platform_id: str, given_at: datetime | None, *, now: datetime
    ) -> FeedRow | None:
        """Read one contact; None where it does not show it."""


class Everybody:
    """Reads the whole feed, in its own numbers."""

    def is_due(self, connection: Any, *, now: datetime) -> bool:  # noqa: ARG002
        """Tell that nothing is to be settled."""
        return False

    def settle(self, connection: Any, *, now: datetime, whole: bool = False) -> None:
        """Do nothing: the feed is as it is."""

    def newest(self, connection: Any) -> int:
        """Return the feed's newest number."""
        return recorded.newest_seq(connection)

    def steps(
        self, connection: Any, after: int, upto: int, size: int, *, removals: bool = False
    ) -> Sequence[FeedRow]:
        """Read steps of the feed."""
        return feed_rows.steps_between(connection, after, upto, size, removals=removals)

    def rows(
        self, connection: Any, after: int, upto: int, size: int | None, given_at: datetime | None
    ) -> Sequence[FeedRow]:
        """Read whom the feed shows."""
        return feed_rows.rows_between(connection, after, upto, size, given_at=given_at)

    def row(
        self,
        connection: Any,
        platform: str,
        platform_id: str,
        given_at: datetime | None,
        *,
        now: datetime,  # noqa: ARG002
    ) -> FeedRow | None:
        """Read one whom the feed shows."""
        return feed_rows.row_of(connection, platform, platform_id, given_at=given_at)


EVERYBODY = Everybody()


class OfSegment:
    """Reads what concerns a consumer that is bound to a segment, in numbers of its own."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    def is_due(self, connection: Any, *, now: datetime) -> bool:
        """Tell whether the feed has moved, or it is time to ask of everybody."""
        return segment_steps.is_due(connection, self.bound.consumer_id, now=now)

    def settle(self, connection: Any, *, now: datetime, whole: bool = False) -> None:
        """Reckon what came, changed and left since; whoever holds the consumer may."""
        segment_steps.reckon(connection, self.bound, now=now, whole=whole)

    def newest(self, connection: Any) -> int:
        """Return the consumer's own newest number."""
        return segment_steps.newest(connection, self.bound.consumer_id)

    def steps(
        self, connection: Any, after: int, upto: int, size: int, *, removals: bool = False
    ) -> Sequence[FeedRow]:
        """Read the consumer's own steps."""
        op = "remove" if removals else None
        return segment_steps.steps_between(connection, self.bound.consumer_id, after, upto, size, op)

    def rows(
        self, connection: Any, after: int, upto: int, size: int | None, given_at: datetime | None
    ) -> Sequence[FeedRow]:
        """Read whom the segment holds as this is read."""
        return segment_steps.rows_between(connection, self.bound, after, upto, size, given_at=given_at)

    def row(
        self, connection: Any, platform: str, platform_id: str, given_at: datetime | None, *, now: datetime
    ) -> FeedRow | None:
        """Read one whom the segment holds, whose step is reckoned before."""
        segment_steps.reckon(connection, self.bound, now=now, only=(platform, platform_id))
        return segment_steps.row_of(connection, self.bound, platform, platform_id, given_at=given_at)
