"""Facebook's answers as domain values; pure, and the only place that knows Facebook's field names.

A person's id counts within one page (page-scoped) or one app (app-scoped); the scope is part of the
key, so ids of different scopes never meet (facebook-graph-api.md §1.4).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from connectors.quarantine import MalformedError, Translated, translate_each
from connectors.text import clean, clean_name
from domain.batch import Post
from domain.contact import ContactKey, Platform, Profile
from domain.signal import Signal, SignalKind

_FACEBOOK = str(Platform.FACEBOOK)
#: Words in the status of an opt-in token that say that it is no longer live.
_ENDED_WORDS = (
    "STOP",
    "OPT_OUT",
    "OPTED_OUT",
    "OPTOUT",
    "EXPIRE",
    "REVOKE",
    "UNSUBSCRIBE",
    "INACTIVE",
    "INVALID",
)
#: Timestamps above this are milliseconds, as webhooks write them (§4).
_FIRST_MILLISECONDS = 100_000_000_000


class Asked(NamedTuple):
    """What an answer is read against: the scope of its ids, and the own post, if it is a post's listing.

    `scope` is the page's id, or `app-<app id>` where ids count within an app.
    """

    page_id: str
    scope: str
    post: str = ""


class Listed(NamedTuple):
    """The translated items of one answer."""

    signals: Sequence[Signal] = ()
    posts: Sequence[Post] = ()
    rest: Translated[Any] = Translated((), (), 0)


Translate = Callable[[list[Any], Asked], Listed]
#: What one item says: its acts, or None where nobody is shown who did them.
_Acts = Callable[[Any, Asked], Sequence[Signal] | None]


def own_posts(items: list[Any], asked: Asked) -> Listed:  # noqa: ARG001  # one signature for all listings
    """Translate the page's own posts."""
    read = translate_each(items, _own_post)
    return Listed(posts=read.values, rest=read)


def _own_post(item: Any) -> Post:
    return Post(_post_id(item), moment_of(item, "created_time"), text=_text(item, "message"))


def acts_of(acts: _Acts) -> Translate:
    """Return the translation of a listing whose items each say some acts."""

    def translated(items: list[Any], asked: Asked) -> Listed:
        read = translate_each(items, lambda item: acts(item, asked))
        return Listed(signals=[signal for each in read.values for signal in each], rest=read)

    return translated


def people_who(kind: SignalKind) -> Translate:
    """Return the translation of a listing of people, all of whom stand in one relation to the account."""
    return acts_of(lambda person, asked: _by(person, asked, kind, ""))


def reaction(item: Any, asked: Asked) -> Sequence[Signal] | None:
    """Read one reaction to a post; it shows no time, and one of type NONE is none (§1.3)."""
    if _field(item, "type") == "NONE":
        return ()
    return _by(item, asked, SignalKind.REACTED, asked.post)


def comment(item: Any, asked: Asked) -> Sequence[Signal] | None:
    """Read one comment, or answer to a comment, of the flat listing."""
    author = _field(item, "from")
    if author is None:
        return None
    kind = SignalKind.COMMENTED if item.get("parent") is None else SignalKind.REPLIED
    said = (moment_of(item, "created_time"), _text(item, "message"))
    acts = _by(author, asked, kind, _object_id(item), said)
    return acts and [each._replace(under=asked.post or None) for each in acts]


def tagging(item: Any, asked: Asked) -> Sequence[Signal] | None:
    """Read one post of others that names the page; its author is often not shown (§1.3)."""
    author = _field(item, "from")
    if author is None:
        return None
    said = (moment_of(item, "tagged_time"), _text(item, "message"))
    return _by(author, asked, SignalKind.MENTIONED, _object_id(item), said)


def rating(item: Any, asked: Asked) -> Sequence[Signal] | None:
    """Read one recommendation; only some have a story, whose id then names the act."""
    reviewer = _field(item, "reviewer")
    if reviewer is None:
        return None
    story = _field(item, "open_graph_story")
    said = (moment_of(item, "created_time"), _text(item, "review_text"))
    return _by(reviewer, asked, SignalKind.RATED, "" if story is None else _object_id(story), said)


