"""Gone: what follows for contacts from what their platform says became of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.contact import ContactKey, Profile
from domain.deletion import GONE, Fate
from domain.signal import SignalKind
from pipeline.interests import beside
from pipeline.redecide import redecide
from pipeline.suppress import erase, note_erasure
from store import contacts, decisions, deletions, messaging, signals, texts
from store.deletions import Deletion
from store.messaging import Step

#: What the feed says of those who left the platform, and of those who show themselves to few.
PLATFORM_GONE, PROTECTED = "platform_gone", "protected"
_NOBODY = Profile(None, None)


class Applied(NamedTuple):
    """The feed's steps, to publish last, and how many contacts went or were narrowed."""

    steps: list[Step]
    erased: int
    narrowed: int


def apply_fates(
    connection: Connection,
    platform: str,
    fates: Mapping[str, Fate],
    policy: Policy,
    *,
    asked_at: datetime,
    now: datetime,
) -> Applied:
    """Do what each fate asks for, and write down how many there were of each.

    Deleted, deactivated, suspended: nothing stays but the tombstone. Protected: see `narrow`. Of places
    (scrub_geo) we hold nothing. The caller holds `suppressions.take`.
    """
    there = contacts.known(connection, platform, fates)
    steps: list[Step] = []
    counts = dict.fromkeys(Fate, 0)
    for fate in sorted(GONE):
        keys = [ContactKey(platform, each) for each in sorted(there) if fates[each] is fate]
        steps += erase(connection, keys, PLATFORM_GONE)
        counts[fate] = len(keys)
    hidden = {there[each].id: each for each in there if fates[each] is Fate.PROTECTED}
    narrowed = narrow(connection, platform, hidden, policy, now=now)
    counts[Fate.PROTECTED] = narrowed.narrowed
    counts[Fate.SCRUB_GEO] = sum(fates[each] is Fate.SCRUB_GEO for each in there)
    for fate, count in counts.items():
        if count:
            deletions.record(connection, Deletion(platform, fate, asked_at, now, count))
    erased = sum(counts[each] for each in GONE)
    if erased or narrowed.narrowed:
        note_erasure(connection, now=now)
    return Applied(steps + narrowed.steps, erased, narrowed.narrowed)


def narrow(
    connection: Connection, platform: str, hidden: Mapping[int, str], policy: Policy, *, now: datetime
) -> Applied:
    """Leave of contacts (our id → platform's) who show their posts to few only that they follow us.

    Profile, texts, topics and every act of theirs that stood in a post go; the follow is towards us, and the
    platform goes on to list it to us. Who has no follow goes whole.
    """
    if not hidden:
        return Applied([], 0, 0)
    named = {each for each, who in contacts.by_id(connection, hidden).items() if who.profile != _NOBODY}
    texts.forget(connection, hidden)
    acted = signals.keep_only(connection, hidden, SignalKind.FOLLOWS)
    contacts.rename(connection, [(each, _NOBODY) for each in sorted(named)])
    decisions.keep_only(connection, hidden, SignalKind.FOLLOWS)
    steps = redecide(connection, hidden, platform, policy, PROTECTED, now=now)
    contacts.forget_idle(connection, hidden)
    steps += _untold(connection, platform, {each: hidden[each] for each in named}, steps)
    steps = beside(connection, steps, list(hidden), now=now)
    return Applied(steps, 0, len(named | acted))


def _untold(
    connection: Connection, platform: str, named: Mapping[int, str], steps: Collection[Step]
) -> list[Step]:
    """Tell the feed that the names of those in messaging are gone, where it is not told more."""
    told = {each.contact_id for each in steps}
    inside = messaging.inside(connection, named)
    return [
        Step(each, platform, named[each], "upsert", PROTECTED) for each in sorted(inside) if each not in told
    ]
