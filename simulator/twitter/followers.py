"""Followers: the whole list, in an order that changes from walk to walk (x-api.md §1.4)."""

from typing import Any

import numpy as np

from simulator.follows import follow_many
from simulator.http import Answer
from simulator.mixing import Many, Shuffle, key_of
from simulator.twitter.billing import bill_people
from simulator.twitter.call import Call, page
from simulator.twitter.lookups import missing_target
from simulator.twitter.users import user_fragments
from simulator.world import World

#: How many follow the other account that is served; anybody's followers may be read on X.
NEIGHBOUR_FOLLOWERS = 40
_SPREAD = 1.8  # places looked at for each follower wanted: 60 % follow


def followers(call: Call) -> Answer:
    """Answer a page of the followers of the own account, of the neighbour, or of somebody nobody follows."""
    audience = call.world.audience
    if call.target == audience.x_account.x_id:
        return _walk(call)
    absent = missing_target(call, "user")
    if absent is not None:
        return absent
    shown = NEIGHBOUR_FOLLOWERS if call.target == audience.neighbour_id else 0
    start = min(call.start.place, shown)
    stop = min(start + call.max_results, shown, audience.x_size)
    indices = np.arange(start, max(start, stop), dtype=np.uint64)
    bill_people(call, indices)
    meta = {"next_token": call.token(stop, walk=0)} if stop < min(shown, audience.x_size) else {}
    return page(call, user_fragments(call.world, indices, call.user_fields), meta)


def _walk(call: Call) -> Answer:
    world, place = call.world, call.start.place
    walk = call.start.walk or _new_walk(world)
    if call.emptied:
        return page(call, [], {"next_token": call.token(place, walk=walk, turn=1)})
    order = Shuffle.seeded(world.audience.x_size, key_of(world.seed, "walk", walk))
    # Who came at the end of the last page comes again: places before this page's are looked at once more.
    first = max(0, place - 2 * call.repeated)
    indices, after = _collect(call, order, first)
    bill_people(call, indices)
    meta: dict[str, Any] = {"next_token": call.token(after, walk=walk)} if after < order.size else {}
    return page(call, user_fragments(world, indices, call.user_fields), meta)


def _new_walk(world: World) -> int:
    memory = world.memory["twitter"]
    memory["walks"] = memory.get("walks", 0) + 1
    # Without unkindness each walk goes the same way.
    return memory["walks"] if world.options.unkind_listings else 1


def _collect(call: Call, order: Shuffle, first: int) -> tuple[Many, int]:
    """Return this page's followers, and the place after the last one."""
    audience, wanted = call.world.audience, call.room
    found: list[Many] = []
    have, place = 0, first
    while have < wanted and place < order.size:
        stop = min(order.size, place + int((wanted - have) * _SPREAD) + 16)
        people = order.at_many(np.arange(place, stop, dtype=np.uint64))
        hits = np.flatnonzero(follow_many(audience, people, audience.day))[: wanted - have]
        found.append(people[hits])
        have += len(hits)
        place = place + int(hits[-1]) + 1 if have == wanted else stop
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64), place
