"""A walk as a harvest does it, without store or queue."""

from datetime import UTC, datetime

from connectors.base import Connector
from domain.batch import Batch, PageRequest
from domain.checkpoint import Checkpoint
from tests.contract.connectors.case import Case

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def first_page(connector: Connector, case: Case, stream: str, *, mark: str | None = None) -> PageRequest:
    """Return the request that begins a walk; the listing of a post is that of the case's own post."""
    return PageRequest(stream, case.post if connector.streams[stream].per_post else "", mark=mark)


def walk(connector: Connector, start: PageRequest) -> tuple[list[Batch], Checkpoint]:
    """Read a listing to its end; raises PagingLoopError as a harvest would."""
    at = Checkpoint(mark=start.mark)
    batches: list[Batch] = []
    while not batches or at.walking:
        asked = PageRequest(start.stream, start.post, at.cursor, at.mark, start.page_size)
        batches.append(connector.fetch(asked))
        at = at.after(batches[-1], now=NOW)
    return batches, at
