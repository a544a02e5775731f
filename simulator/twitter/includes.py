"""What expansions add: authors and referenced posts; who or what cannot be shown stands in `errors[]`."""

from collections.abc import Sequence
from typing import Any

from simulator.acts import Act
from simulator.people import OWN
from simulator.twitter.billing import bill_included
from simulator.twitter.call import Call
from simulator.twitter.posts import foreign_thread, own_post
from simulator.twitter.problems import not_found
from simulator.twitter.users import user

EXPANSIONS = frozenset(
    {
        "article.cover_media", "article.media_entities", "attachments.media_keys",
        "attachments.media_source_tweet", "attachments.poll_ids", "author_id", "affiliation.user_id",
        "edit_history_tweet_ids", "entities.mentions.username", "entities.note.mentions.username",
        "geo.place_id", "in_reply_to_user_id", "most_recent_tweet_id", "pinned_tweet_id",
        "referenced_tweets.id", "referenced_tweets.id.author_id",
        "referenced_tweets.id.attachments.media_keys", "referenced_posts.id", "edit_history_post_ids",
        "pinned_post_id", "most_recent_post_id",
    }
)  # fmt: skip
_REFERENCED = frozenset({"referenced_tweets.id", "referenced_posts.id"})


def includes(call: Call, acts: Sequence[Act], own: Sequence[int] = ()) -> dict[str, Any]:
    """Return `includes` and `errors` for the expansions asked for; empty where there is nothing."""
    more: dict[str, Any] = {}
    users, errors = _authors(call, acts, own), _missing(call, acts)
    posts = _referenced(call, acts)
    if users:
        more["users"] = users
    if posts:
        more["posts" if call.new_words else "tweets"] = posts
    bill_included(call, [each["id"] for each in users], [each["id"] for each in posts])
    answer: dict[str, Any] = {"includes": more} if more else {}
    return answer | ({"errors": errors} if errors else {})


def _authors(call: Call, acts: Sequence[Act], own: Sequence[int]) -> list[dict[str, Any]]:
    if "author_id" not in call.expansions:
        return []
    audience = call.world.audience
    people = dict.fromkeys(each.person for each in acts)
    if own:
        people[OWN] = None
    found = (audience.x_account if each == OWN else audience.person(each) for each in people)
    return [user(call.world, each, call.user_fields) for each in found]


def _referenced(call: Call, acts: Sequence[Act]) -> list[dict[str, Any]]:
    if not call.expansions & _REFERENCED:
        return []
    posts = dict.fromkeys(each.post for each in acts if each.post is not None)
    return [own_post(call, each) for each in posts]


def _missing(call: Call, acts: Sequence[Act]) -> list[dict[str, Any]]:
    # x-api.md §1.5: failed expansions are partial errors of a 200.
    if not call.expansions & _REFERENCED:
        return []
    strangers = [each for each in acts if each.post is None and each.slot % 5 == 0]
    ids = [foreign_thread(each)["conversation_id"] for each in strangers]
    return [not_found("referenced_tweets.id", each, "tweet", call.home) for each in ids]
