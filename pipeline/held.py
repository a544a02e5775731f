"""A page held: claimed with its checkpoint and its money, passed over where it is poison, and left."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from connectors.base import Connector
from domain.account import Account
from domain.batch import PageRequest
from domain.checkpoint import Checkpoint
from domain.stream import Stream
from pipeline import money, outcome, poison, walk
from pipeline.gates import gates_of
from pipeline.road import Road
from store import accounts, checkpoints, failures, outbox, posts, rosters, runs, spends, suspects
from store.checkpoints import Listing
from store.outbox import Wake
from store.runs import Claim


class Held(NamedTuple):
    """A claimed page with all that its request needs."""

    claim: Claim
    account: Account
    connector: Connector
    stream: Stream
    checkpoint: Checkpoint
    policy: Policy
    asked_at: datetime
    page_size: int = 0
    reservation: money.Reservation | None = None
    leave: money.Granted | None = None

    @property
    def listing(self) -> Listing:
        """The listing that the page belongs to."""
        return Listing(self.account.id, self.stream.name, self.claim.post, self.claim.run_id)


def claim_page(
    connection: Connection, road: Road, run_id: int, fence: int, *, alone: bool
) -> Held | Wake | None:
    """Take a page with its money; returns the message that goes on with the run where it was passed over.

    None where the message is stale, the run has ended with this claim, or its money is spent. Raises
    SuspectError for a page that has ended a worker, unless it is read `alone`.
    """
    now = road.now()
    claim = runs.claim(connection, run_id, fence, road.worker, now=now)
    if claim is None:
        return None
    if claim.deaths and not alone:
        raise poison.SuspectError(f"A page of run {run_id} has ended a worker, so it is read alone.")
    account = accounts.get(connection, claim.account_id)
    connector = road.connector_of(connection, account)
    stream = connector.streams[claim.stream]
    if stream.per_post and claim.post_id is None:
        post_id = posts.next_after(connection, account.id, 0)
        if post_id is None:
            walk.finish(connection, claim, road.worker, {}, now=now)
            return None
        claim = claim._replace(post_id=post_id, post=posts.name(connection, post_id))
    held = Held(claim, account, connector, stream, Checkpoint(), road.policy_of(connection), now)
    checkpoint = checkpoints.load(connection, held.listing)
    if checkpoint.aged(now, stream.cursor_life):
        checkpoint = checkpoint.restarted()
        rosters.forget(connection, run_id, claim.post)
    if not checkpoint.walking:
        walk.begin(connection, held.listing, stream, now=now)
    held = held._replace(checkpoint=checkpoint)
    if claim.deaths >= poison.MAX_DEATHS:
        return _pass_over(connection, road, held)
    price = road.price(stream.meter, account.owned_reads) if stream.meter else 0
    page = money.Page(claim, account, stream, price)
    granted = money.reserve(connection, page, road.worker, now=now)
    if granted is None:
        return None
    held = held._replace(page_size=granted.page_size, reservation=granted.reservation)
    leave = None if alone else leave_for_next(connection, road, held)
    if leave:
        suspects.ask_beside(connection, claim)
    return held._replace(leave=leave)


def leave_for_next(connection: Connection, road: Road, held: Held) -> money.Granted | None:
    """Reserve the page after a held one, so that it may be asked for ahead; None where it may not.

    A head read asks for no page that it may not want; a page that money makes smaller waits for its turn.
    """
    now = road.now()
    account = held.account
    if road.helpers is None or not gates_of(connection, road, account, now=now).open:
        return None
    if walk.is_head(connection, held.listing, held.stream):
        return None
    claim = held.claim._replace(fence=held.claim.fence + 1, attempts=1)
    price = road.price(held.stream.meter, account.owned_reads) if held.stream.meter else 0
    return money.reserve_next(connection, money.Page(claim, account, held.stream, price), now=now)


def _pass_over(connection: Connection, road: Road, held: Held) -> Wake | None:
    """Leave a page that ends its workers: go on behind it, with the next post, or fail."""
    now = road.now()
    claim = held.claim
    passing = poison.passing(claim, held.checkpoint, held.stream, now=now)
    if passing.checkpoint is None and not passing.next_post:
        outcome.fail(connection, claim, road.worker, passing.failure, now=now)
        return None
    failures.add(connection, passing.failure, now=now)
    spends.doubt(connection, claim.run_id)
    checkpoints.save(connection, held.listing, passing.checkpoint or held.checkpoint.restarted())
    if passing.next_post:
        rosters.forget(connection, claim.run_id, claim.post)
    changes = runs.added(passed_over=1) | {"error": poison.unread(claim.passed_over + 1)}
    return go_on(connection, road, held, changes, walked=passing.next_post)


def request_of(held: Held) -> PageRequest:
    """Return what to ask the connector for."""
    stream = held.stream
    return PageRequest(
        stream=stream.name,
        post=held.claim.post,
        cursor=held.checkpoint.cursor,
        mark=held.checkpoint.mark,
        page_size=held.page_size,
    )


def go_on(
    connection: Connection, road: Road, held: Held, changes: Mapping[str, object], *, walked: bool
) -> Wake | None:
    """Move the run to its next page, its next post or its end; raises LostClaimError to roll back."""
    now = road.now()
    claim = held.claim
    post_id = claim.post_id
    if walked and held.stream.per_post and post_id is not None:
        post_id = posts.next_after(connection, held.account.id, post_id)
    if walked and (not held.stream.per_post or post_id is None):
        walk.finish(connection, claim, road.worker, changes, now=now)
        return None
    moved = {**changes, **poison.left(claim), "post_id": post_id, "attempts": 0, "due_at": now}
    outcome.advance(connection, claim, road.worker, moved)
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    outbox.put(connection, wake, due_at=now, sent_at=now)
    return wake
