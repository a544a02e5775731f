"""Who did what on one post: likers, reposters, quotes, reposts; newest first, without a time filter."""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.acts import Act
from simulator.audience import Audience
from simulator.http import Answer
from simulator.people import OWN
from simulator.rings import LIKES, QUOTES, REPOSTS, Ring
from simulator.twitter.billing import bill, bill_people
from simulator.twitter.call import Call, Refused, page
from simulator.twitter.includes import includes
from simulator.twitter.posts import act_post, fragment
from simulator.twitter.problems import invalid, not_found, not_yours
from simulator.twitter.users import user_fragments, user_json

Stretch = Callable[[int, int], Sequence[Act]]


def likers(call: Call) -> Answer:
    """Answer the likers of an own post: the first hundred, for ever (x-api.md §1.1)."""
    post = _own_post(call)
    if post is None:
        if call.world.options.likers_of_others == "forbidden":
            return not_yours(call.target, call.home)
        return page(call, [], {})
    shown = call.world.audience.on_post(LIKES, post).all() if post >= 0 else []
    return _users(call, len(shown), lambda start, stop: shown[start:stop])


def reposters(call: Call) -> Answer:
    """Answer who reposted a post."""
    return _users(call, *_acts(call, REPOSTS))


def reposts(call: Call) -> Answer:
    """Answer the posts that repost a post."""
    return _posts(call, *_acts(call, REPOSTS))


def quotes(call: Call) -> Answer:
    """Answer the posts that quote a post."""
    return _posts(call, *_acts(call, QUOTES))


def reposts_of_me(call: Call) -> Answer:
    """Answer the posts that repost any own post, newest first (x-api.md §1.1: one call for all own posts)."""
    shown = _all_reposts(call.world.audience, call.world.memory["twitter"])
    return _posts(call, len(shown), lambda start, stop: shown[start:stop])


def _all_reposts(audience: Audience, memory: dict[str, object]) -> list[Act]:
    kept = memory.get("reposts")
    if isinstance(kept, tuple) and kept[0] is audience:
        return list(kept[1])
    shown = sorted(audience.whole(REPOSTS).all(), key=lambda act: act.serial, reverse=True)
    memory["reposts"] = (audience, shown)
    return shown


def _own_post(call: Call) -> int | None:
    """Return the number of the own post asked for, -1 for an own reply, None for somebody else's post."""
    audience = call.world.audience
    if not (call.target.isascii() and call.target.isdigit() and len(call.target) <= 19):
        message = f"The `id` query parameter value [{call.target}] is not valid"
        raise Refused(invalid("id", call.target, message, call.home))
    post = audience.post_of(int(call.target))
    if post is not None:
        return post
    act = audience.act_of(int(call.target))
    if act is None:
        raise Refused(Answer.of_json({"errors": [not_found("id", call.target, "tweet", call.home)]}))
    return -1 if act.person == OWN else None


def _acts(call: Call, ring: Ring) -> tuple[int, Stretch]:
    post = _own_post(call)
    if post is None or post < 0:
        return 0, lambda _start, _stop: []
    listing = call.world.audience.on_post(ring, post)
    return len(listing), listing.slice


def _turn(call: Call, length: int, stretch: Stretch) -> tuple[list[Act], dict[str, str]]:
    """Return the acts of this page, and its `meta`."""
    place = min(call.start.place, length)
    if call.emptied and place < length:
        return [], {"next_token": call.token(place, walk=call.start.walk, turn=1)}
    stop = min(length, place + call.room - call.repeated)
    acts = list(stretch(max(0, place - call.repeated), stop))
    return acts, {"next_token": call.token(stop, walk=call.start.walk)} if stop < length else {}


def _users(call: Call, length: int, stretch: Stretch) -> Answer:
    acts, meta = _turn(call, length, stretch)
    indices = np.array([each.person for each in acts if each.person != OWN], dtype=np.uint64)
    fragments = user_fragments(call.world, indices, call.user_fields)
    bill_people(call, indices)
    if len(indices) < len(acts):
        # The team's own account among its likers: no contact.
        own = call.world.audience.x_account
        fragments.append(user_json(call.world, own, call.user_fields))
        bill(call, [own.x_id])
    return page(call, fragments, meta)


def _posts(call: Call, length: int, stretch: Stretch) -> Answer:
    acts, meta = _turn(call, length, stretch)
    bill(call, [each.serial for each in acts])
    return page(call, [fragment(act_post(call, each)) for each in acts], meta, includes(call, acts))
