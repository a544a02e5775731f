"""Facebook's pushes as domain values; pure.

Whatever polling lists too is brought into the shape of its listing and translated there, so that a push and
a page are the same act. Old and new field names are both read (facebook-graph-api.md §4).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connectors.facebook import translate
from connectors.facebook.translate import Asked, is_id, moment_of
from connectors.pushes import Collected, Said, object_of, word_of
from connectors.quarantine import MalformedError, translate_each
from domain.contact import ContactKey, Platform
from domain.push import Ended, Heard
from domain.signal import Signal, SignalKind

_BEGINS = frozenset({"add", "edit", "edited", "update", "follow"})
_ENDS = frozenset({"remove", "delete", "unfollow"})
#: What the page's team does, and no act of the person named.
_MODERATES = frozenset({"hide", "unhide", "block", "unblock", "mute"})
#: Items of the feed that are posts and pages themselves (§4): nobody's act towards us.
_NO_ACTS = frozenset(
    {
        "album", "address", "connection", "coupon", "event", "experience", "group", "group_message",
        "interest", "link", "mention", "milestone", "note", "page", "picture", "platform-story", "photo",
        "photo-album", "post", "profile", "question", "rating", "relationship-status", "status",
        "story", "timeline cover", "tag", "video",
    }
)  # fmt: skip
#: Events of the conversation that are no act, or one whose conversation only polling can name (a message).
_TALK = frozenset(
    {
        "message", "message_edit", "postback", "delivery", "read", "reaction", "referral", "account_linking",
        "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles",
        "policy_enforcement", "game_play", "message_reads", "message_deliveries", "prior_message", "order",
    }
)  # fmt: skip


class _Change(NamedTuple):
    """One change of the page: its value, and when the entry that brought it was made."""

    page: str
    value: Mapping[str, Any]
    time: datetime

    @property
    def at(self) -> datetime:
        """When it happened: its own time where it shows one."""
        return moment_of(self.value, "created_time") or self.time

    @property
    def doer(self) -> dict[str, Any] | None:
        """Who did it, as a listing shows people; None where nobody is shown."""
        named = self.value.get("from")
        if isinstance(named, dict) and named.get("id") is not None:
            return {"id": _id(named["id"]), "name": named.get("name")}
        for role in ("sender", "reviewer", "user", "follower"):
            if self.value.get(f"{role}_id") is not None:
                return {"id": _id(self.value[f"{role}_id"]), "name": self.value.get(f"{role}_name")}
        return None

    @property
    def ended(self) -> bool:
        """Whether it takes something back; raises MalformedError for an unknown verb."""
        verb = self.value.get("verb")
        if verb in _ENDS:
            return True
        if verb in _BEGINS:
            return False
        raise MalformedError(f"a change with the unknown verb {word_of(verb)}")


_Read = Callable[[_Change], Said]


def heard(body: bytes, received_at: datetime) -> Heard:
    """Read a push of Facebook, be it one change or a batch of a thousand."""
    found = Collected()
    try:
        push = object_of(body)
    except MalformedError as error:
        found.refuse(str(error), None)
        return found.heard()
    entries = push.get("entry")
    if push.get("object") != "page":
        found.left += 1
    elif not isinstance(entries, list):
        found.refuse("entry is no list", push)
    else:
        for each in entries:
            _hear_entry(found, each, received_at)
    return found.heard()


def _hear_entry(found: Collected, entry: Any, received_at: datetime) -> None:
    try:
        page = _id(entry.get("id")) if isinstance(entry, dict) else ""
        if not page:
            raise MalformedError("an entry is no object")  # noqa: TRY301  # one place sets it aside
        time = moment_of(entry, "time") or received_at
    except MalformedError as error:
        found.refuse(str(error), entry)
        return
    for name, read in (("changes", _said), ("messaging", _said_in_talk), ("standby", _said_in_talk)):
        items = entry.get(name)
        if isinstance(items, list):
            found.add(page, translate_each(items, lambda item, read=read: read(page, item, time)))  # type: ignore[misc]  # bound at once
    if "changed_fields" in entry:
        found.refuse("the push says which fields changed and not how: switch `Include values` on", entry)


def _said(page: str, item: Any, time: datetime) -> Said:
    """Read one change of a page's feed, mentions, ratings or followers."""
    if not isinstance(item, dict) or not isinstance(item.get("value"), dict):
        raise MalformedError("a change without an object as its value")
    change = _Change(page, item["value"], time)
    field, subject = item.get("field"), change.value.get("item")
    if field == "follow":
        return _followed(change)
    read = _READ.get((str(field), str(subject)))
    if read is not None:
        return () if change.value.get("verb") in _MODERATES else read(change)
    if field in {"feed", "mention"} and subject in _NO_ACTS:
        return ()
    if field == "ratings" and subject in {"comment", "like", "reaction"}:
        return ()  # under a review, which is a stranger's and not ours
    if field in {"feed", "mention", "ratings"}:
        raise MalformedError(f"a change of {word_of(field)} with the unknown item {word_of(subject)}")
    raise MalformedError(f"a change of the unknown field {word_of(field)}")


