"""The end of a walk: who is missing has left, what may only be counted is counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from classifier.policy import Keep, Policy
from domain.signal import Signal, SignalKind
from domain.stream import POSTS, Shape, Stream
from pipeline.outcome import advance
from pipeline.redecide import redecide
from store import counts, outbox, rosters, runs, signals
from store.checkpoints import Listing
from store.counts import Tally
from store.messaging import Step
from store.moments import stamp
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


def countable(
    connection: Connection, account_id: int, stream: Stream, post: str, acts: Iterable[Signal]
) -> list[str]:
    """Return the acts as members of a walk that counts.

    A timeline is read again behind its mark, where we no longer know whom we counted: only what is newer
    than the newest act counted counts. The same contact, kind and item is the same member.
    """
    seen = counts.newest(connection, account_id, post) if stream.shape is Shape.TIMELINE else {}
    members = []
    for each in acts:
        at, known = each.started_at, seen.get(each.kind)
        if at is None or known is None or at > known:
            members.append(f"{each.kind}:{stamp(at) if at else ''}|{each.contact.platform_id}:{each.item}")
    return members


def _moment_in(member: str) -> datetime | None:
    """Read when the act of a member happened; the last of a kind is its newest."""
    at = member.partition(":")[2].partition("|")[0]
    return datetime.fromisoformat(at) if at else None


class Walk(NamedTuple):
    """A walk that was read to its end; `whole` is False where items of it could not be read."""

    listing: Listing
    stream: Stream
    platform: str
    whole: bool


def conclude(connection: Connection, walk: Walk, policy: Policy, *, now: datetime) -> tuple[list[Step], int]:
    """Conclude a walk: count what is only counted, end what it did not show.

    Returns the feed's steps and how many acts ended. A roster with items that could not be read ends
    nothing: whoever seems absent may be one of them.
    """
    account_id, _, post, run_id = walk.listing
    replaced = walk.stream.shape is not Shape.TIMELINE
    found = rosters.count(connection, run_id, post)
    for kind, (count, last) in found.items():
        tally = Tally(count, _moment_in(last))
        counts.add(connection, (account_id, SignalKind(kind), post), tally, now=now, whole=replaced)
    if replaced and walk.whole:
        absent = [each for each in walk.stream.kinds if each not in found]
        counts.none_left(connection, account_id, absent, post, now=now)
    steps: list[Step] = []
    left: list[int] = []
    if is_compared(walk.stream) and walk.whole:
        kinds = walk.stream.kinds
        left = signals.end_absent(connection, account_id, kinds, walk=(run_id, post), now=now)
        steps = redecide(connection, left, walk.platform, policy, LEFT.get(kinds[0], "ended"), now=now)
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
