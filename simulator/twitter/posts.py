"""How posts are written, in the old vocabulary or the new one (x-api.md §1.3)."""

import json
from datetime import datetime
from typing import Any

from simulator.acts import Act, post_second, post_serial
from simulator.interests import words_of
from simulator.mixing import key_of
from simulator.people import OWN
from simulator.rings import LIKES, QUOTES, REPLIES, REPOSTS
from simulator.twitter.call import Call
from simulator.world import World

POST_FIELDS = frozenset(
    {
        "article", "attachments", "author_id", "card_uri", "community_id", "context_annotations",
        "conversation_id", "created_at", "display_text_range", "edit_controls", "edit_history_tweet_ids",
        "edit_history_post_ids", "entities", "geo", "id", "in_reply_to_user_id", "lang", "media_metadata",
        "non_public_metrics", "note_tweet", "note_post", "organic_metrics", "possibly_sensitive",
        "promoted_metrics", "public_metrics", "referenced_tweets", "referenced_posts", "reply_settings",
        "scopes", "source", "suggested_source_links", "text", "withheld",
    }
)  # fmt: skip
_TEXTS = (
    "thank you!",
    "I disagree…",
    "🎉🎉",
    "مرحبا بكم",
    "when is the next one?",
    "<i>so true</i>",
    "=1+1",
    "“…”",
)
_NEW_WORDS = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
}


def stamp(moment: datetime) -> str:
    """Write a moment as X does, with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def own_post(call: Call, post: int) -> dict[str, Any]:
    """Return one of the account's own posts."""
    serial = post_serial(post)
    whole: dict[str, Any] = {
        "id": str(serial),
        "text": f"News of the team, number {post}. 🗞️",
        "author_id": call.world.audience.x_account.x_id,
        "conversation_id": str(serial),
        "public_metrics": _metrics(call.world, post),
    }
    return _shown(call, whole, call.world.at(post_second(post)))


def act_post(call: Call, act: Act) -> dict[str, Any]:
    """Return the post an act consists of: a reply, mention, quote or repost."""
    audience = call.world.audience
    author = audience.x_account if act.person == OWN else audience.person(act.person)
    words = words_of(audience.seed, act, _TEXTS)
    whole: dict[str, Any] = {
        "id": str(act.serial),
        "text": f"@{audience.x_account.handle} {words}",
        "author_id": author.x_id,
        "conversation_id": str(act.serial),
    }
    if act.post is not None:
        target = str(post_serial(act.post))
        word = {REPLIES.name: "replied_to", QUOTES.name: "quoted", REPOSTS.name: "retweeted"}[act.kind]
        whole["referenced_tweets"] = [{"type": word, "id": target}]
        if act.kind == REPLIES.name:
            whole |= {"conversation_id": target, "in_reply_to_user_id": audience.x_account.x_id}
        if act.kind == REPOSTS.name:
            whole["text"] = f"RT @{audience.x_account.handle}: News of the team, number {act.post}. 🗞️"
    elif act.slot % 5 == 0:
        whole |= foreign_thread(act)
    whole["public_metrics"] = dict.fromkeys(
        ("retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count"), 0
    )
    return _shown(call, whole, call.world.when(act))


def foreign_thread(act: Act) -> dict[str, Any]:
    """Return what marks a mention that answers a third person's post (x-api.md §1.2: a deep reply)."""
    thread, third = (str(10**18 + key_of(0, each, act.serial) % 10**17) for each in ("thread", "third"))
    return {
        "conversation_id": thread,
        "in_reply_to_user_id": third,
        "referenced_tweets": [{"type": "replied_to", "id": thread}],
    }


def _metrics(world: World, post: int) -> dict[str, int]:
    audience = world.audience
    return {
        # As many as there are, also beyond the hundred that liking_users shows.
        "retweet_count": len(audience.on_post(REPOSTS, post)),
        "reply_count": len(audience.on_post(REPLIES, post)),
        "like_count": len(audience.on_post(LIKES, post)),
        "quote_count": len(audience.on_post(QUOTES, post)),
        "bookmark_count": 0,
        "impression_count": 1000,
    }


def _shown(call: Call, whole: dict[str, Any], written: datetime) -> dict[str, Any]:
    whole |= {
        "created_at": stamp(written),
        "edit_history_tweet_ids": [whole["id"]],
        "lang": "en",
        "possibly_sensitive": False,
        "reply_settings": "everyone",
    }
    asked = call.post_fields | {"id", "text", "edit_history_tweet_ids", "edit_history_post_ids"}
    if not call.new_words:
        return {name: value for name, value in whole.items() if name in asked}
    whole["public_metrics"] = _renamed(whole["public_metrics"])
    return {name: value for name, value in _renamed(whole).items() if name in asked}


def _renamed(record: dict[str, Any]) -> dict[str, Any]:
    return {_NEW_WORDS.get(name, name): value for name, value in record.items()}


def fragment(record: dict[str, Any]) -> str:
    """Write a post as JSON."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
