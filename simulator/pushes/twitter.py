"""X's activity events as bytes: one event a push, numbers once more as `*_str` (x-api.md §3)."""

import json
from typing import Any

from simulator.acts import post_serial
from simulator.http import Request
from simulator.mixing import key_of
from simulator.people import OWN, Person
from simulator.pushes.day import Event
from simulator.twitter.call import Call
from simulator.twitter.endpoints import ENDPOINTS
from simulator.twitter.posts import POST_FIELDS, act_post, own_post
from simulator.twitter.users import user
from simulator.world import World

_TYPES = {
    "follow": "follow.follow",
    "unfollow": "follow.unfollow",
    "likes": "like.create",
    "replies": "post.reply.create",
    "mentions": "post.mention.create",
    "quotes": "post.quote.create",
    "reposts": "post.repost.create",
}
_METERS = {"follow": "follow_events", "unfollow": "follow_events", "likes": "like_events"}
_PRICES = {"follow_events": 10_000, "like_events": 1_000, "post_events": 5_000}
_USER_FIELDS = ("created_at", "protected", "public_metrics", "verified", "verified_type", "url")


def bodies(world: World, events: list[Event], *, times: int, dated: bool) -> list[bytes]:
    """Write each event `times` times, each time with a number of its own.

    `dated` lets follows bear their moment, which X does not document.
    """
    return [_body(world, each, turn, dated=dated) for turn in range(times) for each in events]


def bill(world: World, events: list[Event]) -> None:
    """Charge for each event, once however often it is sent (x-api.md §2.1, §3; some assumed)."""
    for each in events:
        meter = _METERS.get(each.what, "post_events")
        number = each.act.serial if each.act else world.day
        world.ledger.charge(meter, _PRICES[meter], [(each.what, each.person, number)])


def _body(world: World, event: Event, turn: int, *, dated: bool) -> bytes:
    payload, includes = _payload(world, event)
    if dated and event.what in {"follow", "unfollow"}:
        payload["timestamp_ms"] = str(int(world.now() * 1000))
    number = key_of(
        world.seed, "event", event.what, event.person, event.act.serial if event.act else world.day
    )
    told = {
        "event_uuid": str((number + turn) % (1 << 63)),
        "filter": {"user_id": world.audience.x_account.x_id},
        "event_type": _TYPES[event.what],
        "tag": "team",
        "payload": payload,
        "includes": includes,
    }
    return json.dumps({"data": _doubled(told)}, ensure_ascii=False, separators=(",", ":")).encode()


def _payload(world: World, event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    ours, who = world.audience.x_account, _person(world, event)
    if event.act is None:
        return {"source": {"data": _user(world, who)}, "target": {"data": _user(world, ours)}}, {}
    if event.what == "likes":
        post = event.act.post or 0
        like = {
            "id": f"{key_of(world.seed, 'like', event.act.serial):032x}",
            "created_at": own_post(_call(world), post)["created_at"],
            "timestamp_ms": str(int(world.now() * 1000)),
            "liked_tweet_id": str(post_serial(post)),
            "liked_tweet_author_id": ours.x_id,
        }
        beside = {"users": [_user(world, ours), _user(world, who)], "tweets": [own_post(_call(world), post)]}
        return like, beside
    return act_post(_call(world), event.act), {"users": [_user(world, who), _user(world, ours)]}


def _person(world: World, event: Event) -> Person:
    return world.audience.x_account if event.person == OWN else world.audience.person(event.person)


def _user(world: World, person: Person) -> dict[str, Any]:
    return user(world, person, _USER_FIELDS)


def _call(world: World) -> Call:
    """Stand for a request that asks for every field of a post in the old words, as the samples show them."""
    request = Request("GET", "/2/activity/stream", {}, {})
    return Call(request, world, ENDPOINTS[0], "", by_user=True, post_fields=POST_FIELDS)


def _doubled(value: Any) -> Any:
    """Write every number once more as text, under its name with `_str`."""
    if isinstance(value, list):
        return [_doubled(each) for each in value]
    if not isinstance(value, dict):
        return value
    told: dict[str, Any] = {}
    for name, each in value.items():
        told[name] = _doubled(each)
        if isinstance(each, int) and not isinstance(each, bool):
            told[f"{name}_str"] = str(each)
    return told
