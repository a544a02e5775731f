"""Harvest: pages of one run, each from its claim to its commit."""

import logging
import time
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.batch import Batch
from domain.checkpoint import Checkpoint
from domain.errors import PagingLoopError, PlatformError, RetryLaterError, TokenDeadError
from domain.signal import Signal
from pipeline import ahead, departing, money, outcome, poison, renew, walk
from pipeline.ahead import InHand
from pipeline.heed import heeded
from pipeline.held import Held, claim_page, go_on
from pipeline.page import Written, write_page
from pipeline.post_topics import counts_topics
from pipeline.road import Road
from pipeline.screen import screened, standing
from pipeline.turn import Turn, turn_of
from pipeline.unexpected import unexpected
from store import (
    accounts,
    checkpoints,
    deletions,
    failures,
    freshness,
    journal,
    messaging,
    outbox,
    posts,
    rosters,
    runs,
    suspects,
)
from store.outbox import Wake
from store.rosters import RosterPage

log = logging.getLogger("regulars.harvest")


def harvest_next(road: Road, run_id: int, fence: int) -> Wake | None:
    """Read and store pages of a run for a while; returns the message that goes on with it, if any is due.

    A stale or duplicate message is a no-op. Nothing is held over a request: the claim is a lease in
    the run's row, and rows, checkpoint and outbox entry commit together or not at all. The road's helpers ask
    for a page while the one before is stored; without them a message is one page.
    """
    if departing.wait(road, run_id, fence):
        return _depart_next(road, run_id, fence)
    turn = turn_of(road, run_id, fence)
    if turn is None:
        return None
    try:
        with road.company.together():
            return _read_on(road, turn, run_id, fence, alone=False)
    except poison.SuspectError:
        with road.company.alone() as entered:
            if entered:
                return _read_on(road, turn, run_id, fence, alone=True)
        turn.give_back()  # the dispatcher sends the message again
        return None


def _depart_next(road: Road, run_id: int, fence: int) -> Wake | None:
    try:
        with road.company.together():
            return departing.depart_next(road, run_id, fence, alone=False)
    except poison.SuspectError:
        with road.company.alone() as entered:
            return departing.depart_next(road, run_id, fence, alone=True) if entered else None


def _read_on(road: Road, turn: Turn, run_id: int, fence: int, *, alone: bool) -> Wake | None:
    try:
        held = road.transact(lambda connection: claim_page(connection, road, run_id, fence, alone=alone))
    except poison.SuspectError:
        raise
    except Exception:
        turn.give_back()  # nothing was asked, and others wait for the permit
        raise
    if not isinstance(held, Held):
        turn.give_back()
        return held
    following: InHand | Wake | None = InHand(road, turn, held, road.now() + ahead.STRETCH)
    while isinstance(following, InHand):
        following = _carry_out(road, following)
    return following


def _carry_out(road: Road, page: InHand) -> InHand | Wake | None:
    """Store a page in hand; returns the one that was asked for meanwhile, else the message that goes on."""
    held, begun = page.held, time.monotonic()
    following: InHand | None = None
    try:
        batch = page.answer()
        if held.claim.deaths:
            cursor = batch.next_cursor
            road.transact(
                lambda connection: suspects.remember_next(connection, held.claim, road.worker, cursor)
            )
        checkpoint = held.checkpoint.after(batch, now=road.now())
        following = ahead.asked(page, checkpoint)
        wake = road.transact(lambda connection: _store(connection, page, batch, checkpoint, following))
        queue = runs.queue_of(held.account.platform)
        road.note("pages", {"queue": queue, "stream": held.stream.name})
        log.info("page.stored", extra={"ms": round(1000 * (time.monotonic() - begun))})
    except outcome.LostClaimError:
        _give_up(page, following)
        raise
    except PlatformError as error:
        page.error = error
    except Exception as error:  # noqa: BLE001  # whatever it is, the page must not stay held and silent
        page.error = unexpected(held.claim.run_id, error)
    else:
        return following or wake
    said = page.error
    if following:
        following.abandon()
    try:
        return road.transact(lambda connection: _settle(connection, page, said, following))
    except outcome.LostClaimError:
        _give_up(page, following)
        raise


def _give_up(page: InHand, following: InHand | None) -> None:
    """Settle what pages cost that another worker reads by now."""
    if following:
        following.abandon()

    def settle(connection: Connection) -> None:
        money.settle_late(connection, page.held.reservation, page.error, page.batch)
        ahead.drop(connection, page, following)

    page.road.transact(settle)


