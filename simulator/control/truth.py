"""Who does which acts now, by contact; no labels: those a test derives from its own table."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from simulator.acts import Act, post_serial
from simulator.attribution import names_author
from simulator.audience import Audience
from simulator.follows import follow_many, follows_since
from simulator.ids import (
    app_key,
    comment_id,
    conversation_id,
    page_key,
    page_post_id,
    tagged_post_id,
    x_key,
)
from simulator.interests import interests_of
from simulator.people import OWN
from simulator.rings import COMMENTS, DAY_S, FRIENDS, LIKES, LISTED, REACTS, REPLIES, REPOSTS, Ring
from simulator.world import World

_CHUNK = 1024
Row = dict[str, Any]


def stream(world: World) -> Iterator[bytes]:
    """Yield the truth as JSON, one contact a line, a thousand people at a time."""
    yield _lines(_own_rows(world))
    for platform in ("twitter", "facebook"):
        people = world.audience.range_of(platform)
        for start in range(people.start, people.stop, _CHUNK):
            yield _lines(_rows(world, platform, range(start, min(people.stop, start + _CHUNK))))


def _lines(rows: Iterator[Row]) -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in rows)


def _rows(world: World, platform: str, people: range) -> Iterator[Row]:
    audience = world.audience
    done = acts_by_person(audience, platform, people)
    following = _following(world, people) if platform == "twitter" else {}
    for index in people:
        acts = [_act_row(world, each) for each in done.get(index, ()) if _attributed(world, each)]
        if index in following:
            acts.insert(0, following[index])
        if acts:
            yield from _contacts(audience, platform, index, acts)


def _contacts(audience: Audience, platform: str, index: int, acts: list[Row]) -> Iterator[Row]:
    person = audience.person(index)
    named: Row = {
        "platform": platform,
        "name": person.name,
        "interests": interests_of(audience.seed, index),
    }
    if platform == "twitter":
        yield {"contact_key": x_key(person), **named, "handle": person.handle, "acts": acts}
        return
    flag = {"staff": True} if index in audience.staff else {}
    # One person, two contacts: friends are known to the app only, all else to the Page only.
    for key, scoped in (
        (page_key(audience, person), [each for each in acts if each["act"] != FRIENDS.name]),
        (app_key(audience, person), [each for each in acts if each["act"] == FRIENDS.name]),
    ):
        if scoped:
            yield {"contact_key": key, **named, "acts": scoped, **flag}


def acts_by_person(audience: Audience, platform: str, people: range) -> dict[int, list[Act]]:
    """Return the acts of all of `people` (on one platform) that are shown and hold today."""
    base = audience.range_of(platform).start
    places = np.arange(people.start - base, people.stop - base, dtype=np.uint64)
    found: dict[int, list[Act]] = {}
    for ring in (each for each in LISTED if each.platform == platform):
        for day in range(audience.day + 1):
            standing = audience.order(ring, day).where_many(places)
            hits = standing[standing < audience.count(ring, day)].tolist()
            for hit in (slot for place in hits for slot in audience.slots_of(ring, day, place)):
                act = audience.act(ring, day, hit)
                if audience.shows(act) and (act.ended_day is None or act.ended_day > audience.day):
                    found.setdefault(act.person, []).append(act)
    if platform == "facebook":
        for act in _extras(audience, COMMENTS):
            if act.person in people:
                found.setdefault(act.person, []).append(act)
    return found


def _following(world: World, people: range) -> dict[int, Row]:
    audience = world.audience
    indices = np.arange(people.start, people.stop, dtype=np.uint64)
    hits = indices[follow_many(audience, indices, audience.day)].tolist()
    return {each: _follow_row(world, follows_since(audience, each, audience.day) or 0) for each in hits}


def _follow_row(world: World, day: int) -> Row:
    return {"act": "follows", "item": None, "at": _time(world, day * DAY_S), "since_day": day}


def _attributed(world: World, act: Act) -> bool:
    if act.kind not in {"comments", "comment_replies", "tagged"}:
        return True
    only_roles = bool(world.options.facebook.get("only_roles_named", False))
    return names_author(world.audience, act, only_roles=only_roles)


def _act_row(world: World, act: Act) -> Row:
    return {
        "act": act.kind,
        "item": _item(world.audience, act),
        "at": _time(world, act.second),
        "since_day": act.day,
    }


def _time(world: World, second: int) -> str:
    return world.at(second).isoformat(timespec="milliseconds")


def _item(audience: Audience, act: Act) -> str | None:
    """Return the id of the thing acted on (a post) or of the act itself (a comment, a reply)."""
    if act.kind in {LIKES.name, REPOSTS.name}:
        return str(post_serial(act.post or 0))
    if act.kind in {"replies", "mentions", "quotes"}:
        return str(act.serial)
    if act.kind in {"comments", "comment_replies"}:
        return comment_id(act)
    if act.kind == "reacts":
        return page_post_id(audience, act.post or 0)
    if act.kind == "tagged":
        return tagged_post_id(audience, act)
    return conversation_id(audience.person(act.person)) if act.kind == "messages" else None


def _extras(audience: Audience, ring: Ring) -> Iterator[Act]:
    for post in audience.posts:
        yield from audience.extras(ring, post)


def _own_rows(world: World) -> Iterator[Row]:
    audience = world.audience
    x_acts = [*_extras(audience, LIKES), *_extras(audience, REPLIES)]
    page_acts = [
        each for ring in (COMMENTS, REACTS) for each in _extras(audience, ring) if each.person == OWN
    ]
    page = audience.page.page_scoped_id
    for platform, key, acts in (
        ("twitter", x_key(audience.x_account), x_acts),
        ("facebook", f"facebook:{page}:{page}", page_acts),
    ):
        rows = [_act_row(world, each) for each in acts]
        if rows:
            name = audience.x_account.name
            yield {"platform": platform, "contact_key": key, "name": name, "acts": rows, "own": True}
