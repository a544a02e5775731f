"""Harvest: one page of one run, from its claim to its commit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from connectors.base import Connector
from domain.account import Account
from domain.batch import Batch, PageRequest
from domain.checkpoint import Checkpoint
from domain.errors import PagingLoopError, PlatformError, TokenDeadError
from domain.signal import Signal
from domain.stream import Stream
from pipeline import money, outcome, poison, renew, walk
from pipeline.page import Written, write_page
from pipeline.road import Road
from pipeline.screen import screened
from pipeline.turn import Turn, turn_of
from pipeline.unexpected import unexpected
from store import accounts, checkpoints, failures, messaging, outbox, posts, rosters, runs, spends, suspects
from store.checkpoints import Listing
from store.outbox import Wake
from store.rosters import RosterPage
from store.runs import Claim


class Held(NamedTuple):
    """A claimed page with all that its request needs."""

    claim: Claim
    account: Account
    connector: Connector
    stream: Stream
    checkpoint: Checkpoint
    policy: Policy
    page_size: int = 0
    reservation: money.Reservation | None = None

    @property
    def listing(self) -> Listing:
        """The listing that the page belongs to."""
        return Listing(self.account.id, self.stream.name, self.claim.post, self.claim.run_id)


@dataclass(slots=True)
class Heard:
    """What came of a request: the answer where it could be read, the error where there was one."""

    batch: Batch | None = None
    error: PlatformError | None = None


def harvest_next(road: Road, run_id: int, fence: int) -> Wake | None:
    """Read and store the next page of a run; returns the message that goes on with it, if any is due.

    A stale or duplicate message is a no-op. Nothing is held over the request: the claim is a lease in
    the run's row, and rows, checkpoint and outbox entry commit together or not at all.
    """
    turn = turn_of(road, run_id, fence)
    if turn is None:
        return None
    try:
        with road.company.together():
            return _read_next(road, turn, run_id, fence, alone=False)
    except poison.SuspectError:
        with road.company.alone():
            return _read_next(road, turn, run_id, fence, alone=True)


def _read_next(road: Road, turn: Turn, run_id: int, fence: int, *, alone: bool) -> Wake | None:
    held = road.transact(lambda connection: _claim(connection, road, run_id, fence, alone=alone))
    if not isinstance(held, Held):
        turn.give_back()
        return held
    heard = Heard()
    try:
        return _carry_out(road, turn, held, heard)
    except outcome.LostClaimError:
        road.transact(
            lambda connection: money.settle_late(connection, held.reservation, heard.error, heard.batch)
        )
        raise


def _carry_out(road: Road, turn: Turn, held: Held, heard: Heard) -> Wake | None:
    try:
        batch = heard.batch = turn.fetched(lambda: held.connector.fetch(_request(held)))
        if held.claim.deaths:
            following = batch.next_cursor
            road.transact(
                lambda connection: suspects.remember_next(connection, held.claim, road.worker, following)
            )
        checkpoint = held.checkpoint.after(batch, now=road.now())
        return road.transact(lambda connection: _store(connection, road, turn, held, batch, checkpoint))
    except outcome.LostClaimError:
        raise
    except PlatformError as error:
        said = heard.error = error
    except Exception as error:  # noqa: BLE001  # whatever it is, the page must not stay held and silent
        said = heard.error = unexpected(held.claim.run_id, error)
    return road.transact(lambda connection: _settle(connection, road, turn, held, said, heard.batch))


def _claim(connection: Connection, road: Road, run_id: int, fence: int, *, alone: bool) -> Held | Wake | None:
    """Take a page; returns the message that goes on with the run where the page was passed over."""
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
    held = Held(claim, account, connector, stream, Checkpoint(), road.policy_of(connection))
    checkpoint = checkpoints.load(connection, held.listing)
    if checkpoint.aged(now, stream.cursor_life):
        checkpoint = checkpoint.restarted()
        rosters.forget(connection, run_id, claim.post)
    held = held._replace(checkpoint=checkpoint)
    if claim.deaths >= poison.MAX_DEATHS:
        return _pass_over(connection, road, held)
    price = road.price(stream.meter, account.owned_reads) if stream.meter else 0
    page = money.Page(claim, account, stream, price)
    granted = money.reserve(connection, page, road.worker, now=now)
    return granted and held._replace(page_size=granted.page_size, reservation=granted.reservation)


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
    return _go_on(connection, road, held, changes, walked=passing.next_post)


def _request(held: Held) -> PageRequest:
    stream = held.stream
    return PageRequest(
        stream=stream.name,
        post=held.claim.post,
        cursor=held.checkpoint.cursor,
        mark=held.checkpoint.mark,
        page_size=held.page_size,
    )


def _store(
    connection: Connection, road: Road, turn: Turn, held: Held, batch: Batch, checkpoint: Checkpoint
) -> Wake | None:
    now = road.now()
    claim, account = held.claim, held.account
    outcome.require_held(connection, claim, road.worker)
    acts = screened(account, batch.signals, now=now)
    counted = walk.counted(acts, held.policy)
    stored = [each for each in acts if each.kind not in counted] if counted else acts
    written = write_page(connection, (account.id, account.platform), stored, held.policy, now=now)
    _keep_members(connection, held, written, counted, acts)
    posts.add(connection, account.id, batch.posts)
    failures.quarantine(connection, claim.run_id, batch.quarantined, now=now)
    turn.keep(connection, batch.limit, None)
    changes = _changes(batch, written)
    walked = not checkpoint.walking
    if walked and claim.passed_over:  # the mark stays: the next walk reads what this one passed over
        changes["error"] = poison.unread(claim.passed_over)
        checkpoint = replace(checkpoint, mark=held.checkpoint.mark)
    checkpoints.save(connection, held.listing, checkpoint, walked_at=now if walked else None)
    if walked:
        unread = claim.quarantined + len(batch.quarantined)
        if unread and walk.is_compared(held.stream):
            changes["error"] = f"{unread} items could not be read, so nobody is taken to have left."
        ended = walk.Walk(
            held.listing, held.stream, account.platform, whole=not unread and not claim.passed_over
        )
        steps, left = walk.conclude(connection, ended, held.policy, now=now)
        written.steps += steps
        changes |= runs.added(left=left)
    changes |= runs.added(spend_micro_usd=money.settle(connection, held.reservation, batch))
    wake = _go_on(connection, road, held, changes, walked=walked)
    messaging.publish(connection, written.steps, now=now)
    return wake


def _keep_members(
    connection: Connection, held: Held, written: Written, counted: set[str], acts: list[Signal]
) -> None:
    page = RosterPage(held.claim.run_id, held.claim.post, held.claim.fence)
    if walk.is_compared(held.stream) and written.contact_ids:
        rosters.add(connection, page, written.contact_ids, counting=False)
    if counted:
        stream = held.stream
        # What is listed under each post is counted there: the same quote may also stand in the mentions.
        under_posts = {
            kind for each in held.connector.streams.values() if each.per_post for kind in each.kinds
        }
        here = counted if stream.per_post else counted - under_posts
        wanted = (each for each in acts if each.kind in here)
        members = walk.countable(connection, held.account.id, stream, held.claim.post, wanted)
        rosters.add(connection, page, members, counting=True)


def _changes(batch: Batch, written: Written) -> dict[str, Any]:
    return runs.added(
        pages=1,
        requests=1,
        contacts_seen=len({each.contact for each in batch.signals}),
        regular=written.regular,
        occasional=written.occasional,
        quarantined=len(batch.quarantined),
        unattributed=batch.unattributed,
    )


def _go_on(
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
    moved = {**changes, **poison.LEFT, "post_id": post_id, "attempts": 0, "due_at": now}
    outcome.advance(connection, claim, road.worker, moved)
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    outbox.put(connection, wake, due_at=now, sent_at=now)
    return wake


def _settle(  # what the page was held with, and what came of it
    connection: Connection, road: Road, turn: Turn, held: Held, error: PlatformError, batch: Batch | None
) -> Wake | None:
    """Carry out what an error means for the run; `batch` is the answer where it came whole all the same."""
    now = road.now()
    claim = held.claim
    outcome.require_held(connection, claim, road.worker)
    money.settle_error(connection, held.reservation, error, batch)
    verdict = outcome.judge(error, claim, held.stream, now=now, chance=road.chance)
    if isinstance(error, TokenDeadError):
        if renew.may_help(connection, held.account, claim.attempts, now=now):
            verdict = outcome.Verdict(now, claim.attempts, claim.page_size, waiting_for="a new token")
        else:
            accounts.pause(connection, held.account.id, str(error))
    turn.keep(connection, error.limit, (verdict.block, error.code) if verdict.block else None)
    if isinstance(error, PagingLoopError) or verdict.restart:
        checkpoints.save(connection, held.listing, held.checkpoint.restarted())
        rosters.forget(connection, claim.run_id, claim.post)
    if verdict.failure is not None:
        outcome.fail(connection, claim, road.worker, verdict.failure, now=now)
        return None
    if verdict.skip and claim.post_id is not None:
        posts.mark_gone(connection, claim.post_id, now=now)
        rosters.forget(connection, claim.run_id, claim.post)
        return _go_on(connection, road, held, runs.added(requests=1, skipped_posts=1), walked=True)
    outcome.advance(
        connection,
        claim,
        road.worker,
        {
            **runs.added(requests=1),
            "due_at": verdict.due_at,
            "waiting_for": verdict.waiting_for,
            "page_size": verdict.page_size,
            "attempts": verdict.attempts,
            "restarts": claim.restarts + verdict.restart,
            **(poison.LEFT if verdict.restart else {}),
            "post_id": claim.post_id,
        },
    )
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    sent_at = now if verdict.due_at <= now else None
    outbox.put(connection, wake, due_at=verdict.due_at, sent_at=sent_at)
    return wake if sent_at else None
