"""Facebook's items become signals and posts; the samples are written by hand in Facebook's shapes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.facebook.listings import LISTINGS
from connectors.facebook.translate import Asked, Listed, moment_of
from connectors.quarantine import MalformedError
from domain.batch import Post
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind

SAMPLES = Path(__file__).parents[3] / "samples" / "facebook"
PAGE = Asked("4001", "4001")
POST = Asked("4001", "4001", "4001_900")


def at(day: int, hour: int, second: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, 0, second, tzinfo=UTC)


def key(platform_id: str) -> ContactKey:
    return ContactKey("facebook", platform_id)


def read(stream: str, items: list[Any], asked: Asked = PAGE) -> Listed:
    return LISTINGS[stream].translate(items, asked)


def sample(stream: str, asked: Asked = PAGE) -> Listed:
    body = json.loads((SAMPLES / f"{stream}.json").read_text(encoding="utf-8"))
    return read(stream, body["data"], asked)


def test_a_comment_carries_its_author_its_time_and_its_words() -> None:
    ada, bo, ours, di = sample("comments", POST).signals
    assert ada == Signal(
        key("4001:5001"),
        SignalKind.COMMENTED,
        "900_6001",
        at(3, 10, 3),
        profile=Profile(None, "Ada Exemple"),
        text="Très bien ! 🎉",
        under=POST.post,
    )
    assert (bo.kind, bo.started_at) == (SignalKind.REPLIED, at(3, 10, 2))
    assert bo.profile == Profile(None, "بو مثال")
    assert bo.text == '=HYPERLINK("https://bo.example")'
    assert ours.contact == key("4001:4001")
    assert (di.profile, di.text) == (Profile(None, "Di\ufffd \ufffd"), "<b>\ufffd</b>")


def test_comments_without_author_are_counted_and_broken_ones_set_aside() -> None:
    listed = sample("comments", POST)
    assert listed.rest.unattributed == 1
    assert [each.reason for each in listed.rest.quarantined] == [
        "the id of a person is no text of digits",
        "created_time is no moment with a time zone",
        "there is no object where one must be",
    ]


def test_a_conversation_yields_everybody_but_the_page_and_no_word() -> None:
    listed = sample("conversations")
    assert [(str(each.contact), each.item, each.text) for each in listed.signals] == [
        ("facebook:4001:5001", "t_801", None),
        ("facebook:4001:5002", "t_802", None),
        ("facebook:4001:5003", "t_802", None),
    ]
    assert listed.signals[0].started_at == at(5, 10)
    assert "@" not in str(listed.signals)
    assert (listed.rest.unattributed, len(listed.rest.quarantined)) == (1, 1)


def test_an_opt_in_lives_as_long_as_its_longest_live_token() -> None:
    listed = sample("opt_ins")
    ada, cy = listed.signals
    assert ada == Signal(
        key("4001:5001"),
        SignalKind.OPTED_IN,
        "",
        datetime.fromtimestamp(1_770_000_000, UTC),
        datetime.fromtimestamp(1_790_000_000, UTC),
    )
    assert (cy.contact, cy.started_at, cy.ended_at) == (key("4001:5003"), ada.started_at, None)
    assert (listed.rest.unattributed, len(listed.rest.quarantined)) == (1, 1)


def test_a_rating_is_named_by_its_story_where_it_has_one() -> None:
    listed = sample("ratings")
    assert [(each.item, each.text, each.started_at) for each in listed.signals] == [
        ("7101", "Lovely people", at(5, 10)),
        ("", None, at(4, 10)),
    ]
    assert listed.rest.unattributed == 1


@pytest.mark.parametrize(
    ("stream", "asked", "item", "signal"),
    [
        pytest.param(
            "reactions",
            POST,
            {"id": "5001", "name": "Ada", "type": "CARE"},
            Signal(key("4001:5001"), SignalKind.REACTED, "4001_900", profile=Profile(None, "Ada")),
            id="a-reaction-is-one-of-the-post-and-undated",
        ),
        pytest.param(
            "friends",
            Asked("4001", "app-31"),
            {"id": "5001", "name": "Ada"},
            Signal(key("app-31:5001"), SignalKind.FRIEND, profile=Profile(None, "Ada")),
            id="a-friend-has-an-id-of-the-app",
        ),
        pytest.param(
            "blocked",
            PAGE,
            {"id": "5001"},
            Signal(key("4001:5001"), SignalKind.BLOCKED, profile=Profile(None, None)),
            id="a-nameless-blocked-one",
        ),
        pytest.param(
            "tagged",
            PAGE,
            {
                "id": "5001_3",
                "from": {"id": "5001"},
                "tagged_time": "2026-02-03T10:00:00+0000",
                "message": "Hi",
            },
            Signal(
                key("4001:5001"), SignalKind.MENTIONED, "5001_3", at(3, 10), None, Profile(None, None), "Hi"
            ),
            id="a-post-that-names-us-at-the-time-it-did",
        ),
    ],
)
def test_what_an_item_says(stream: str, asked: Asked, item: dict[str, Any], signal: Signal) -> None:
    assert tuple(read(stream, [item], asked).signals) == (signal,)


@pytest.mark.parametrize(
    ("stream", "item"),
    [
        pytest.param("comments", {"id": "1", "from": None}, id="comment"),
        pytest.param("tagged", {"id": "1", "tagged_time": "2026-02-03T10:00:00+0000"}, id="tagging"),
        pytest.param("reactions", {"type": "LIKE"}, id="reaction"),
        pytest.param("ratings", {"reviewer": {"name": "Somebody"}}, id="rating"),
        pytest.param(
            "conversations", {"id": "t_1", "participants": {"data": [{"id": "4001"}]}}, id="ourselves-alone"
        ),
    ],
)
def test_an_act_without_a_shown_author_is_counted(stream: str, item: dict[str, Any]) -> None:
    listed = read(stream, [item], POST)
    assert (tuple(listed.signals), listed.rest.unattributed, listed.rest.quarantined) == ((), 1, ())


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("STOP_NOTIFICATIONS", id="stopped"),
        pytest.param("opted_out", id="opted-out-in-small-letters"),
        pytest.param("EXPIRED", id="run-out"),
    ],
)
def test_a_token_that_is_not_live_says_nothing(status: str) -> None:
    listed = read("opt_ins", [{"recipient_id": "5001", "user_token_status": status}])
    assert (listed.signals, listed.rest.unattributed, listed.rest.quarantined) == ((), 0, ())


def test_a_reaction_of_type_none_is_none() -> None:
    listed = read("reactions", [{"id": "5001", "type": "NONE"}], POST)
    assert (list(listed.signals), listed.rest.unattributed) == ([], 0)


def test_own_posts_are_posts_and_no_signals() -> None:
    listed = read(
        "posts", [{"id": "4001_900", "created_time": "2026-02-03T10:00:00+0000"}, {"id": "4001_901"}]
    )
    assert tuple(listed.posts) == (Post("4001_900", at(3, 10)), Post("4001_901", None))
    assert tuple(listed.signals) == ()


@pytest.mark.parametrize(
    "post", [pytest.param("..", id="a-way-up"), pytest.param("4001/feed", id="two-steps")]
)
def test_a_post_whose_id_would_lead_elsewhere_is_set_aside(post: str) -> None:
    listed = read("posts", [{"id": post}])
    assert (tuple(listed.posts), len(listed.rest.quarantined)) == ((), 1)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-02-03T10:00:00", id="without-a-zone"),
        pytest.param("0001-01-01T00:00:00+0900", id="before-all-time"),
        pytest.param(10**30, id="after-all-time"),
        pytest.param(True, id="a-truth"),
        pytest.param(["2026"], id="a-list"),
    ],
)
def test_a_moment_that_is_none_is_malformed(value: object) -> None:
    with pytest.raises(MalformedError, match="created_time is no moment"):
        moment_of({"created_time": value}, "created_time")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("5001"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "from", "data", "message", "reviewer", "participants"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(sorted(LISTINGS)), st.lists(ANY_JSON, max_size=5))
def test_whatever_comes_is_a_signal_a_count_or_set_aside(stream: str, items: list[Any]) -> None:
    rest = read(stream, items, POST).rest
    assert len(rest.values) + len(rest.quarantined) + rest.unattributed == len(items)


@given(st.text(st.characters(categories=["Nd"]), min_size=1, max_size=12))
def test_ids_of_different_scopes_are_never_the_same_contact(platform_id: str) -> None:
    person = [{"id": platform_id}]
    in_page = read("blocked", person, PAGE).signals
    in_app = read("friends", person, Asked("4001", "app-4001")).signals
    assert not {each.contact for each in in_page} & {each.contact for each in in_app}
