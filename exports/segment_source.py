"""The source of a consumer that is bound to a segment: what concerns that alone, in numbers of its own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from exports.sources import Source
from store import reckoning, segment_steps
from store.feed_rows import FeedRow, ShownRow
from store.segment_steps import Bound


class OfSegment(Source):
    """Reads the segment of a consumer; steps are reckoned by whoever holds the consumer."""

    def __init__(self, recipient_id: int, bound: Bound) -> None:
        super().__init__(recipient_id)
        self.bound = bound

    def is_due(self, connection: Any, *, now: datetime) -> bool:
        """Tell whether the feed has moved, or it is time to ask of everybody."""
        return reckoning.is_due(connection, self.bound.consumer_id, now=now)

    def settle(self, connection: Any, *, now: datetime, whole: bool = False) -> None:
        """Reckon what came, changed and left since."""
        reckoning.reckon(connection, self.bound, now=now, whole=whole)

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
    ) -> Sequence[ShownRow]:
        """Read whom the segment holds as this is read."""
        return segment_steps.rows_between(connection, self.bound, after, upto, size, given_at=given_at)

    def row(
        self, connection: Any, platform: str, platform_id: str, given_at: datetime | None, *, now: datetime
    ) -> ShownRow | None:
        """Read one whom the segment holds, whose step is reckoned before."""
        reckoning.reckon(connection, self.bound, now=now, only=(platform, platform_id))
        return segment_steps.row_of(connection, self.bound, platform, platform_id, given_at=given_at)

    def ended(self, connection: Any, after: int, upto: int) -> Iterable[Any]:  # noqa: ARG002
        """Read nobody: no third party is bound to a segment."""
        return ()
