"""Sources: whom a consumer may be told of, and in whose numbers; here all, in those of the feed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from store import exports as recorded
from store import feed_rows, transfers
from store.feed_rows import FeedRow, ShownRow


class Source:
    """Reads the feed for a recipient; a third party gets those who consent to it."""

    def __init__(self, recipient_id: int) -> None:
        self.recipient_id = recipient_id

    def is_due(self, connection: Any, *, now: datetime) -> bool:  # noqa: ARG002
        """Tell whether `settle` may find something new."""
        return False

    def settle(self, connection: Any, *, now: datetime, whole: bool = False) -> None:
        """Bring what it tells up to date; the feed is."""

    def newest(self, connection: Any) -> int:
        """Return its newest number."""
        return recorded.newest_seq(connection)

    def steps(
        self, connection: Any, after: int, upto: int, size: int, *, removals: bool = False
    ) -> Sequence[FeedRow]:
        """Read its steps, or the removals among them, behind `after` up to `upto`, `size` at most."""
        return feed_rows.steps_between(connection, after, upto, size, removals=removals)

    def rows(
        self, connection: Any, after: int, upto: int, size: int | None, given_at: datetime | None
    ) -> Sequence[ShownRow]:
        """Read whom it shows of those whose number lies behind `after`, up to `upto`."""
        return feed_rows.rows_between(
            connection, after, upto, size, self._among(connection), given_at=given_at
        )

    def row(
        self,
        connection: Any,
        platform: str,
        platform_id: str,
        given_at: datetime | None,
        *,
        now: datetime,  # noqa: ARG002
    ) -> ShownRow | None:
        """Read one contact; None where it does not show it."""
        among = self._among(connection)
        return feed_rows.row_of(connection, platform, platform_id, among, given_at=given_at)

    def ended(self, connection: Any, after: int, upto: int) -> Iterable[Any]:
        """Read who took back the consent to be disclosed, as removals are."""
        return transfers.ended_between(connection, self.recipient_id, after, upto)

    def _among(self, connection: Any) -> Any:
        return transfers.among(connection, self.recipient_id)
