"""X's listings: one row each, in the order in which a harvest reads them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import tweepy

from connectors.twitter.translate import Translate, own_posts, posts_to_us, users_who
from domain.signal import SignalKind
from domain.stream import COUNT, POSTS, Shape, Stream

_NOTHING: Mapping[str, str] = MappingProxyType({})
# Fields of a post itself are free; expansions may be billed as further items (x-api.md §2).
_POST_FIELDS = MappingProxyType(
    {"tweet_fields": "author_id,created_at,referenced_tweets,in_reply_to_user_id"}
)
#: X's cursors are not known to age: "as far as I can tell they don't expire" (x-api.md §1.4).
CURSOR_LIFE = None
#: What X wants a token to hold for any reading at all.
READ_USERS = ("tweet.read", "users.read")


class Listing(NamedTuple):
    """How one stream is asked for and read.

    `since_mark` says that the platform itself stops at a mark; elsewhere the walk stops by our word.
    """

    stream: Stream
    method: Callable[..., Any]
    translate: Translate
    parameters: Mapping[str, str] = _NOTHING
    since_mark: bool = False


_ROWS = (
    Listing(
        Stream(
            POSTS,
            (),
            Shape.TIMELINE,
            100,
            5,
            meter="own_timeline",
            permissions=READ_USERS,
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_users_tweets,
        own_posts,
        MappingProxyType({"tweet_fields": "created_at,public_metrics", "exclude": "retweets"}),
        since_mark=True,
    ),
    Listing(
        Stream(
            "followers",
            (SignalKind.FOLLOWS,),
            Shape.ROSTER,
            1000,
            meter="followers",
            permissions=("follows.read", *READ_USERS),
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_users_followers,
        users_who(SignalKind.FOLLOWS),
        MappingProxyType({"user_fields": "protected"}),
    ),
    Listing(
        Stream(
            "mentions",
            (SignalKind.MENTIONED, SignalKind.REPLIED, SignalKind.QUOTED),
            Shape.TIMELINE,
            100,
            5,
            meter="mentions",
            permissions=READ_USERS,
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_users_mentions,
        posts_to_us,
        _POST_FIELDS,
        since_mark=True,
    ),
    Listing(
        # 100 likers a post, for all time; refuses app-only tokens (x-api.md §1.1, §1.2).
        Stream(
            "likers",
            (SignalKind.LIKED,),
            Shape.CAPPED,
            100,
            per_post=True,
            meter="likers",
            permissions=("like.read", *READ_USERS),
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_liking_users,
        users_who(SignalKind.LIKED),
    ),
    Listing(
        # Undated, and nowhere promised to be whole: it adds only.
        Stream(
            "reposters",
            (SignalKind.SHARED,),
            Shape.CAPPED,
            100,
            per_post=True,
            meter="reposters",
            permissions=READ_USERS,
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_retweeters,
        users_who(SignalKind.SHARED),
    ),
    Listing(
        Stream(
            "quotes",
            (SignalKind.QUOTED,),
            Shape.TIMELINE,
            100,
            10,
            per_post=True,
            meter="quotes",
            permissions=READ_USERS,
            cursor_life=CURSOR_LIFE,
        ),
        tweepy.Client.get_quote_tweets,
        posts_to_us,
        _POST_FIELDS,
    ),
)

LISTINGS: Mapping[str, Listing] = MappingProxyType({each.stream.name: each for each in _ROWS})
#: A look at the account's own user object; no listing, so a harvest reads it where it is named only.
LOOK = Stream(COUNT, (), Shape.COUNT, 1, meter="users", permissions=READ_USERS)
STREAMS: Mapping[str, Stream] = MappingProxyType(
    {**{each.stream.name: each.stream for each in _ROWS}, COUNT: LOOK}
)