def _said_in_talk(page: str, item: Any, time: datetime) -> Said:
    """Read one event of the conversation: only opt-ins and their ends are acts that polling names alike."""
    if not isinstance(item, dict):
        raise MalformedError("an event of the conversation is no object")
    asked = item.get("optin")
    if isinstance(asked, dict):
        return _opted_in(page, item, asked, time)
    if isinstance(item.get("optout"), dict):
        return _ended(page, _id(_sender(item)), SignalKind.OPTED_IN, "", moment_of(item, "timestamp") or time)
    if _TALK.isdisjoint(item):
        raise MalformedError("an unknown event of the conversation")
    return ()


def _opted_in(page: str, item: Mapping[str, Any], asked: Mapping[str, Any], time: datetime) -> Said:
    if asked.get("type") != "notification_messages":
        return ()  # one message, or a plugin's: no list of the platform has it (facebook-graph-api.md §2)
    at = moment_of(item, "timestamp") or time
    contact = _id(_sender(item))
    if "STOP" in str(asked.get("notification_messages_status", "")).upper():
        return _ended(page, contact, SignalKind.OPTED_IN, "", at)
    token = {
        "recipient_id": contact,
        "token_expiry_timestamp": asked.get("token_expiry_timestamp"),
        "user_token_status": asked.get("user_token_status"),
    }
    return _dated(_listed(translate.opt_ins([token], Asked(page, page))), at)


def _commented(change: _Change) -> Said:
    post, parent = change.value.get("post_id"), change.value.get("parent_id")
    item = _text_id(change.value, "comment_id")
    # A reply's parent is a comment, `<post>_<comment>`; a comment's own is the post, `<page>_<post>` (§4).
    is_reply = isinstance(post, str) and str(parent).startswith(post.rpartition("_")[2] + "_")
    if change.ended:
        kinds = [SignalKind.REPLIED if is_reply else SignalKind.COMMENTED]
        if parent is None:
            kinds = [SignalKind.COMMENTED, SignalKind.REPLIED]
        # Whoever removed it: the comment's id alone says whose it was.
        return [Ended(None, each, item, change.at) for each in kinds]
    shown = {
        "id": item,
        "from": change.doer,
        "message": change.value.get("message"),
        "created_time": change.value.get("created_time"),
        "parent": {"id": parent} if is_reply else None,
    }
    said = translate.comment(shown, Asked(change.page, change.page))
    return said if change.value.get("created_time") is not None else _dated(said, change.at)


def _reacted(change: _Change) -> Said:
    post = change.value.get("post_id")
    if change.value.get("comment_id") is not None:
        return ()  # to a comment, which is the one of who wrote it
    if not isinstance(post, str) or not post.startswith(f"{change.page}_"):
        return ()  # to somebody else's post
    doer = change.doer
    if doer is None:
        return None
    if change.ended:
        return _ended(change.page, doer["id"], SignalKind.REACTED, post, change.at)
    return _dated(translate.reaction(doer, Asked(change.page, change.page, post)), change.at)


