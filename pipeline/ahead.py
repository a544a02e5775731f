"""Asking ahead: while a page is stored, the next of its listing is asked for in another thread.

A message reads a stretch of pages. Each lies in hand from its claim to its commit, and the transaction that
stores one claims the next. Before a page is asked for ahead, three things stand: its money is reserved and
nothing held the account back in a transaction that is committed (its leave), its permit is taken, and its
cursor came with the answer before. Whatever happens then, what it cost is settled: a kill may repeat two
pages and doubts two sums.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.batch import Batch
from domain.checkpoint import Checkpoint
from domain.errors import PlatformError
from pipeline import money, outcome, poison
from pipeline.held import Held, leave_for_next, request_of
from pipeline.road import Road
from pipeline.turn import Turn, permit_at_once
from pipeline.unexpected import unexpected
from store import outbox, runs
from store.outbox import Wake

#: How long a message may go from page to page before others of its queue have their turn.
STRETCH = timedelta(seconds=1)


@dataclass(slots=True)
class InHand:
    """A page in hand: what it is held and permitted by, and what was heard of it."""

    road: Road
    turn: Turn
    held: Held
    until: datetime
    batch: Batch | None = None
    error: PlatformError | None = None
    _answer: Future[Batch] | None = field(default=None, repr=False)

    def answer(self) -> Batch:
        """Return the answer of the platform, which is asked now unless it was ahead; raises its errors."""
        self.batch = self._answer.result() if self._answer else self._fetched()
        return self.batch

    def ask_ahead(self) -> None:
        """Ask the platform in another thread."""
        if self.road.helpers is None:
            raise LookupError("nobody is there to ask ahead")
        self._answer = self.road.helpers.submit(copy_context().run, self._fetched)

    def abandon(self) -> None:
        """Wait for an answer that nobody will store, for it costs what it costs."""
        try:
            self.answer()
        except PlatformError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001  # nobody knows then what it cost
            self.error = unexpected(self.held.claim.run_id, error)

    def _fetched(self) -> Batch:
        return self.turn.fetched(lambda: self.held.connector.fetch(request_of(self.held)))


def asked(page: InHand, checkpoint: Checkpoint) -> InHand | None:
    """Ask for the page after the one in hand; None where it waits for a message of its own."""
    road, held = page.road, page.held
    now = road.now()
    if page.batch is None or held.leave is None or not checkpoint.walking or now >= page.until:
        return None
    # What could not be read so far decides at the walk's end whether anybody is taken to have left.
    unread = held.claim.quarantined + len(page.batch.quarantined)
    claim = held.claim._replace(fence=held.claim.fence + 1, attempts=1, quarantined=unread)
    turn = permit_at_once(road, page.turn, claim.run_id, claim.fence)
    if turn is None:
        return None
    leave = held.leave
    ahead = held._replace(
        claim=claim,
        checkpoint=checkpoint,
        asked_at=now,
        page_size=leave.page_size,
        reservation=leave.reservation,
        leave=None,
    )
    following = InHand(road, turn, ahead, page.until)
    following.ask_ahead()
    return following


def claim_next(connection: Connection, page: InHand, following: InHand, changes: Mapping[str, Any]) -> None:
    """Move the run to the page that was asked for ahead, which stays with this worker."""
    road, claim = page.road, page.held.claim
    now = road.now()
    held = following.held._replace(policy=road.policy_of(connection))
    leave = leave_for_next(connection, road, held) if now < page.until else None
    moved = {**changes, **poison.left(claim), "attempts": 1, "due_at": now, "asked_ahead": leave is not None}
    outcome.advance(connection, claim, road.worker, moved, until=now + runs.LEASE)
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    outbox.put(connection, wake, due_at=now, sent_at=now)
    following.held = held._replace(leave=leave)


def drop(connection: Connection, page: InHand, following: InHand | None) -> None:
    """Settle what the page after the one in hand has cost, which nobody stores now."""
    if following is not None:
        money.settle_late(connection, following.held.reservation, following.error, following.batch)
    elif page.held.leave is not None:
        money.give_back(connection, page.held.leave.reservation)
