"""Facebook's pushes as domain values; pure.

Whatever polling lists too is brought into the shape of its listing and translated there, so that a push and
a page are the same act. Old and new field names are both read (facebook-graph-api.md §4).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.facebook import translate
from connectors.facebook.changes import Change, dated, ended_by, id_of, listed_in, text_id
from connectors.facebook.talk import said_in_talk
from connectors.facebook.translate import Asked, moment_of
from connectors.pushes import Collected, Said, heard_of, word_of
from connectors.quarantine import MalformedError, translate_each
from domain.push import Ended, Heard
from domain.signal import SignalKind

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
_Read = Callable[[Change], Said]


def heard(body: bytes, received_at: datetime) -> Heard:
    """Read a push of Facebook, be it one change or a batch of a thousand."""
    return heard_of(body, lambda found, push: _hear(found, push, received_at))


def _hear(found: Collected, push: Mapping[str, Any], received_at: datetime) -> None:
    entries = push.get("entry")
    if push.get("object") != "page":
        found.left += 1
    elif not isinstance(entries, list):
        found.refuse("entry is no list", push)
    else:
        for each in entries:
            _hear_entry(found, each, received_at)


def _hear_entry(found: Collected, entry: Any, received_at: datetime) -> None:
    try:
        page = id_of(entry.get("id")) if isinstance(entry, dict) else ""
        if not page:
            raise MalformedError("an entry is no object")  # noqa: TRY301  # one place sets it aside
        time = moment_of(entry, "time") or received_at
    except MalformedError as error:
        found.refuse(str(error), entry)
        return
    for name, read in (("changes", _said), ("messaging", said_in_talk), ("standby", said_in_talk)):
        items = entry.get(name)
        if isinstance(items, list):
            found.add(page, translate_each(items, lambda item, read=read: read(page, item, time)))  # type: ignore[misc]  # bound at once
    if "changed_fields" in entry:
        found.refuse("the push says which fields changed and not how: switch `Include values` on", entry)


def _said(page: str, item: Any, time: datetime) -> Said:
    """Read one change of a page's feed, mentions, ratings or followers."""
    if not isinstance(item, dict) or not isinstance(item.get("value"), dict):
        raise MalformedError("a change without an object as its value")
    change = Change(page, item["value"], time)
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


def _commented(change: Change) -> Said:
    post, parent = change.value.get("post_id"), change.value.get("parent_id")
    item = text_id(change.value, "comment_id")
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
    said = translate.comment(shown, Asked(change.page, change.page, post if isinstance(post, str) else ""))
    return said if change.value.get("created_time") is not None else dated(said, change.at)


def _reacted(change: Change) -> Said:
    post = change.value.get("post_id")
    if change.value.get("comment_id") is not None:
        return ()  # to a comment, which is the one of who wrote it
    if not isinstance(post, str) or not post.startswith(f"{change.page}_"):
        return ()  # to somebody else's post
    doer = change.doer
    if doer is None:
        return None
    if change.ended:
        return ended_by(change.page, doer["id"], SignalKind.REACTED, post, change.at)
    return dated(translate.reaction(doer, Asked(change.page, change.page, post)), change.at)


def _liked(change: Change) -> Said:
    """Read a like: of a post it is a reaction; of nothing else it is one of the page itself (§2, [U])."""
    if change.value.get("post_id") is None and change.value.get("comment_id") is None:
        return _followed(change)
    return _reacted(change)


def _followed(change: Change) -> Said:
    doer = change.doer
    if doer is None:
        return None
    if change.ended:
        return ended_by(change.page, doer["id"], SignalKind.FOLLOWS, "", change.at)
    follows = translate.people_who(SignalKind.FOLLOWS)
    return dated(listed_in(follows([doer], Asked(change.page, change.page))), change.at)


def _shared(change: Change) -> Said:
    doer, post = change.doer, text_id(change.value, "post_id")
    if doer is None:
        return None
    if change.ended:
        return ended_by(change.page, doer["id"], SignalKind.SHARED, post, change.at)
    shown = {"id": post, "from": doer}
    said = translate.tagging(shown, Asked(change.page, change.page)) or ()
    return dated([each._replace(kind=SignalKind.SHARED) for each in said], change.at)


def _mentioned(change: Change) -> Said:
    post = text_id(change.value, "post_id")
    subject = post
    if change.value.get("item") == "comment":
        if post.startswith(f"{change.page}_"):
            return ()  # under our own post: the comment itself comes too
        subject = text_id(change.value, "comment_id")
    if change.ended:
        return [Ended(None, SignalKind.MENTIONED, subject, change.at)]
    shown = {
        "id": subject,
        "from": change.doer,
        "tagged_time": change.value.get("created_time"),
        "message": change.value.get("message"),
    }
    said = translate.tagging(shown, Asked(change.page, change.page))
    return said if change.value.get("created_time") is not None else dated(said, change.at)


def _rated(change: Change) -> Said:
    story, doer = change.value.get("open_graph_story_id"), change.doer
    if doer is None:
        return None
    item = "" if story is None else id_of(story)
    if change.ended:
        return ended_by(change.page, doer["id"], SignalKind.RATED, item, change.at)
    shown = {
        "reviewer": doer,
        "review_text": change.value.get("review_text"),
        "open_graph_story": {"id": item} if item else None,
    }
    return dated(translate.rating(shown, Asked(change.page, change.page)), change.at)


_READ: Mapping[tuple[str, str], _Read] = {
    ("feed", "comment"): _commented,
    ("feed", "reaction"): _reacted,
    ("feed", "like"): _liked,
    ("feed", "share"): _shared,
    ("mention", "post"): _mentioned,
    ("mention", "comment"): _mentioned,
    ("ratings", "rating"): _rated,
}
