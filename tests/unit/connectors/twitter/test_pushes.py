"""X's activity events become the same acts as its listings, in both vocabularies."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.twitter.asked import Asked
from connectors.twitter.pushes import heard
from connectors.twitter.translate import posts_to_us, users_who
from domain.batch import PageRequest
from domain.contact import ContactKey
from domain.push import Ended, Heard, Told
from domain.signal import Signal, SignalKind

OURS = "5000"
RECEIVED = datetime(2026, 11, 1, 12, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 1, 11, 59, tzinfo=UTC)
ADA = {
    "id": "7001",
    "username": "ada",
    "name": "Ada Lévy",
    "public_metrics": {"followers_count": 5, "followers_count_str": "5"},
}
TEAM = {"id": OURS, "username": "team_example", "name": "The Team"}
KEY = ContactKey("twitter", "7001")


def push(kind: str, payload: Any, includes: Any = None, **watched: str) -> Heard:
    event = {
        "event_uuid": "-7953119945885597316",
        "filter": {"user_id": OURS, **watched},
        "event_type": kind,
        "tag": "ours",
        "payload": payload,
        "includes": includes or {},
    }
    return heard(json.dumps({"data": event}).encode(), RECEIVED)


def told(of: Heard) -> Told:
    """Return what was told of our account, but for what X bills."""
    assert of.unknown == ()
    return replace(of.told.get(OURS, Told()), billed=[])


def asked(post: str = "") -> Asked:
    return Asked(OURS, PageRequest("any", post), (), RECEIVED)


def post(**more: Any) -> dict[str, Any]:
    shown = {"id": "8001", "author_id": "7001", "created_at": "2026-11-01T11:59:00.000Z", "text": "hey @team"}
    return {**shown, "public_metrics": {"like_count": 0, "like_count_str": "0"}, **more}


ANSWER = {"in_reply_to_user_id": OURS, "referenced_tweets": [{"type": "replied_to", "id": "9001"}]}
QUOTE = {"referenced_tweets": [{"type": "quoted", "id": "9001"}]}
NEW_QUOTE = {"referenced_posts": [{"type": "quoted", "id": "9001"}]}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_follow_is_the_follower_of_the_listing(*, wrapped: bool) -> None:
    source, target = ({"data": each} if wrapped else each for each in (ADA, TEAM))
    payload = {"source": source, "target": target}
    (listed,) = users_who(SignalKind.FOLLOWS)([ADA], asked()).signals.values
    assert told(push("follow.follow", payload)).began == [listed._replace(started_at=RECEIVED)]
    ended = told(push("follow.unfollow", payload)).ended
    assert ended == [Ended(KEY, SignalKind.FOLLOWS, "", RECEIVED)]


def test_a_follow_that_bears_a_moment_began_then() -> None:
    payload = {"source": ADA, "target": TEAM, "timestamp_ms": str(int(WRITTEN.timestamp() * 1000))}
    assert told(push("follow.follow", payload)).began[0].started_at == WRITTEN
    assert told(push("follow.unfollow", payload)).ended[0].at == WRITTEN


def test_whom_we_follow_is_nobodys_act() -> None:
    found = push("follow.follow", {"source": TEAM, "target": ADA})
    assert (told(found), found.left) == (Told(), 1)


@pytest.mark.parametrize(
    ("kind", "payload", "listing", "act"),
    [
        pytest.param("post.mention.create", post(), "", SignalKind.MENTIONED, id="mention"),
        pytest.param(
            "post.mention.create", post(**ANSWER), "", SignalKind.REPLIED, id="mention-in-an-answer"
        ),
        pytest.param("post.mention.create", post(**QUOTE), "", SignalKind.QUOTED, id="mention-in-a-quote"),
        pytest.param("post.reply.create", post(**ANSWER), "", SignalKind.REPLIED, id="answer"),
        pytest.param("post.quote.create", post(**QUOTE), "9001", SignalKind.QUOTED, id="quote"),
        pytest.param(
            "post.quote.create", post(**NEW_QUOTE), "9001", SignalKind.QUOTED, id="quote-in-new-words"
        ),
    ],
)
def test_a_post_is_the_post_of_the_listing(kind: str, payload: Any, listing: str, act: SignalKind) -> None:
    began = told(push(kind, payload)).began
    assert began == list(posts_to_us([payload], asked(listing)).signals.values)
    assert [(each.kind, each.item, each.started_at) for each in began] == [(act, "8001", WRITTEN)]


def test_the_three_events_of_one_post_are_one_act() -> None:
    both = post(in_reply_to_user_id=OURS, **QUOTE)
    kinds = ("post.mention.create", "post.reply.create", "post.quote.create")
    assert len({each for kind in kinds for each in told(push(kind, both)).began}) == 1


def test_an_answer_that_names_nobody_is_one_to_us() -> None:
    assert told(push("post.reply.create", post())).began[0].kind is SignalKind.REPLIED


@pytest.mark.parametrize("words", ["referenced_tweets retweeted", "referenced_posts reposted"])
def test_a_repost_is_the_reposter_of_the_listing(words: str) -> None:
    field, kind = words.split()
    payload = post(**{field: [{"type": kind, "id": "9001"}]})
    (listed,) = users_who(SignalKind.SHARED)([ADA], asked("9001")).signals.values
    began = told(push("post.repost.create", payload, {"users": [{"data": ADA}, TEAM]})).began
    assert began == [listed._replace(started_at=WRITTEN)]
    assert told(push("post.repost.create", payload)).began[0][:3] == (KEY, SignalKind.SHARED, "9001")


LIKE = {
    "id": "87719f50ee17bdfa",
    "created_at": "2026-10-01T00:00:00.000Z",
    "timestamp_ms": str(int(WRITTEN.timestamp() * 1000)),
    "liked_tweet_id": "9001",
    "liked_tweet_author_id": OURS,
}


def test_a_like_is_the_liker_of_the_listing_and_its_moment_not_the_posts() -> None:
    (listed,) = users_who(SignalKind.LIKED)([ADA], asked("9001")).signals.values
    began = told(push("like.create", LIKE, {"users": [TEAM, ADA]}, direction="inbound")).began
    assert began == [listed._replace(started_at=WRITTEN)]


@pytest.mark.parametrize(
    "includes",
    [
        pytest.param({}, id="nobody-is-shown"),
        pytest.param({"users": [TEAM]}, id="only-we"),
        pytest.param({"users": [ADA, {"id": "7002"}]}, id="two-strangers"),
        pytest.param(
            {
                "users": [TEAM, ADA],
                "tweets": [{"author_id": OURS, "entities": {"mentions": [{"id": "7001"}]}}],
            },
            id="somebody-whom-the-post-names",
        ),
    ],
)
def test_a_like_whose_liker_is_not_certain_is_counted(includes: Any) -> None:
    found = push("like.create", LIKE, includes)
    assert (told(found), found.unattributed) == (Told(), 1)


@pytest.mark.parametrize(
    ("kind", "payload", "watched"),
    [
        pytest.param("like.create", {**LIKE, "liked_tweet_author_id": "7001"}, {}, id="our-like"),
        pytest.param("like.create", LIKE, {"direction": "outbound"}, id="outbound"),
        pytest.param("post.mention.create", post(author_id=OURS), {}, id="our-post"),
        pytest.param("post.repost.create", post(author_id=OURS), {}, id="our-repost"),
        pytest.param("post.create", post(author_id=OURS), {}, id="our-new-post"),
        pytest.param("dm.received", {"direct_message_events": []}, {}, id="a-message"),
        pytest.param("profile.update.bio", {"before": "", "after": ""}, {}, id="a-profile"),
    ],
)
def test_what_we_do_and_what_is_no_act_is_left(kind: str, payload: Any, watched: dict[str, str]) -> None:
    found = push(kind, payload, {"users": [ADA]}, **watched)
    assert (told(found), found.left) == (Told(), 1)


def test_a_hidden_author_is_counted() -> None:
    payload = post()
    del payload["author_id"]
    for kind in ("post.mention.create", "post.repost.create"):
        assert push(kind, payload).unattributed == 1


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        pytest.param("post.unheard.of", {}, id="type"),
        pytest.param("follow.follow", None, id="no-payload"),
        pytest.param("follow.follow", {"source": ADA}, id="no-target"),
        pytest.param("follow.follow", {"source": {"id": "Ada"}, "target": TEAM}, id="no-id"),
        pytest.param("follow.follow", {"source": ADA, "target": TEAM, "timestamp_ms": "Ada"}, id="no-time"),
        pytest.param("post.mention.create", post(id="Ada"), id="no-post"),
        pytest.param("post.mention.create", post(created_at="Ada"), id="no-moment"),
        pytest.param("post.repost.create", post(), id="a-repost-of-nothing"),
        pytest.param("like.create", {"liked_tweet_id": "Ada"}, id="a-like-of-nothing"),
    ],
)
def test_what_is_unknown_is_told_without_its_values(kind: str, payload: Any) -> None:
    (unknown,) = push(kind, payload).unknown
    assert "Ada" not in unknown.reason + unknown.shape
    assert "event_type" in unknown.shape


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data":7}', b'{"data":{}}', b'{"data":{"event_type":"follow.follow"}}']
)
def test_no_body_raises(body: bytes) -> None:
    found = heard(body, RECEIVED)
    assert (len(found.unknown), dict(found.told)) == (1, {})


def test_several_events_in_one_push_are_all_read() -> None:
    event = {
        "filter": {"user_id": OURS},
        "event_type": "follow.follow",
        "payload": {"source": ADA, "target": TEAM},
    }
    found = heard(json.dumps({"data": [event, event]}).encode(), RECEIVED)
    assert len(told(found).began) == 2
    assert all(isinstance(each, Signal) for each in told(found).began)


@pytest.mark.parametrize(
    ("kind", "meters"),
    [
        pytest.param("follow.follow", ["follow_events"], id="a-follow"),
        pytest.param("post.create", [], id="what-is-no-act"),
        pytest.param("follow.sideways", [], id="what-nobody-knows"),
    ],
)
def test_what_x_bills_is_told_by_its_meter(kind: str, meters: list[str]) -> None:
    payload = {"source": {"data": {"id": "7001"}}, "target": {"data": {"id": OURS}}}
    found = [push(kind, payload | {"timestamp_ms": str(at)}) for at in (1_790_000_000_000, 1_790_000_001_000)]
    billed = [each.told[OURS].billed if OURS in each.told else [] for each in found]
    assert [each.meter for each in billed[0]] == meters
    assert billed[0] == billed[1], "the same event, sent again"