def _liked(change: _Change) -> Said:
    """Read a like: of a post it is a reaction; of nothing else it is one of the page itself (§2, [U])."""
    if change.value.get("post_id") is None and change.value.get("comment_id") is None:
        return _followed(change)
    return _reacted(change)


def _followed(change: _Change) -> Said:
    doer = change.doer
    if doer is None:
        return None
    if change.ended:
        return _ended(change.page, doer["id"], SignalKind.FOLLOWS, "", change.at)
    follows = translate.people_who(SignalKind.FOLLOWS)
    return _dated(_listed(follows([doer], Asked(change.page, change.page))), change.at)


def _shared(change: _Change) -> Said:
    doer, post = change.doer, _text_id(change.value, "post_id")
    if doer is None:
        return None
    if change.ended:
        return _ended(change.page, doer["id"], SignalKind.SHARED, post, change.at)
    shown = {"id": post, "from": doer}
    said = translate.tagging(shown, Asked(change.page, change.page)) or ()
    return _dated([each._replace(kind=SignalKind.SHARED) for each in said], change.at)


def _mentioned(change: _Change) -> Said:
    post = _text_id(change.value, "post_id")
    subject = post
    if change.value.get("item") == "comment":
        if post.startswith(f"{change.page}_"):
            return ()  # under our own post: the comment itself comes too
        subject = _text_id(change.value, "comment_id")
    if change.ended:
        return [Ended(None, SignalKind.MENTIONED, subject, change.at)]
    shown = {
        "id": subject,
        "from": change.doer,
        "tagged_time": change.value.get("created_time"),
        "message": change.value.get("message"),
    }
    said = translate.tagging(shown, Asked(change.page, change.page))
    return said if change.value.get("created_time") is not None else _dated(said, change.at)


def _rated(change: _Change) -> Said:
    story, doer = change.value.get("open_graph_story_id"), change.doer
    if doer is None:
        return None
    item = "" if story is None else _id(story)
    if change.ended:
        return _ended(change.page, doer["id"], SignalKind.RATED, item, change.at)
    shown = {
        "reviewer": doer,
        "review_text": change.value.get("review_text"),
        "open_graph_story": {"id": item} if item else None,
    }
    return _dated(translate.rating(shown, Asked(change.page, change.page)), change.at)


_READ: Mapping[tuple[str, str], _Read] = {
    ("feed", "comment"): _commented,
    ("feed", "reaction"): _reacted,
    ("feed", "like"): _liked,
    ("feed", "share"): _shared,
    ("mention", "post"): _mentioned,
    ("mention", "comment"): _mentioned,
    ("ratings", "rating"): _rated,
}


def _listed(listed: translate.Listed) -> Iterable[Signal]:
    for each in listed.rest.quarantined:
        raise MalformedError(each.reason)
    return listed.signals


def _dated(said: Iterable[Signal] | None, at: datetime) -> Said:
    return None if said is None else [each._replace(started_at=at) for each in said]


def _ended(page: str, contact: str, kind: SignalKind, item: str, at: datetime) -> Said:
    return [Ended(ContactKey(str(Platform.FACEBOOK), f"{page}:{contact}"), kind, item, at)]


def _sender(item: Mapping[str, Any]) -> Any:
    sender = item.get("sender")
    return sender.get("id") if isinstance(sender, dict) else None


def _id(value: Any) -> str:
    """Return an id, which older pushes write as a number; raises MalformedError for anything else."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if is_id(written):
        return written
    raise MalformedError("an id is no number")


def _text_id(value: Mapping[str, Any], field: str) -> str:
    found = value.get(field)
    if isinstance(found, str) and found.replace("_", "").isdigit() and len(found) <= 200:
        return found
    raise MalformedError(f"{field} is no id with an underscore")
