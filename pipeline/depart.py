"""Depart: whoever a whole walk did not show has left, or is in doubt where too many are missing at once.

So many may be missing that one transaction would keep every other writer waiting for minutes. The walk is
compared in the transaction of its last page, where the brake looks at all of them; what follows is then
carried out in slices, each in a transaction of its own (see `pipeline.departing`).
"""

from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from pipeline import brake, withhold
from pipeline.redecide import redecide
from store import departing, departures, walks, withheld
from store.departing import Slice
from store.departures import Walked
from store.messaging import Step
from store.withheld import Doubt

#: Acts that end, or are put in doubt, in one transaction.
SLICE = 5_000


class Departed(NamedTuple):
    """What a comparison or a slice did: the feed's steps, how many acts ended, and whether slices wait.

    `remark` is a sentence where the brake holds.
    """

    steps: list[Step]
    left: int
    waits: bool
    remark: str | None = None


class _Missed(NamedTuple):
    """The acts that a walk did not show, by kind and by whether an earlier walk had missed them, too."""

    by_kind: dict[tuple[str, bool], "array[int]"]

    def how_many(self, *, doubted: bool) -> int:
        return sum(len(ids) for (_, again), ids in self.by_kind.items() if again is doubted)

    def slices(self, *, braked: bool) -> Iterator[Slice]:
        """Cut them; acts that are missing for the first time are put in doubt where the brake holds."""
        for (kind, again), ids in sorted(self.by_kind.items(), key=lambda each: (not each[0][1], each[0][0])):
            for start in range(0, len(ids), SLICE):
                yield Slice(kind, braked and not again, ids[start : start + SLICE])


def compare(
    connection: Connection, walked: Walked, platform: str, policy: Policy, *, brakes: bool, now: datetime
) -> Departed:
    """Find whom a whole walk did not show, and end their acts or put them in doubt where the brake holds.

    Acts in doubt that this walk did not show either end, whatever else it shows. `brakes` is False for
    listings of which nobody becomes regular, such as the reactions under a post. Where they are more than
    `SLICE` nothing is done yet: the slices wait, and `carry_out` is called for each.
    """
    missed = _Missed({})
    for each in departures.absent(connection, walked, now=now):
        missed.by_kind.setdefault((each.kind, each.doubted), array("q")).append(each.contact_id)
    first, again = missed.how_many(doubted=False), missed.how_many(doubted=True)
    braked = False
    if brakes and first > brake.MOST:
        braked = brake.holds(first, departures.roster(connection, walked, now=now) - again)
    walks.compare(connection, walked.listing, braked=braked)
    remark = brake.remark(first) if braked else None
    slices = missed.slices(braked=braked)
    if first + again > SLICE:
        departing.keep(connection, walked.listing.run_id, walked.listing.post, slices)
        return Departed([], 0, waits=True, remark=remark)
    done = [carry_out(connection, walked, each, platform, policy, now=now) for each in slices]
    steps, left = [step for each in done for step in each.steps], sum(each.left for each in done)
    return Departed(steps, left, waits=False, remark=remark)


def carry_out(
    connection: Connection, walked: Walked, missed: Slice, platform: str, policy: Policy, *, now: datetime
) -> Departed:
    """End the acts of a slice or put them in doubt; whoever was seen since the walk began is left alone."""
    listing = walked.listing
    account_id, post = listing.account_id, listing.post
    if missed.doubted:
        before = walks.last_whole(connection, account_id, listing.stream, post)
        doubt = Doubt(account_id, listing.run_id, walked.began_at, before)
        acts = [(missed.kind, post, each) for each in missed.contact_ids]
        withheld.add(connection, doubt, acts, now=now)
        steps = withhold.reconcile(connection, [], missed.contact_ids, policy, now=now)
        return Departed(steps, 0, waits=False)
    ending = [(missed.kind, each) for each in missed.contact_ids]
    left = departures.end(connection, account_id, post, ending, before=walked.began_at, now=now)
    steps = redecide(connection, left, platform, policy, brake.reason(walked.kinds[0]), now=now)
    return Departed(steps, len(left), waits=False)
