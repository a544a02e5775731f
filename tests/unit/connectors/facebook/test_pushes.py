"""Facebook's pushes become the same acts as its listings, in old words and in new ones."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.facebook import translate
from connectors.facebook.pushes import heard
from connectors.facebook.translate import Asked
from domain.contact import ContactKey
from domain.push import Ended, Heard, Told
from domain.signal import Signal, SignalKind

PAGE = "4001"
ASKED = Asked(PAGE, PAGE)
ADA = {"id": "7001", "name": "Ada Lévy"}
KEY = ContactKey("facebook", "4001:7001")
RECEIVED = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECONDS = 1_790_000_000
AT = datetime.fromtimestamp(SECONDS, UTC)
POST, COMMENT = "4001_900", "900_55"


def push(*changes: Mapping[str, Any], **entry: Any) -> Heard:
    body = {"object": "page", "entry": [{"id": PAGE, "time": SECONDS, "changes": list(changes), **entry}]}
    return heard(json.dumps(body).encode(), RECEIVED)


def feed(item: str, verb: str = "add", **value: Any) -> dict[str, Any]:
    return {"field": "feed", "value": {"item": item, "verb": verb, **value}}


def talk(**event: Any) -> Heard:
    shown = {"sender": {"id": "7001"}, "recipient": {"id": PAGE}, "timestamp": SECONDS * 1000, **event}
    return push(messaging=[shown], time=SECONDS * 1000)


def listing(said: Sequence[Signal] | None) -> list[Signal]:
    """Return what a listing's item says."""
    assert said is not None
    return list(said)


def told(of: Heard) -> Told:
    assert of.unknown == ()
    return of.told[PAGE]


def test_a_comment_is_the_comment_of_the_listing() -> None:
    value = {
        "comment_id": COMMENT,
        "post_id": POST,
        "parent_id": POST,
        "created_time": SECONDS,
        "message": "Bravo.",
    }
    listed = {"id": COMMENT, "from": ADA, "created_time": SECONDS, "message": "Bravo."}
    expected = listing(translate.comment(listed, Asked(PAGE, PAGE, POST)))
    assert told(push(feed("comment", **value, **{"from": ADA}))).began == expected
    old = {"sender_id": 7001, "sender_name": "Ada Lévy"}
    assert told(push(feed("comment", "edited", **value, **old))).began == expected


def test_an_answer_to_a_comment_is_the_answer_of_the_listing() -> None:
    value = {"comment_id": "900_56", "post_id": POST, "parent_id": COMMENT, "created_time": SECONDS}
    listed = {"id": "900_56", "from": ADA, "created_time": SECONDS, "parent": {"id": COMMENT}}
    assert told(push(feed("comment", **value, **{"from": ADA}))).began == listing(
        translate.comment(listed, Asked(PAGE, PAGE, POST))
    )


def test_a_removed_comment_ends_whoever_removed_it() -> None:
    value = {
        "comment_id": COMMENT,
        "post_id": POST,
        "parent_id": POST,
        "from": {"id": PAGE, "name": "The Team"},
    }
    assert told(push(feed("comment", "remove", **value))).ended == [
        Ended(None, SignalKind.COMMENTED, COMMENT, AT)
    ]
    del value["parent_id"]
    both = told(push(feed("comment", "remove", **value))).ended
    assert {each.kind for each in both} == {SignalKind.COMMENTED, SignalKind.REPLIED}


@pytest.mark.parametrize("item", ["reaction", "like"])
def test_a_reaction_is_the_reaction_of_the_listing_and_bears_a_moment(item: str) -> None:
    value = {
        "post_id": POST,
        "parent_id": POST,
        "created_time": SECONDS + 5,
        "from": ADA,
        "reaction_type": "love",
    }
    listed = listing(translate.reaction({**ADA, "type": "LOVE"}, Asked(PAGE, PAGE, POST)))
    began = told(push(feed(item, **value))).began
    assert [each._replace(started_at=None) for each in began] == listed
    assert began[0].started_at == datetime.fromtimestamp(SECONDS + 5, UTC)
    ended = told(push(feed(item, "remove", **value))).ended
    assert ended == [Ended(KEY, SignalKind.REACTED, POST, datetime.fromtimestamp(SECONDS + 5, UTC))]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"post_id": POST, "comment_id": COMMENT}, id="to-a-comment"),
        pytest.param({"post_id": "9999_900"}, id="to-the-post-of-another"),
        pytest.param({}, id="to-nothing"),
    ],
)
def test_reactions_to_what_is_not_ours_are_left(value: dict[str, str]) -> None:
    found = push(feed("reaction", **value, **{"from": ADA}))
    assert (found.told, found.left, found.unknown) == ({PAGE: Told()} if found.told else {}, 1, ())


