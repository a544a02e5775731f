"""X's activity events as domain values; pure.

Posts and users come in the shapes of X's listings and are translated there, so that a push and a page are
the same act. Both vocabularies are read. Shapes: docs.x.com, X Activity API, event payloads (2026-08-22);
numbers stand there twice, once as `*_str`, and users may be wrapped in `data`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from connectors.pushes import Collected, Said, heard_of, word_of
from connectors.quarantine import MalformedError, translate_each
from connectors.twitter.asked import Asked
from connectors.twitter.translate import Listed, is_id, posts_to_us, users_who
from domain.batch import PageRequest
from domain.push import Billed, Ended, Heard
from domain.signal import Signal, SignalKind

#: Events of what the account itself does, of talk, and of profiles: no act of a stranger towards us.
_LEFT = frozenset({"post.create", "post.delete", "oauth.revoke"})
_LEFT_GROUPS = ("profile.", "dm.", "chat.", "spaces.", "news.", "mute.", "block.")


class _Event(NamedTuple):
    """One event for one of our accounts."""

    account: str
    payload: Mapping[str, Any]
    includes: Mapping[str, Any]
    received_at: datetime

    @property
    def at(self) -> datetime:
        """When it happened: its time stamp, or when it came; a follow shows none, a like shows the post's.

        X says that events come within a second.
        """
        value = self.payload.get("timestamp_ms")
        if value is None:
            return self.received_at
        try:
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            raise MalformedError("timestamp_ms is no number of milliseconds") from None

    def listed(self, post: str = "") -> Asked:
        """Stand for the request whose answer the event is read as."""
        return Asked(self.account, PageRequest("pushes", post), (), self.received_at)


#: By what X bills the events of an account, whoever did it. Of posts and likes its price list has no line
#: (x-api.md §3): they are taken for posts and likes that were read.
_METERS = {
    "follow.follow": "follow_events",
    "follow.unfollow": "follow_events",
    "post.mention.create": "post_events",
    "post.reply.create": "post_events",
    "post.quote.create": "post_events",
    "post.repost.create": "post_events",
    "like.create": "like_events",
}
_Read = Callable[[_Event], Said]


def heard(body: bytes, received_at: datetime) -> Heard:
    """Read a push of X; what the account did itself, and what it did not do, is left."""
    return heard_of(body, lambda found, push: _hear(found, push, received_at))


def _hear(found: Collected, push: Mapping[str, Any], received_at: datetime) -> None:
    told = push.get("data")
    for each in told if isinstance(told, list) else [told]:
        _hear_event(found, each, received_at)


def _hear_event(found: Collected, event: Any, received_at: datetime) -> None:
    try:
        if not isinstance(event, dict):
            raise MalformedError("an event is no object")  # noqa: TRY301  # one place sets it aside
        watched = _object(event, "filter")
        account = watched.get("user_id")
        kind, payload = event.get("event_type"), event.get("payload")
        read = _READ.get(str(kind))
        if read is None and (kind in _LEFT or str(kind).startswith(_LEFT_GROUPS)):
            found.left += 1
            return
        if read is None:
            raise MalformedError(f"an event of the unknown type {word_of(kind)}")  # noqa: TRY301
        if not is_id(account) or not isinstance(payload, dict):
            raise MalformedError("an event without its account or its payload")  # noqa: TRY301
    except MalformedError as error:
        found.refuse(str(error), event)
        return
    found.told[str(account)].billed.append(_billed(str(kind), payload))
    if watched.get("direction") == "outbound":
        found.left += 1
        return
    includes = event.get("includes")
    happened = _Event(account, payload, includes if isinstance(includes, dict) else {}, received_at)
    # An unreadable event is kept in its own shape.
    found.add(account, translate_each([event], lambda _event: read(happened)))


def _billed(kind: str, payload: Mapping[str, Any]) -> Billed:
    lasting = {name: value for name, value in payload.items() if name != "timestamp_ms"}
    content = json.dumps([kind, lasting], sort_keys=True).encode()
    return Billed(_METERS[kind], hashlib.sha256(content).hexdigest())


def _followed(event: _Event) -> Said:
    source, target = (_unwrapped(event.payload.get(each)) for each in ("source", "target"))
    if target.get("id") != event.account:
        return ()  # whom we follow
    follows = users_who(SignalKind.FOLLOWS)
    return _dated(_acts(follows([source], event.listed())), event.at)


def _unfollowed(event: _Event) -> Said:
    began = _followed(event)
    return [
        Ended(each.contact, each.kind, each.item, event.at)
        for each in began or ()
        if isinstance(each, Signal)
    ]


def _posted(event: _Event) -> Said:
    return _written(event, event.payload)


def _replied(event: _Event) -> Said:
    # X sends this event only for a direct answer to a post of ours.
    return _written(event, {"in_reply_to_user_id": event.account, **event.payload})


def _quoted(event: _Event) -> Said:
    return _written(event, event.payload, post="quoted")


def _written(event: _Event, payload: Mapping[str, Any], post: str = "") -> Said:
    if payload.get("author_id") == event.account:
        return ()
    listed = posts_to_us([payload], event.listed(post))
    acts = _acts(listed)
    return None if listed.signals.unattributed else [_since(each, event.received_at) for each in acts]


def _reposted(event: _Event) -> Said:
    author = event.payload.get("author_id")
    if author is None:
        return None
    if author == event.account:
        return ()
    original = next(_referenced(event.payload, {"retweeted", "reposted"}), None)
    if not is_id(original):
        raise MalformedError("a repost that names no post")
    user = next((each for each in _users(event) if each.get("id") == author), {"id": author})
    acts = _acts(users_who(SignalKind.SHARED)([user], event.listed(original)))
    # Its own moment, as a post shows it; the listing of reposters shows none.
    written = posts_to_us([event.payload], event.listed())
    return _dated(acts, _acts(written)[0].started_at or event.received_at)


def _liked(event: _Event) -> Said:
    """Read who likes a post of ours; the payload does not say who, only the users beside it may."""
    payload = event.payload
    authors = [
        payload[each]
        for each in ("liked_tweet_author_id", "liked_post_author_id", "tweet_author_id")
        if payload.get(each) is not None
    ]
    post = payload.get("liked_tweet_id") or payload.get("liked_post_id")
    if not is_id(post):
        raise MalformedError("a like that names no post")
    if authors and event.account not in authors:
        return ()  # what we like
    named = _named_in_posts(event) | {event.account}
    likers = [each for each in _users(event) if each.get("id") not in named]
    if len(likers) != 1:
        return None
    return _dated(_acts(users_who(SignalKind.LIKED)(likers, event.listed(post))), event.at)


_READ: Mapping[str, _Read] = {
    "follow.follow": _followed,
    "follow.unfollow": _unfollowed,
    "post.mention.create": _posted,
    "post.reply.create": _replied,
    "post.quote.create": _quoted,
    "post.repost.create": _reposted,
    "like.create": _liked,
}


def _acts(listed: Listed) -> tuple[Signal, ...]:
    for each in listed.signals.quarantined:
        raise MalformedError(each.reason)
    return listed.signals.values


def _dated(acts: Iterable[Signal], at: datetime) -> Said:
    return [each._replace(started_at=at) for each in acts]


def _since(act: Signal, received_at: datetime) -> Signal:
    return act if act.started_at else act._replace(started_at=received_at)


def _named_in_posts(event: _Event) -> set[str]:
    """Return whom the posts beside a like name: they may stand among the users without having liked."""
    named: set[str] = set()
    posts = [each for word in ("tweets", "posts") for each in _objects(event.includes.get(word))]
    for each in posts:
        named |= {str(each.get("author_id")), str(each.get("in_reply_to_user_id"))}
        entities = each.get("entities")
        if isinstance(entities, dict):
            named |= {str(one.get("id")) for one in _objects(entities.get("mentions"))}
    return named


def _users(event: _Event) -> list[Mapping[str, Any]]:
    return [_unwrapped(each) for each in _objects(event.includes.get("users"))]


def _referenced(payload: Mapping[str, Any], kinds: set[str]) -> Iterator[Any]:
    for word in ("referenced_tweets", "referenced_posts"):
        yield from (each.get("id") for each in _objects(payload.get(word)) if each.get("type") in kinds)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _unwrapped(user: Any) -> Mapping[str, Any]:
    if not isinstance(user, dict):
        raise MalformedError("an event without its people")
    inner = user.get("data")
    return inner if isinstance(inner, dict) else user


def _object(item: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = item.get(field)
    return value if isinstance(value, dict) else {}
