"""Departing: the slices of those whom a whole walk missed, each claimed by its fence and stored as a page is.

They ask no platform, so no limit, no price, no pause and no halt keeps them: who left, leaves.
"""

from sqlalchemy import Connection

from domain.checkpoint import Checkpoint
from domain.errors import UnexpectedError
from pipeline import outcome, poison, walk
from pipeline.held import Held, go_on
from pipeline.road import Road
from pipeline.unexpected import unexpected
from store import accounts, departing, messaging, outbox, runs, turns
from store.outbox import Wake
from store.runs import Claim


def wait(road: Road, run_id: int, fence: int) -> bool:
    """Tell whether the message of a run at `fence` is for such a slice."""
    with road.database.read() as connection:
        may_be_claimed = turns.peek(connection, run_id, fence, now=road.now()) is not None
        return may_be_claimed and departing.wait(connection, run_id)


def depart_next(road: Road, run_id: int, fence: int, *, alone: bool) -> Wake | None:
    """Carry out the next slice of a run; returns the message that goes on with it, if any is due.

    The walk ends with the last slice. Raises SuspectError for a slice that has ended a worker, unless it is
    carried out `alone`; one that has ended as many as a page may lets the run fail, which goes on there when
    it is replayed.
    """
    claim = road.transact(lambda connection: _claim(connection, road, run_id, fence, alone=alone))
    if claim is None:
        return None
    try:
        return road.transact(lambda connection: _depart(connection, road, claim))
    except outcome.LostClaimError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the run must not stay held and silent
        said = unexpected(run_id, error)
    return road.transact(lambda connection: _settle(connection, road, _held(connection, road, claim), said))


def _claim(connection: Connection, road: Road, run_id: int, fence: int, *, alone: bool) -> Claim | None:
    claim = runs.claim(connection, run_id, fence, road.worker, now=road.now())
    if claim and claim.deaths and not alone:
        raise poison.SuspectError(f"A slice of run {run_id} has ended a worker, so it is carried out alone.")
    if claim and claim.deaths >= poison.MAX_DEATHS:
        failure = poison.slice_failure(claim)
        outcome.fail(connection, claim, road.worker, failure, requests=0, now=road.now())
        return None
    return claim


def _held(connection: Connection, road: Road, claim: Claim) -> Held:
    account = accounts.get(connection, claim.account_id)
    connector = road.connector_of(connection, account)
    stream, policy = connector.streams[claim.stream], road.policy_of(connection)
    return Held(claim, account, connector, stream, Checkpoint(), policy, road.now())


def _depart(connection: Connection, road: Road, claim: Claim) -> Wake | None:
    now = road.now()
    outcome.require_held(connection, claim, road.worker)
    held = _held(connection, road, claim)
    missed = walk.Walk(held.listing, held.stream, claim.platform, whole=True)
    done = walk.depart_next(connection, missed, held.policy, now=now)
    wake = go_on(connection, road, held, runs.added(left=done.left), walked=not done.waits)
    messaging.publish(connection, done.steps, now=now)
    return wake


def _settle(connection: Connection, road: Road, held: Held, error: UnexpectedError) -> Wake | None:
    """Try again after a pause, or let the run fail after as many tries as a page has."""
    claim, now = held.claim, road.now()
    outcome.require_held(connection, claim, road.worker)
    verdict = outcome.judge(error, claim, held.stream, now=now, chance=road.chance)
    if verdict.failure is not None:
        outcome.fail(connection, claim, road.worker, verdict.failure, requests=0, now=now)
        return None
    changes = {"due_at": verdict.due_at, "waiting_for": verdict.waiting_for, "post_id": claim.post_id}
    outcome.advance(connection, claim, road.worker, {**changes, "attempts": verdict.attempts})
    wake = Wake(runs.KIND, claim.run_id, claim.fence + 1, runs.queue_of(claim.platform))
    outbox.put(connection, wake, due_at=verdict.due_at)
    return None
