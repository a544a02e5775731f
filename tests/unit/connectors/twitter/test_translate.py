"""X's items become signals and posts; the samples are written by hand in X's shapes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.text import MAX_HANDLE
from connectors.twitter.asked import Asked
from connectors.twitter.translate import own_posts, place_of, posts_to_us, users_who
from domain.batch import PageRequest
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind

SAMPLES = Path(__file__).parents[3] / "samples" / "twitter"
OWN_ID = "4001"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def sample(name: str) -> list[Any]:
    items: list[Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["data"]
    return items


def asked(stream: str, post: str = "") -> Asked:
    return Asked(OWN_ID, PageRequest(stream, post), (), NOW)


def test_followers_carry_key_handle_and_name_as_they_are_shown() -> None:
    listed = users_who(SignalKind.FOLLOWS)(sample("followers"), asked("followers"))
    ada, bo, cy, di, ed = listed.signals.values
    assert ada == Signal(
        ContactKey("twitter", "5001"), SignalKind.FOLLOWS, profile=Profile("ada_example", "Ada Exemple")
    )
    names = [each.profile.display_name if each.profile else None for each in (bo, cy, di, ed)]
    assert names == ["بو مثال", '=HYPERLINK("https://cy.example")', "Di� � <b>&amp;</b> 🎉", ""]
    assert listed.places == ()


@pytest.mark.parametrize(
    ("shown", "hidden"), [({"protected": True}, True), ({"protected": False}, False), ({}, False)]
)
def test_who_shows_posts_to_few_is_hidden(shown: dict[str, bool], *, hidden: bool) -> None:
    user = {"id": "5001", "name": "Ada Exemple", "username": "ada_example", **shown}
    (act,) = users_who(SignalKind.FOLLOWS)([user], asked("followers")).signals.values
    assert (act.hidden, act.profile) == (hidden, Profile("ada_example", "Ada Exemple"))


def test_a_like_and_a_repost_name_the_own_post() -> None:
    user = {"id": "5001", "name": "Ada Exemple", "username": "ada_example"}
    for kind in (SignalKind.LIKED, SignalKind.SHARED):
        (act,) = users_who(kind)([user], asked("likers", "900")).signals.values
        assert (act.kind, act.item, act.started_at) == (kind, "900", None)


def test_mentions_answers_and_quotes_are_told_apart_in_both_vocabularies() -> None:
    listed = posts_to_us(sample("mentions"), asked("mentions"))
    acts = {each.item: (each.contact.platform_id, each.kind) for each in listed.signals.values}
    assert acts == {
        "9008": ("5001", SignalKind.MENTIONED),
        "9007": ("5002", SignalKind.REPLIED),
        "9006": ("5003", SignalKind.MENTIONED),  # an answer to somebody else
        "9005": ("5004", SignalKind.QUOTED),
        "9004": ("5005", SignalKind.QUOTED),  # answers and quotes at once
    }
    assert listed.signals.unattributed == 1
    assert max(listed.places) == "00000000000000009008"
    first = listed.signals.values[0]
    assert (first.text, first.profile) == ("@our_club is great", None)
    assert first.started_at == datetime(2026, 3, 1, 10, 8, tzinfo=UTC)


REFERENCES = st.lists(st.sampled_from(["quoted", "replied_to", "retweeted"]), max_size=3)


@given(REFERENCES, st.sampled_from([None, OWN_ID, "5009"]), st.sampled_from(["tweets", "posts"]))
def test_a_quote_is_one_signal_whichever_listing_showed_it(
    others: list[str], answered: str | None, word: str
) -> None:
    references = [{"type": each, "id": "900"} for each in ("quoted", *others)]
    post = {"id": "9005", "author_id": "5004", f"referenced_{word}": references[::-1]}
    if answered:
        post["in_reply_to_user_id"] = answered
    from_mentions = posts_to_us([post], asked("mentions")).signals.values
    from_quotes = posts_to_us([post], asked("quotes", "900")).signals.values
    assert from_mentions == from_quotes
    assert from_quotes[0].kind is SignalKind.QUOTED


def test_a_quote_listed_without_its_references_is_a_quote() -> None:
    (act,) = posts_to_us([{"id": "9005", "author_id": "5004"}], asked("quotes", "900")).signals.values
    assert (act.kind, act.item) == (SignalKind.QUOTED, "9005")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        pytest.param({"name": "Ada"}, "id is missing", id="no-id"),
        pytest.param({"id": 5001}, "id is no text of digits", id="an-id-that-is-a-number"),
        pytest.param({"id": "ada"}, "id is no text of digits", id="an-id-of-letters"),
        pytest.param(
            {"id": "\u0665\u0660\u0660\u0661"}, "id is no text of digits", id="digits-of-another-script"
        ),
        pytest.param({"id": "1" * 21}, "id is no text of digits", id="an-id-too-long"),
        pytest.param({"id": "5001", "name": ["Ada"]}, "name is no text", id="a-name-that-is-a-list"),
        pytest.param({"id": "5001", "username": 7}, "username is no text", id="a-handle-that-is-a-number"),
        pytest.param(
            {"id": "5001", "username": "a" * (MAX_HANDLE + 1)},
            "username is longer than 50 characters",
            id="a-handle-that-no-index-holds",
        ),
        pytest.param("Ada", "the item is no object", id="an-item-that-is-a-text"),
        pytest.param(None, "the item is no object", id="an-item-that-is-null"),
    ],
)
def test_a_malformed_user_is_set_aside_with_the_field_that_is_wrong(item: Any, reason: str) -> None:
    good = {"id": "5002", "name": None}
    read = users_who(SignalKind.FOLLOWS)([item, good], asked("followers")).signals
    assert [each.reason for each in read.quarantined] == [reason]
    assert [each.profile for each in read.values] == [Profile(None, None)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"author_id": "x"}, "author_id is no text of digits", id="an-author-of-letters"),
        pytest.param({"created_at": "yesterday"}, "created_at is no moment with a time zone", id="no-moment"),
        pytest.param(
            {"created_at": "2026-03-01T10:00:00"},
            "created_at is no moment with a time zone",
            id="a-moment-of-nowhere",
        ),
        pytest.param({"text": {"a": 1}}, "text is no text", id="a-text-that-is-an-object"),
        pytest.param(
            {"referenced_tweets": {"type": "quoted"}},
            "referenced_tweets is no list of objects",
            id="references-that-are-no-list",
        ),
        pytest.param(
            {"referenced_posts": [None]}, "referenced_posts is no list of objects", id="a-reference-of-null"
        ),
    ],
)
def test_a_malformed_post_is_set_aside_with_the_field_that_is_wrong(
    changed: dict[str, Any], reason: str
) -> None:
    post = {"id": "9001", "author_id": "5001"}
    listed = posts_to_us([{**post, **changed}, post], asked("mentions"))
    assert [each.reason for each in listed.signals.quarantined] == [reason]
    assert len(listed.signals.values) == 1


def test_own_posts_come_with_their_time_where_it_is_shown() -> None:
    items = [{"id": "901", "created_at": "2026-03-01T10:00:00.000Z"}, {"id": "900"}, {"id": ""}]
    listed = own_posts(items, asked("posts"))
    assert [each.post for each in listed.posts.values] == ["901", "900"]
    assert [each.created_at for each in listed.posts.values] == [datetime(2026, 3, 1, 10, tzinfo=UTC), None]
    assert len(listed.posts.quarantined) == 1


@given(st.integers(0, 10**19), st.integers(0, 10**19))
def test_places_sort_as_the_numbers_do(one: int, other: int) -> None:
    assert (place_of(str(one)) < place_of(str(other))) is (one < other)


@pytest.mark.parametrize(
    ("shown", "listing", "under"),
    [
        pytest.param({}, "", None, id="a mention stands alone"),
        pytest.param({}, "9001", "9001", id="a quote is under the post of its listing"),
        pytest.param({"referenced_tweets": [{"type": "replied_to", "id": "900"}]}, "", "900", id="an answer"),
        pytest.param({"referenced_posts": [{"type": "quoted", "id": "901"}]}, "", "901", id="in new words"),
        pytest.param({"referenced_tweets": [{"type": "retweeted", "id": "900"}]}, "", None, id="a repost"),
        pytest.param({"referenced_tweets": [{"type": "replied_to"}]}, "", None, id="an id that is missing"),
    ],
)
def test_a_text_says_what_it_was_written_under(
    shown: dict[str, Any], listing: str, under: str | None
) -> None:
    post = {"id": "8001", "author_id": "5001", "text": "Hello", **shown}
    (act,) = posts_to_us([post], asked("mentions", listing)).signals.values
    assert act.under == under
