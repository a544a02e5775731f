"""The end of a walk: who is missing has left, what may only be counted is counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from classifier.policy import Keep, Policy
from domain.account import Account
from domain.signal import Signal, SignalKind
from domain.stream import POSTS, Shape, Stream
from pipeline.outcome import advance
from pipeline.redecide import redecide
from store import counts, outbox, rosters, runs, signals
from store.checkpoints import Listing
from store.messaging import Step
from store.runs import Claim

#: What the feed says of those whom a whole walk did not show.
LEFT = {
    SignalKind.FOLLOWS: "unfollowed",
    SignalKind.FRIEND: "unfriended",
    SignalKind.OPTED_IN: "opted_out",
}


def is_compared(stream: Stream) -> bool:
    """Tell whether a whole walk of the stream proves who has left."""
    return stream.shape is Shape.ROSTER


def counted(acts: Iterable[Signal], policy: Policy) -> set[str]:
    """Return the kinds among the acts of which only counts may stay."""
    return {kind for kind in {each.kind for each in acts} if policy.rules[kind].keep is Keep.COUNT}


def conclude(
    connection: Connection,
    listing: Listing,
    stream: Stream,
    account: Account,
    policy: Policy,
    *,
    now: datetime,
) -> tuple[list[Step], int]:
    """Conclude a walk that was read to its end; returns the feed's steps, and how many acts ended."""
    run_id, post = listing.run_id, listing.post
    whole = stream.shape is not Shape.TIMELINE
    for kind, count in rosters.count(connection, run_id, post, counting=True).items():
        counts.add(connection, (account.id, SignalKind(kind), post), count, now=now, whole=whole)
    steps: list[Step] = []
    left: list[int] = []
    if is_compared(stream):
        left = signals.end_absent(connection, account.id, stream.kinds, walk=(run_id, post), now=now)
        reason = LEFT.get(stream.kinds[0], "ended")
        steps = redecide(connection, left, account.platform, policy, reason, now=now)
    rosters.forget(connection, run_id, post)
    return steps, len(left)


def finish(
    connection: Connection, claim: Claim, worker: str, changes: Mapping[str, Any], *, now: datetime
) -> None:
    """End a run that was read whole; runs that wait for its posts begin."""
    ended = {"state": "done", "ended_at": now, "post_id": claim.post_id, "attempts": 0}
    advance(connection, claim, worker, {**changes, **ended})
    outbox.drop(connection, runs.KIND, claim.run_id)
    if claim.stream == POSTS:
        runs.release_waiting(connection, claim.run_id, now=now)