@pytest.mark.parametrize(
    "change",
    [feed("like", user_id=7001), {"field": "follow", "value": {"verb": "follow", "from": {"id": 7001}}}],
)
def test_whoever_likes_or_follows_the_page_follows(change: dict[str, Any]) -> None:
    began = told(push(change)).began
    assert [each[:4] for each in began] == [(KEY, SignalKind.FOLLOWS, "", AT)]
    change["value"]["verb"] = "remove"
    assert told(push(change)).ended == [Ended(KEY, SignalKind.FOLLOWS, "", AT)]


def test_a_share_is_told_by_pushes_only() -> None:
    began = told(
        push(feed("share", post_id="4001_901", share_id=1, created_time=SECONDS, **{"from": ADA}))
    ).began
    assert [each[:4] for each in began] == [(KEY, SignalKind.SHARED, "4001_901", AT)]


def test_a_mention_is_the_post_that_the_listing_shows_as_tagged() -> None:
    value = {
        "item": "post",
        "verb": "add",
        "post_id": "7001_88",
        "created_time": SECONDS,
        "message": "At the Team's",
    }
    listed = translate.tagging(
        {"id": "7001_88", "from": ADA, "tagged_time": SECONDS, "message": "At the Team's"}, ASKED
    )
    assert told(push({"field": "mention", "value": {**value, "from": ADA}})).began == listing(listed)
    assert push({"field": "mention", "value": value}).unattributed == 1
    ended = told(push({"field": "mention", "value": {**value, "verb": "remove"}})).ended
    assert ended == [Ended(None, SignalKind.MENTIONED, "7001_88", AT)]


def test_a_mention_in_a_comment_of_ours_is_the_comment() -> None:
    value = {"item": "comment", "verb": "add", "comment_id": COMMENT, "from": ADA}
    assert push({"field": "mention", "value": {**value, "post_id": POST}}).left == 1
    began = told(push({"field": "mention", "value": {**value, "post_id": "9999_900"}})).began
    assert [each[:3] for each in began] == [(KEY, SignalKind.MENTIONED, COMMENT)]


def test_a_rating_is_the_rating_of_the_listing() -> None:
    value = {
        "item": "rating",
        "verb": "add",
        "reviewer_id": 7001,
        "reviewer_name": "Ada Lévy",
        "review_text": "Fine",
    }
    listed = translate.rating(
        {"reviewer": ADA, "review_text": "Fine", "open_graph_story": {"id": "66"}}, ASKED
    )
    began = told(push({"field": "ratings", "value": {**value, "open_graph_story_id": 66}})).began
    assert [each._replace(started_at=None) for each in began] == listing(listed)
    gone = told(push({"field": "ratings", "value": {**value, "verb": "remove", "open_graph_story_id": None}}))
    assert gone.ended == [Ended(KEY, SignalKind.RATED, "", AT)]


OPT_IN = {"type": "notification_messages", "token_expiry_timestamp": (SECONDS + 99) * 1000}


def test_an_opt_in_is_the_opt_in_of_the_listing() -> None:
    listed = translate.opt_ins(
        [{"recipient_id": "7001", "token_expiry_timestamp": SECONDS + 99}], ASKED
    ).signals
    began = told(talk(optin=OPT_IN)).began
    assert [each._replace(started_at=None) for each in began] == list(listed)
    assert began[0].started_at == AT


