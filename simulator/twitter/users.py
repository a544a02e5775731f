"""How users are written: a page of a thousand from prepared pieces, with more fields only where asked."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from simulator.audience import Audience
from simulator.follows import follow_many
from simulator.mixing import Many, mix
from simulator.names import NAMES, WORDS
from simulator.people import OWN, Person
from simulator.rings import REPLIES
from simulator.world import World

USER_FIELDS = frozenset(
    {
        "affiliation", "connection_status", "created_at", "description", "entities", "id",
        "is_identity_verified", "location", "most_recent_tweet_id", "most_recent_post_id", "name", "parody",
        "pinned_tweet_id", "pinned_post_id", "profile_banner_url", "profile_image_url", "protected",
        "public_metrics", "receives_your_dm", "subscription", "subscription_type", "url", "username",
        "verified", "verified_followers_count", "verified_type", "withheld",
    }
)  # fmt: skip
_DEFAULT = frozenset({"id", "name", "username"})
_NAMES = tuple(json.dumps(each, ensure_ascii=False) for each in NAMES)
_WORDS = tuple(f',"username":"{each}_' for each in WORDS)


def user_fragments(world: World, indices: Many, fields: frozenset[str]) -> list[str]:
    """Write people of the audience as JSON, in order; `fields` are those asked for beyond the default."""
    if fields - _DEFAULT or world.audience.canary:
        return [user_json(world, world.audience.person(int(each)), fields) for each in indices]
    audience = world.audience
    traits = audience.traits_many(indices)
    ids = audience.x_ids.number_many(indices).tolist()
    names = (traits >> np.uint64(40) & np.uint64(4095)).tolist()
    words = (traits >> np.uint64(52) & np.uint64(63)).tolist()
    return [
        f'{{"id":"{number}","name":{_NAMES[name]}{_WORDS[word]}{index:x}"}}'
        for number, name, word, index in zip(ids, names, words, indices.tolist(), strict=True)
    ]


def user_json(world: World, person: Person, fields: Iterable[str] = ()) -> str:
    """Write one user as JSON."""
    return json.dumps(user(world, person, fields), ensure_ascii=False, separators=(",", ":"))


def user(world: World, person: Person, fields: Iterable[str] = ()) -> dict[str, Any]:
    """Return one user with the default fields and those of `fields` that this user has."""
    shown: dict[str, Any] = {"id": person.x_id, "name": person.name, "username": person.handle}
    asked = frozenset(fields) - _DEFAULT
    return (
        shown | {name: value for name, value in _more(world, person).items() if name in asked}
        if asked
        else shown
    )


def _more(world: World, person: Person) -> dict[str, Any]:
    bits = mix(world.seed, person.index & 0xFFFFFFFF)
    born = world.started - timedelta(days=400 + bits % 4000)
    following = bits >> 20 & 1023
    followers = follower_count(world.audience) if person.index == OWN else bits >> 30 & 4095
    told: dict[str, Any] = {
        "created_at": born.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "description": "" if bits % 3 else "Likes trees & trams. 🌳",
        "protected": person.protected,
        "verified": False,
        "verified_type": "none",
        "profile_image_url": f"https://pbs.example/profile/{person.x_id}_normal.jpg",
        "url": "",
        # x-api.md §1.3: a user read still says `tweet_count`, whatever the vocabulary.
        "public_metrics": {
            "followers_count": followers,
            "following_count": following,
            "tweet_count": post_count(world.audience) if person.index == OWN else bits >> 42 & 4095,
            "listed_count": bits >> 54 & 15,
            "like_count": bits >> 50 & 255,
            "media_count": bits >> 58,
        },
    }
    if person.index == OWN and world.options.notice_url:
        told |= _with_notice(world.options.notice_url)
    if bits % 2:
        told["location"] = "Néant-sur-Yvel"
    return told


def _with_notice(address: str) -> dict[str, Any]:
    # X shortens every address of a profile; `entities` tells beside what it leads to.
    short = {"url": "https://t.example/n0tice", "expanded_url": address}
    return {
        "description": "A town that answers. t.example/n0tice",
        "url": short["url"],
        "entities": {"url": {"urls": [short]}},
    }


def follower_count(audience: Audience) -> int:
    """Count who follows today."""
    indices = np.arange(audience.x_size, dtype=np.uint64)
    return int(np.count_nonzero(follow_many(audience, indices, audience.day)))


def post_count(audience: Audience) -> int:
    """Count the account's own posts, its answers among them."""
    answers = sum(each.person == OWN for post in audience.posts for each in audience.extras(REPLIES, post))
    return len(audience.posts) + answers
