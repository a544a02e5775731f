"""X's answers as domain values; pure, and the only place that knows X's field names.

Both vocabularies are read: X renamed its fields in 2.167 and still answers in the old ones
(x-api.md §1.3, measured 2026-09-02).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard

from connectors.quarantine import MalformedError, Translated, translate_each
from connectors.text import MAX_HANDLE, clean, clean_name
from connectors.twitter.asked import Asked
from domain.batch import Post
from domain.contact import ContactKey, Platform, Profile
from domain.signal import Signal, SignalKind

#: Numbers of posts grow with time; padded to this width they sort as text.
PLACE_WIDTH = 20


class Listed(NamedTuple):
    """The translated items of one answer; `places` are the items' places in a timeline."""

    signals: Translated[Signal] = Translated((), (), 0)
    posts: Translated[Post] = Translated((), (), 0)
    places: Sequence[str] = ()


Translate = Callable[[list[Any], Asked], Listed]


def place_of(platform_id: str) -> str:
    """Return a post's place in a timeline as text that sorts."""
    return platform_id.zfill(PLACE_WIDTH)


def users_who(kind: SignalKind) -> Translate:
    """Return the translation of a listing of users, all of whom did the same to the post or account."""
    platform = str(Platform.TWITTER)

    def translated(items: list[Any], asked: Asked) -> Listed:
        item = asked.request.post

        def act(user: Any) -> Signal:
            contact = ContactKey(platform, _id_of(user))
            profile = Profile(_handle_of(user), _name_of(user))
            return Signal(contact, kind, item, None, None, profile, hidden=user.get("protected") is True)

        return Listed(signals=translate_each(items, act))

    return translated


def posts_to_us(items: list[Any], asked: Asked) -> Listed:
    """Translate posts of others that mention, answer or quote the account; one signal a post.

    The mentions listing and the quotes listing show some of the same posts: both come through here,
    so that one post is one signal whichever listing showed it first.
    """

    def act(post: Any) -> Signal | None:
        item = _id_of(post)
        if post.get("author_id") is None:
            return None
        contact = ContactKey(Platform.TWITTER, _id_of(post, "author_id"))
        # The quotes listing of an own post holds quotes only, whatever fields it leaves out.
        kind = SignalKind.QUOTED if asked.request.post else _kind_of(post, asked.account_id)
        under = next(filter(is_id, (_answered(post), asked.request.post)), None)
        return Signal(contact, kind, item, _moment(post), text=_text_of(post, "text"), under=under)

    return Listed(signals=translate_each(items, act), places=_places(items))


def own_posts(items: list[Any], asked: Asked) -> Listed:  # noqa: ARG001  # one signature for all listings
    """Translate the account's own posts, with the counts that X shows free of charge beside them."""
    posts = translate_each(items, lambda post: Post(_id_of(post), _moment(post), *_counts(post)))
    return Listed(posts=posts, places=_places(items))


def is_id(value: Any) -> TypeGuard[str]:
    """Tell whether a value is one of X's ids: digits, as text."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= PLACE_WIDTH


def count_of(item: Mapping[str, Any], *names: str) -> int | None:
    """Return the first of these public metrics that an item shows, None where it shows none."""
    metrics = item.get("public_metrics")
    if not isinstance(metrics, dict):
        return None
    for each in names:
        count = metrics.get(each)
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return count
    return None


def _counts(post: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    reposts = count_of(post, "retweet_count", "repost_count")
    return count_of(post, "like_count"), reposts, count_of(post, "quote_count")


def _kind_of(post: Mapping[str, Any], account_id: str) -> SignalKind:
    references = set(_reference_types(post))
    if "quoted" in references:
        return SignalKind.QUOTED
    answered = post.get("in_reply_to_user_id")
    if answered == account_id or (answered is None and "replied_to" in references):
        return SignalKind.REPLIED
    return SignalKind.MENTIONED


def _answered(post: Mapping[str, Any]) -> str | None:
    """Return the id of the post that a post answers or quotes, where it shows one."""
    shown = (each.get("id") for each in _references(post) if each.get("type") in {"replied_to", "quoted"})
    return next(filter(is_id, shown), None)


def _reference_types(post: Mapping[str, Any]) -> Iterable[str]:
    return (str(each.get("type")) for each in _references(post))


def _references(post: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for field in ("referenced_tweets", "referenced_posts"):
        references = post.get(field)
        if references is None:
            continue
        if not isinstance(references, list) or not all(isinstance(each, dict) for each in references):
            raise MalformedError(f"{field} is no list of objects")
        yield from references


def _places(items: list[Any]) -> list[str]:
    found = (each.get("id") for each in items if isinstance(each, dict))
    return [place_of(each) for each in found if is_id(each)]


def _id_of(item: Any, field: str = "id") -> str:
    if not isinstance(item, dict):
        raise MalformedError("the item is no object")
    value = item.get(field)
    if is_id(value):
        return value
    raise MalformedError(f"{field} is missing" if value is None else f"{field} is no text of digits")


def _text_of(item: Mapping[str, Any], field: str) -> str | None:
    value = item.get(field)
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return None
    raise MalformedError(f"{field} is no text")


def _handle_of(user: Mapping[str, Any]) -> str | None:
    """Return the handle; a part of one would be somebody else's, so one that is too long is not cut."""
    handle = _text_of(user, "username")
    if handle is not None and len(handle) > MAX_HANDLE:
        raise MalformedError(f"username is longer than {MAX_HANDLE} characters")
    return handle


def _name_of(user: Mapping[str, Any]) -> str | None:
    name = _text_of(user, "name")
    return None if name is None else clean_name(name)


def _moment(post: Mapping[str, Any]) -> datetime | None:
    value = _text_of(post, "created_at")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedError("created_at is no moment with a time zone")
    return moment
