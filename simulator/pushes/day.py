"""What happens on the present day, and what of it no platform tells."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.acts import Act
from simulator.attribution import names_author
from simulator.audience import Audience
from simulator.follows import follow_many
from simulator.ids import app_key, page_key, x_key
from simulator.mixing import Flags, mix
from simulator.people import OWN
from simulator.rings import (
    BLOCKED,
    COMMENTS,
    FRIENDS,
    LIKES,
    MENTIONS,
    MESSAGES,
    OPTED_IN,
    QUOTES,
    RATES,
    REACTS,
    REPLIES,
    REPOSTS,
    TAGGED,
    Ring,
)
from simulator.world import World

#: No reaction is taken back later than this after its day (`Audience._taken_back`).
_LONGEST_REGRET = 12
_TOLD = {
    "twitter": (LIKES, REPLIES, MENTIONS, QUOTES, REPOSTS),
    "facebook": (COMMENTS, REACTS, TAGGED, RATES),
}
#: What no push tells, or none with an id that a listing knows (facebook-graph-api.md §4).
_UNTOLD = (MESSAGES, BLOCKED)


class Event(NamedTuple):
    """One thing that happened: `what` in our own words, by whom, and the act where one is listed."""

    what: str
    person: int
    act: Act | None = None


class Day(NamedTuple):
    """What happened on a day; `untold` are the contact keys that only polling can bring up to date."""

    events: list[Event]
    untold: set[str]


def day_of(world: World, platform: str) -> Day:
    """Return what happened on the present day of a platform, oldest first; nothing on day 0."""
    audience = world.audience
    if audience.day == 0:
        return Day([], set())
    if platform == "twitter":
        events = [*_follows(audience), *_acts(audience, platform)]
        hidden = {each for each in events if _is_protected(audience, each)}
        return Day(
            [each for each in events if each not in hidden], {key_of(audience, each) for each in hidden}
        )
    events = [*_acts(audience, platform), *_taken_back(audience), *_opt_ins(audience)]
    only_roles = bool(world.options.facebook.get("only_roles_named", False))
    untold = {
        key_of(audience, each)
        for each in events
        if each.act and not names_author(audience, each.act, only_roles=only_roles)
    }
    silent = [each for each in events if each.what == "expires"]
    untold |= {key_of(audience, each) for each in [*silent, *_of_rings(audience, _UNTOLD)]}
    return Day([each for each in events if each not in silent], untold | _friends(audience))


def key_of(audience: Audience, event: Event) -> str:
    """Return the contact key of who did it, "" for the team's own account."""
    if event.person == OWN:
        return ""
    person = audience.person(event.person)
    return x_key(person) if person.platform == "twitter" else page_key(audience, person)


def _follows(audience: Audience) -> Iterator[Event]:
    people = np.arange(audience.x_size, dtype=np.uint64)
    before: Flags = follow_many(audience, people, audience.day - 1)
    now: Flags = follow_many(audience, people, audience.day)
    yield from (Event("follow", int(each)) for each in people[now & ~before])
    yield from (Event("unfollow", int(each)) for each in people[before & ~now])


def _acts(audience: Audience, platform: str) -> list[Event]:
    found = list(_of_rings(audience, _TOLD[platform]))
    for ring in (each for each in _TOLD[platform] if each.on_posts):
        found += [Event(each.kind, each.person, each) for each in audience.extras(ring, audience.posts[-1])]
    return sorted(found, key=lambda each: each.act.second if each.act else 0)


def _of_rings(audience: Audience, rings: tuple[Ring, ...]) -> Iterator[Event]:
    for ring in rings:
        acts = (audience.act(ring, audience.day, slot) for slot in range(audience.count(ring, audience.day)))
        yield from (Event(each.kind, each.person, each) for each in acts if audience.shows(each))


def _taken_back(audience: Audience) -> Iterator[Event]:
    for day in range(max(0, audience.day - _LONGEST_REGRET), audience.day):
        for slot in range(audience.count(REACTS, day)):
            act = audience.act(REACTS, day, slot)
            if act.ended_day == audience.day and not audience.suspended(act.person):
                yield Event("unreact", act.person, act)


def _opt_ins(audience: Audience) -> Iterator[Event]:
    for slot in range(audience.count(OPTED_IN, 0)):
        act = audience.act(OPTED_IN, 0, slot)
        if audience.suspended(act.person):
            continue
        if act.ended_day == audience.day:
            # The same three endings as the listing's: only a stop is told (facebook-graph-api.md §2.1).
            yield Event("opt_out" if mix(act.person, 13) % 3 == 0 else "expires", act.person, act)
        elif act.ended_day is None and act.day == audience.day:
            yield Event("opt_in", act.person, act)


def _friends(audience: Audience) -> set[str]:
    """Return the contact keys of all friends: no push tells of them."""
    acts = (audience.act(FRIENDS, 0, slot) for slot in range(audience.count(FRIENDS, 0)))
    return {app_key(audience, audience.person(each.person)) for each in acts}


def _is_protected(audience: Audience, event: Event) -> bool:
    """Tell whether X keeps a post to itself: protected accounts' posts are never delivered (x-api.md §3)."""
    is_post = event.what in {"replies", "mentions", "quotes", "reposts"}
    return is_post and event.person != OWN and audience.person(event.person).protected
