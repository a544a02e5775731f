"""Real answers of Facebook translate whole: nothing of them is set aside."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.facebook.answers import batch_of, items_of
from connectors.facebook.errors import refusal_of
from connectors.facebook.graph import Answer
from connectors.facebook.listings import LISTINGS
from connectors.facebook.place import Place
from connectors.facebook.translate import Asked, Listed
from connectors.facebook.usage import limit_of
from domain.batch import Batch, PageRequest
from domain.errors import OperatorNeededError, PlatformError

CHECKOUT = Path(__file__).parents[4]
RECORDINGS = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared")) / "recordings" / "facebook"
NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
ASKED = Asked("571205320124120", "571205320124120", "9_900")

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recorded answers lie beside the checkout"),
]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


def batch(stream: str, body: Any) -> Batch:
    place = Place(ASKED.page_id, PageRequest(stream, "9_900"), (), NOW)
    answer = Answer(body, 200, {})
    assert refusal_of(answer, place) is None
    items = items_of(answer, place)
    listing = LISTINGS[stream]
    return batch_of(answer, items, listing.translate(items, ASKED), place, listing)


def listed(stream: str, items: Sequence[Any]) -> Listed:
    return LISTINGS[stream].translate(list(items), ASKED)


@pytest.mark.parametrize(
    ("name", "leads_on"),
    [
        pytest.param("python-facebook/facebook__apidata__posts__feed_fields_p1", True, id="by-time"),
        pytest.param(
            "python-facebook/facebook__apidata__posts__feed_fields_p2", False, id="the-last-by-time"
        ),
        pytest.param("python-facebook/base__full_connecions_p1", True, id="by-cursor"),
        pytest.param("python-facebook/base__full_connecions_p2", False, id="the-last-by-cursor"),
        pytest.param("python-facebook/facebook__apidata__posts__feeds_default_fields_p1", True, id="plain"),
    ],
)
def test_posts(name: str, *, leads_on: bool) -> None:
    found = batch("posts", recorded(name))
    assert found.posts
    assert found.quarantined == ()
    assert found.newest is not None
    assert (found.next_cursor is not None) is leads_on
    assert "TOKEN" not in (found.next_cursor or "")


def test_comments_that_show_no_author_are_counted() -> None:
    first = batch("comments", recorded("python-facebook/facebook__apidata__comments__comments_p1"))
    last = batch("comments", recorded("python-facebook/facebook__apidata__comments__comments_p2"))
    assert (first.unattributed, first.quarantined, first.next_cursor) == (10, (), "after=after")
    assert (last.quarantined, last.next_cursor) == ((), None)


@pytest.mark.parametrize("name", ["restfb/v5_0__post-with-comment", "restfb/post-with-normal-comments"])
def test_comments_with_an_author(name: str) -> None:
    found = batch("comments", recorded(name)["comments"])
    assert len(found.signals) == 1
    assert found.quarantined == ()


def test_reactions() -> None:
    found = batch("reactions", recorded("restfb/v2_6__post-with-reactions")["reactions"])
    assert [each.item for each in found.signals] == ["9_900"]
    assert (found.next_cursor, found.quarantined) == (None, ())


@pytest.mark.parametrize("version", ["v2_0", "v2_1"])
def test_friends_lead_on_by_offset(version: str) -> None:
    found = batch("friends", recorded(f"restfb/{version}__connection-user-friends"))
    assert len(found.signals) == 6
    assert found.next_cursor == "__after_id=gdehje&offset=5000"


def test_a_conversation_names_the_other_one() -> None:
    found = listed("conversations", [recorded("restfb/conversation")])
    assert [each.contact.platform_id for each in found.signals] == ["571205320124120:765453670145345"]
    shown = list(recorded("python-facebook/facebook__apidata__conversations__cvses_info").values())
    assert listed("conversations", shown).rest.unattributed == len(shown)


def test_ratings_and_tags_without_a_shown_author_are_counted() -> None:
    ratings = [recorded(f"restfb/v3_1__opengraphrating-{each}recommendation") for each in ("", "real-")]
    assert listed("ratings", ratings).rest.unattributed == 2
    assert listed("tagged", [recorded("restfb/v10_0__tagged-post")]).rest.unattributed == 1


@pytest.mark.parametrize("name", ["restfb/exampleError", "restfb/exampleErrorNew"])
def test_a_recorded_error_says_that_the_password_was_changed(name: str) -> None:
    refusal = refusal_of(Answer(recorded(name), 200, {}), Place("4001", PageRequest("tagged"), (), NOW))
    assert isinstance(refusal, OperatorNeededError)
    assert refusal.code == "password_changed"


def test_every_documented_error_has_a_row_of_its_own() -> None:
    place = Place("4001", PageRequest("comments", "4001_900", cursor="after=A"), (), NOW)
    for name, each in recorded("derived/errors")["errors"].items():
        refusal = refusal_of(Answer(each["body"], each["http_status"], {}), place)
        assert isinstance(refusal, PlatformError), name
        assert refusal.code not in {"unknown_error", "unreadable", "server"}, name


def test_the_documented_usage_headers_are_read() -> None:
    shown = recorded("derived/usage_headers")
    app_use = {"x-app-usage": json.dumps(shown["X-App-Usage"])}
    use = {"x-business-use-case-usage": json.dumps(shown["X-Business-Use-Case-Usage"])}
    app, page = limit_of(app_use, "page", "4001", NOW), limit_of(use, "page", "10153848260347724", NOW)
    assert app is not None
    assert page is not None
    assert (app.remaining, page.remaining) == (72, 3)