def test_an_opt_in_ends_in_two_ways() -> None:
    ended = [Ended(KEY, SignalKind.OPTED_IN, "", AT)]
    assert told(talk(optin={**OPT_IN, "notification_messages_status": "STOP_NOTIFICATIONS"})).ended == ended
    assert told(talk(optout={"type": "messaging"})).ended == ended


@pytest.mark.parametrize(
    "event",
    [{"optin": {"ref": "door"}}, {"message": {"mid": "m", "text": "Hello"}}, {"reaction": {"mid": "m"}}],
)
def test_talk_that_no_listing_names_alike_is_left(event: dict[str, Any]) -> None:
    found = talk(**event)
    assert (found.left, found.told.get(PAGE, Told()), found.unknown) == (1, Told(), ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"field": "foo", "value": {}}, "the unknown field foo", id="field"),
        pytest.param(feed("bar"), "feed with the unknown item bar", id="item"),
        pytest.param(feed("reaction", "sing", post_id=POST, **{"from": ADA}), "unknown verb sing", id="verb"),
        pytest.param({"field": "feed"}, "without an object", id="no-value"),
        pytest.param("text", "without an object", id="no-change"),
        pytest.param(feed("comment", comment_id="Ada 1", **{"from": ADA}), "comment_id", id="comment-id"),
        pytest.param(feed("like", user_id="Ada"), "an id is no number", id="person"),
        pytest.param({"field": "Ada Lévy!", "value": {}}, r"field \?", id="somebody's-text"),
    ],
)
def test_what_is_unknown_is_told_without_its_values(change: Any, reason: str) -> None:
    found = push(change, feed("like", user_id=7001))
    assert len(found.unknown) == 1
    assert re.search(reason, found.unknown[0].reason)
    assert "Ada" not in found.unknown[0].reason + found.unknown[0].shape
    assert len(found.told[PAGE].began) == 1, "the rest of the batch goes on"


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        (b"", 1),
        (b"[]", 1),
        (b"{" * 100_000, 1),
        (b"\xff", 1),
        (b'{"object":"page","entry":7}', 1),
        (b'{"object":"page","entry":[7]}', 1),
        (b'{"object":"page","entry":[{"id":"Ada"}]}', 1),
        (b'{"object":"page","entry":[{"id":"4001","time":"soon"}]}', 1),
        (b'{"object":"page","entry":[{"id":"4001","changed_fields":["feed"]}]}', 1),
        (b'{"object":"page","entry":[{"id":"4001","messaging":[7,{"sender":{}}]}]}', 2),
        (b'{"object":"permissions","entry":[{"id":"0","uid":"0"}]}', 0),
    ],
)
def test_no_body_raises(body: bytes, unknown: int) -> None:
    found = heard(body, RECEIVED)
    assert (len(found.unknown), dict(found.told)) == (unknown, {})


def test_without_any_time_it_happened_when_it_came() -> None:
    body = {"object": "page", "entry": [{"id": PAGE, "changes": [feed("like", user_id=7001)]}]}
    found = heard(json.dumps(body).encode(), RECEIVED)
    assert found.told[PAGE].began[0].started_at == RECEIVED


def test_a_batch_of_a_thousand_names_each_page_by_itself() -> None:
    entries = [
        {"id": str(4001 + each % 2), "time": SECONDS, "changes": [feed("like", user_id=each)]}
        for each in range(1000)
    ]
    found = heard(json.dumps({"object": "page", "entry": entries}).encode(), RECEIVED)
    assert {page: len(each.began) for page, each in found.told.items()} == {"4001": 500, "4002": 500}


def test_unseen_authors_are_counted() -> None:
    changes = [
        feed("comment", comment_id=COMMENT, post_id=POST),
        feed("reaction", post_id=POST),
        feed("like"),
    ]
    assert (
        push(
            *changes, feed("share", post_id=POST), {"field": "ratings", "value": {"item": "rating"}}
        ).unattributed
        == 5
    )


def test_moderation_and_posts_are_left() -> None:
    found = push(
        feed("comment", "hide", comment_id=COMMENT, **{"from": ADA}),
        feed("status", post_id=POST),
        {"field": "ratings", "value": {"item": "comment", "verb": "add"}},
    )
    assert (found.left, found.unknown) == (3, ())