def conversation(item: Any, asked: Asked) -> Sequence[Signal] | None:
    """Read who takes part in a conversation beside the page; what is said is never asked for."""
    shown = _field(item, "participants")
    if shown is None:
        return None
    people = _field(shown, "data")
    if not isinstance(people, list):
        raise MalformedError("participants.data is no list")
    said = (moment_of(item, "updated_time"), None)
    others = [each for each in people if _field(each, "id") != asked.page_id]
    read = [_by(each, asked, SignalKind.MESSAGED, _object_id(item), said) for each in others]
    return [signal for each in read if each for signal in each] or None


def opt_ins(items: list[Any], asked: Asked) -> Listed:
    """Translate opt-in tokens; of several tokens of one person the one that runs longest counts."""
    read = translate_each(items, lambda item: _opt_in(item, asked))
    longest: dict[ContactKey, Signal] = {}
    for each in (signal for signals in read.values for signal in signals):
        known = longest.get(each.contact)
        if known is None or _end(each) > _end(known):
            longest[each.contact] = each
    return Listed(signals=tuple(longest.values()), rest=read)


def moment_of(item: Any, field: str) -> datetime | None:
    """Return a moment in UTC, None where the item shows none; raises MalformedError for anything else."""
    value = _field(item, field)
    if value is None:
        return None
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > _FIRST_MILLISECONDS else value, UTC)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    raise MalformedError(f"{field} is no moment with a time zone")


def is_id(value: Any) -> TypeGuard[str]:
    """Tell whether a value is the id of a page or a person: digits, as text."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 40


def _opt_in(item: Any, asked: Asked) -> Sequence[Signal] | None:
    recipient = _field(item, "recipient_id")
    if recipient is None:
        return None
    if not is_id(recipient):
        raise MalformedError("recipient_id is no text of digits")
    status = (_text(item, "user_token_status") or "").upper()
    if any(word in status for word in _ENDED_WORDS):
        return ()
    contact = ContactKey(_FACEBOOK, f"{asked.scope}:{recipient}")
    started_at = moment_of(item, "creation_timestamp")
    ended_at = moment_of(item, "token_expiry_timestamp")
    return (Signal(contact, SignalKind.OPTED_IN, "", started_at, ended_at),)


def _end(signal: Signal) -> datetime:
    return signal.ended_at or datetime.max.replace(tzinfo=UTC)


def _by(
    person: Any,
    asked: Asked,
    kind: SignalKind,
    item: str,
    said: tuple[datetime | None, str | None] = (None, None),
) -> Sequence[Signal] | None:
    """Return the one act of a person; `said` is its moment and its words."""
    platform_id = _field(person, "id")
    if platform_id is None:
        return None
    if not is_id(platform_id):
        raise MalformedError("the id of a person is no text of digits")
    contact = ContactKey(_FACEBOOK, f"{asked.scope}:{platform_id}")
    moment, words = said
    name = _text(person, "name")
    profile = Profile(None, None if name is None else clean_name(name))
    return (Signal(contact, kind, item, moment, None, profile, words),)


def _object_id(item: Any) -> str:
    value = _field(item, "id")
    if value is None:
        raise MalformedError("id is missing")
    if isinstance(value, str) and value.isascii() and value.isprintable() and 0 < len(value) <= 200:
        return value
    raise MalformedError("id is no plain text")


def _post_id(item: Any) -> str:
    """Return the id of a post: it becomes a step of a path, so it may be nothing but <page>_<post>."""
    value = _object_id(item)
    if value.replace("_", "").isdigit():
        return value
    raise MalformedError("the id of a post is no digits with underscores")


def _field(item: Any, name: str) -> Any:
    if isinstance(item, dict):
        return item.get(name)
    raise MalformedError("there is no object where one must be")


def _text(item: Any, name: str) -> str | None:
    value = _field(item, name)
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    raise MalformedError(f"{name} is no text")