def _store(
    connection: Connection, page: InHand, batch: Batch, checkpoint: Checkpoint, following: InHand | None
) -> Wake | None:
    road, held = page.road, page.held
    now = road.now()
    claim, account = held.claim, held.account
    outcome.require_held(connection, claim, road.worker)
    acts = standing(connection, account, screened(account, batch.signals, now=now), held.asked_at)
    suppressor = road.suppressor_of(connection)
    acts, removals, gone = heeded(connection, acts, suppressor, now=now)
    _require_nobody_gone(connection, held, acts)
    counted = walk.counted(acts, held.policy)
    stored = [each for each in acts if each.kind not in counted] if counted else acts
    written = write_page(connection, (account.id, account.platform), stored, held.policy, now=now)
    written.steps += removals
    members = [each for each in acts if each.kind in counted]
    _keep_members(connection, held, written, members, suppressor)
    counting = bool(batch.posts) and counts_topics(held.policy, account.platform)
    posts.add(connection, account.id, batch.posts, with_texts=counting)
    failures.quarantine(connection, claim.run_id, batch.quarantined, now=now)
    page.turn.keep(connection, batch.limit, None)
    changes = _changes(batch, written)
    if batch.followers is not None:
        price = road.price(str(held.stream.meter), account.owned_reads)
        freshness.looked(connection, account.id, batch.followers, price, now=now)
    whole = not checkpoint.walking
    if walk.read_enough(connection, (held.listing, held.stream), checkpoint.pages, written, now=now):
        checkpoint = checkpoint.restarted()
    walked = not checkpoint.walking
    if walked and claim.passed_over:  # the mark stays: the next walk reads what this one passed over
        changes["error"] = poison.unread(claim.passed_over)
        checkpoint = replace(checkpoint, mark=held.checkpoint.mark)
    checkpoints.save(connection, held.listing, checkpoint, walked_at=now if whole else None)
    if whole:
        unread = claim.quarantined + len(batch.quarantined)
        if unread and walk.is_compared(held.stream):
            changes["error"] = f"{unread} items could not be read, so nobody is taken to have left."
        read_whole = not unread and not claim.passed_over
        ended = walk.Walk(held.listing, held.stream, account.platform, whole=read_whole)
        concluded = walk.conclude(connection, ended, held.policy, now=now)
        written.steps += concluded.steps
        walked = walked and not concluded.waits
        changes |= runs.added(left=concluded.left) | ({"error": concluded.remark} if concluded.remark else {})
    changes |= runs.added(spend_micro_usd=money.settle(connection, held.reservation, batch))
    if following:
        ahead.claim_next(connection, page, following, changes)
        wake = None
    else:
        ahead.drop(connection, page, None)
        wake = go_on(connection, road, held, changes, walked=walked)
    messaging.publish(connection, written.steps, now=now)
    if gone:
        journal.forget(connection, gone, now=now)
    return wake


def _require_nobody_gone(connection: Connection, held: Held, acts: list[Signal]) -> None:
    """Raise RetryLaterError where people went at the platform's word while this page was in hand.

    It may show them still, and they would come back until the next check; read anew it does not. Whoever
    deletes them holds the lock that pages share, so that it came before this page or sees its rows.
    """
    platform = held.account.platform
    if acts and deletions.any_since(connection, platform, held.asked_at):
        raise RetryLaterError(
            f"People of {platform} were deleted at its word while a page was in hand; it is read anew.",
            code="deleted_meanwhile",
        )


def _keep_members(
    connection: Connection, held: Held, written: Written, counted: list[Signal], suppressor: Suppressor
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
        wanted = [each for each in counted if stream.per_post or each.kind not in under_posts]
        listing = (held.account.id, stream, held.claim.post)
        members = walk.countable(connection, listing, wanted, suppressor)
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


def _settle(
    connection: Connection, page: InHand, error: PlatformError, following: InHand | None
) -> Wake | None:
    """Carry out what an error means for the run, which reads the page anew and what follows it."""
    road, held = page.road, page.held
    now = road.now()
    claim = held.claim
    outcome.require_held(connection, claim, road.worker)
    money.settle_error(connection, held.reservation, error, page.batch)
    ahead.drop(connection, page, following)
    verdict = outcome.judge(error, claim, held.stream, now=now, chance=road.chance)
    if isinstance(error, TokenDeadError):
        if renew.may_help(connection, held.account, claim.attempts, now=now):
            verdict = outcome.Verdict(now, claim.attempts, claim.page_size, waiting_for="a new token")
        else:
            accounts.pause(connection, held.account.id, str(error))
    page.turn.keep(connection, error.limit, (verdict.block, error.code) if verdict.block else None)
    if isinstance(error, PagingLoopError) or verdict.restart:
        checkpoints.save(connection, held.listing, held.checkpoint.restarted())
        rosters.forget(connection, claim.run_id, claim.post)
    if verdict.failure is not None:
        outcome.fail(connection, claim, road.worker, verdict.failure, now=now)
        return None
    if verdict.skip and claim.post_id is not None:
        posts.mark_gone(connection, claim.post_id, now=now)
        rosters.forget(connection, claim.run_id, claim.post)
        return go_on(connection, road, held, runs.added(requests=1, skipped_posts=1), walked=True)
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
            **(poison.left(claim) if verdict.restart else {}),
            "post_id": claim.post_id,
        },
    )
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    sent_at = now if verdict.due_at <= now else None
    outbox.put(connection, wake, due_at=verdict.due_at, sent_at=sent_at)
    return wake if sent_at else None
