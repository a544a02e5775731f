"""The end of a walk: who is missing has left, what may only be counted is counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from classifier.policy import Keep, Policy
from config.suppression import Suppressor
from domain.freshness import Read
from domain.signal import Signal, SignalKind
from domain.stream import POSTS, Shape, Stream
from pipeline import depart
from pipeline.outcome import advance
from pipeline.page import Written
from store import counts, departing, freshness, outbox, rosters, runs, walks
from store.checkpoints import Listing
from store.counts import Tally
from store.departures import Walked
from store.messaging import Step
from store.moments import stamp
from store.runs import Claim

#: A walk that took longer ends nobody: who left and came back meanwhile was perhaps never in its way.
LONGEST = timedelta(days=3)


def is_compared(stream: Stream) -> bool:
    """Tell whether a whole walk of the stream proves who has left."""
    return stream.shape is Shape.ROSTER


def counted(acts: Iterable[Signal], policy: Policy) -> set[str]:
    """Return the kinds among the acts of which only counts may stay."""
    return {kind for kind in {each.kind for each in acts} if policy.rules[kind].keep is Keep.COUNT}


def countable(
    connection: Connection,
    listing: tuple[int, Stream, str],
    acts: Iterable[Signal],
    suppressor: Suppressor,
) -> list[str]:
    """Return the acts as members of a walk that counts: who did them stands there as a keyed hash.

    A timeline is read again behind its mark, where we no longer know whom we counted: only what is newer
    than the newest act counted counts. The same contact, kind and item is the same member.
    """
    account_id, stream, post = listing
    seen = counts.newest(connection, account_id, post) if stream.shape is Shape.TIMELINE else {}
    members = []
    for each in acts:
        at, known = each.started_at, seen.get(each.kind)
        if at is None or known is None or at > known:
            who = suppressor.value(*each.contact)
            members.append(f"{each.kind}:{stamp(at) if at else ''}|{who}:{each.item}")
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


class Concluded(NamedTuple):
    """What a walk's end meant: the feed's steps, how many acts ended, and what an operator should know.

    Where so many are missing that it `waits`, the walk ends with the last slice of them.
    """

    steps: list[Step]
    left: int = 0
    waits: bool = False
    remark: str | None = None


def begin(connection: Connection, listing: Listing, stream: Stream, *, now: datetime) -> None:
    """Note when the first page of a roster's walk is asked for."""
    if is_compared(stream):
        walks.begin(connection, listing, stream.kinds[0], now=now)


def limit(connection: Connection, listing: Listing, stream: Stream, pages: int, *, now: datetime) -> None:
    """Let a run that has just begun read no more than the head of its roster, so many pages at most."""
    if is_compared(stream):
        walks.limit(connection, listing, stream.kinds[0], pages, now=now)


def is_head(connection: Connection, listing: Listing, stream: Stream) -> bool:
    """Tell whether no more than the head of a roster is read."""
    begun = walks.begun(connection, listing) if is_compared(stream) else None
    return begun is not None and begun.head_pages is not None


def read_enough(
    connection: Connection, held: tuple[Listing, Stream], pages: int, page: Written, *, now: datetime
) -> bool:
    """Tell whether a head read of `pages` pages so far, `page` the last, ends here; if so it is noted.

    It ends after as many pages as it may read, or after one without anybody new. It adds, and nobody is taken
    to have left: that newcomers stand first is what X shows, not what it promises (x-api.md §1.4).
    """
    listing, stream = held
    begun = walks.begun(connection, listing) if pages and is_compared(stream) else None
    if begun is None or begun.head_pages is None:
        return False
    if pages < begun.head_pages and (page.began or not page.contact_ids):
        return False
    walks.end(connection, listing, "head", now=now)
    freshness.settle(connection, listing.account_id, Read.HEAD, began_at=begun.began_at, now=now)
    rosters.forget(connection, listing.run_id, listing.post)
    return True


def conclude(connection: Connection, walk: Walk, policy: Policy, *, now: datetime) -> Concluded:
    """Conclude a walk: count what is only counted, end what it did not show.

    A roster with items that could not be read ends nothing: whoever seems absent may be one of them.
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
    concluded = Concluded([])
    if is_compared(walk.stream):
        concluded = _compare(connection, walk, policy, now=now)
    rosters.forget(connection, run_id, post)
    return concluded


def _compare(connection: Connection, walk: Walk, policy: Policy, *, now: datetime) -> Concluded:
    begun = walks.begun(connection, walk.listing)
    slow = begun is None or now - begun.began_at > LONGEST
    if begun is None or slow or not walk.whole:
        walks.end(connection, walk.listing, "done", now=now)
        days = f"The walk took longer than {LONGEST.days} days, so nobody is taken to have left."
        return Concluded([], remark=days if slow else None)
    walked = Walked(walk.listing, walk.stream.kinds, begun.began_at)
    brakes = not walk.stream.per_post
    departed = depart.compare(connection, walked, walk.platform, policy, brakes=brakes, now=now)
    if not departed.waits:
        _parted(connection, walked, now=now)
    return Concluded(*departed)


def depart_next(connection: Connection, walk: Walk, policy: Policy, *, now: datetime) -> Concluded:
    """Part with the next slice of those whom a walk did not show; with the last of them the walk ends."""
    run_id = walk.listing.run_id
    begun, waiting = walks.begun(connection, walk.listing), departing.first(connection, run_id)
    if begun is None or waiting is None:
        raise LookupError("a walk with nobody left to part with")
    walked = Walked(walk.listing, walk.stream.kinds, begun.began_at)
    done = depart.carry_out(connection, walked, waiting.slice, walk.platform, policy, now=now)
    waits = departing.drop(connection, run_id, waiting.number)
    if not waits:
        _parted(connection, walked, now=now)
    return Concluded(done.steps, done.left, waits=waits)


def _parted(connection: Connection, walked: Walked, *, now: datetime) -> None:
    walks.conclude(connection, walked.listing, now=now)
    if SignalKind.FOLLOWS in walked.kinds:
        account_id = walked.listing.account_id
        freshness.settle(connection, account_id, Read.WALK, began_at=walked.began_at, now=now)


def finish(
    connection: Connection, claim: Claim, worker: str, changes: Mapping[str, Any], *, now: datetime
) -> None:
    """End a run that was read whole; runs that wait for its posts begin."""
    ended = {"state": "done", "ended_at": now, "post_id": claim.post_id, "attempts": 0}
    advance(connection, claim, worker, {**changes, **ended})
    outbox.drop(connection, runs.KIND, claim.run_id)
    freshness.plan_again(connection, claim.account_id, now=now)
    if claim.stream == POSTS:
        runs.release_waiting(connection, claim.run_id, now=now)
