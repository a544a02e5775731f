"""Facebook's webhooks as bytes: changes in batches, text with escapes (facebook-graph-api.md §4)."""

import json
from typing import Any

from simulator.acts import Act
from simulator.attribution import names_author
from simulator.facebook.texts import text_of
from simulator.ids import comment_id, page_post_id, tagged_post_id
from simulator.mixing import mix
from simulator.people import OWN, Person
from simulator.pushes.day import Event
from simulator.rings import DAY_S
from simulator.world import World

Entry = dict[str, Any]


def bodies(world: World, events: list[Event], *, batch: int) -> list[bytes]:
    """Write events in batches of up to `batch`."""
    entries = [_entry(world, each) for each in events]
    parts = [entries[start : start + batch] for start in range(0, len(entries), batch)]
    return [_written({"object": "page", "entry": each}) for each in parts]


def _written(push: dict[str, Any]) -> bytes:
    # Escapes in small letters, and a slash with its backslash: this text is what Facebook signs.
    return json.dumps(push, separators=(",", ":")).replace("/", "\\/").encode()


def _entry(world: World, event: Event) -> Entry:
    page = world.audience.page.page_scoped_id
    now = world.now()
    if event.what in {"opt_in", "opt_out"}:
        return {"id": page, "time": int(now * 1000), "messaging": [_talk(world, event, int(now * 1000))]}
    field = {"tagged": "mention", "rates": "ratings"}.get(event.what, "feed")
    return {
        "id": page,
        "time": int(now),
        "changes": [{"field": field, "value": _value(world, event, int(now))}],
    }


def _value(world: World, event: Event, now: int) -> dict[str, Any]:
    act = event.act
    if act is None:
        raise ValueError(f"Facebook does not tell of {event.what}.")
    written = int(world.when(act).timestamp())
    who = _doer(world, act)
    post = page_post_id(world.audience, act.post or 0)
    if event.what in {"comments", "comment_replies"}:
        return {
            "item": "comment",
            "verb": "add",
            "comment_id": comment_id(act),
            "post_id": post,
            "parent_id": post if act.answers is None else f"{post.rpartition('_')[2]}_{act.answers}",
            "created_time": written,
            "message": text_of(world.seed, act),
            **_from(world, act, who),
        }
    if event.what in {"reacts", "unreact"}:
        # A listing shows no time of a reaction: it happens when it is told.
        return {
            "item": "reaction",
            "verb": "add" if event.what == "reacts" else "remove",
            "post_id": post,
            "parent_id": post,
            "created_time": now,
            "reaction_type": "love",
            **_named(who, old=mix(act.serial, 3) % 4 == 0),
        }
    if event.what == "tagged":
        tagged = {"post_id": tagged_post_id(world.audience, act), "message": text_of(world.seed, act)}
        return {"item": "post", "verb": "add", "created_time": written, **tagged, **_from(world, act, who)}
    return {
        "item": "rating",
        "verb": "add",
        "open_graph_story_id": str(act.serial),
        "created_time": written,
        "reviewer_id": who.page_scoped_id,
        "reviewer_name": who.name,
        "review_text": text_of(world.seed, act) or None,
    }


def _talk(world: World, event: Event, now_ms: int) -> dict[str, Any]:
    audience = world.audience
    asked: dict[str, Any] = {
        "type": "notification_messages",
        "payload": "news",
        "notification_messages_token": f"{mix(event.person, 5):020d}",
        "notification_messages_timezone": "Europe/Paris",
        "token_expiry_timestamp": (int(world.started.timestamp()) + 180 * DAY_S) * 1000,
        "user_token_status": "NOT_REFRESHED",
        "title": "News of the town",
    }
    if event.what == "opt_out":
        asked["notification_messages_status"] = "STOP_NOTIFICATIONS"
    return {
        "sender": {"id": audience.person(event.person).page_scoped_id},
        "recipient": {"id": audience.page.page_scoped_id},
        "timestamp": now_ms,
        "optin": asked,
    }


def _doer(world: World, act: Act) -> Person:
    return world.audience.page if act.person == OWN else world.audience.person(act.person)


def _from(world: World, act: Act, who: Person) -> dict[str, Any]:
    """Return who did it, or nothing at all for a share of authors, as the listing does."""
    only_roles = bool(world.options.facebook.get("only_roles_named", False))
    if not names_author(world.audience, act, only_roles=only_roles):
        return {}
    return _named(who, old=mix(act.serial, 3) % 4 == 0)


def _named(who: Person, *, old: bool) -> dict[str, Any]:
    """Name somebody in today's words or in older ones; both are on the wire."""
    if old:
        return {"sender_id": int(who.page_scoped_id), "sender_name": who.name}
    return {"from": {"id": who.page_scoped_id, "name": who.name}}
