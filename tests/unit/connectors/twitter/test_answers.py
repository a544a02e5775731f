"""The envelope of an answer: what it holds, where it leads, what it cost."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.twitter.answers import batch_of, items_of
from connectors.twitter.asked import Asked
from connectors.twitter.limits import limit_of
from connectors.twitter.translate import posts_to_us
from domain.batch import Batch, PageRequest
from domain.errors import BadAnswerError, ItemGoneError
from domain.limit import Limit

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
RESET = int(NOW.timestamp()) + 700
PROBLEM = {"type": "https://api.x.com/2/problems/resource-not-found", "detail": "no user with id 5009"}


def read(body: dict[str, Any], *, stream: str = "mentions", post: str = "", mark: str | None = None) -> Batch:
    asked = Asked("4001", PageRequest(stream, post, mark=mark), (), NOW)
    items = items_of(body, asked)
    return batch_of(body, items, posts_to_us(items, asked), asked)


def test_every_object_beside_the_items_is_billed() -> None:
    includes = {"users": [{"id": "1"}, {"id": "2"}], "posts": [{"id": "3"}]}
    body = {"data": [{"id": "9001"}, None], "includes": includes, "meta": {}}
    assert read(body).billed_items == 5


def test_partial_errors_are_noted_by_kind_without_their_words() -> None:
    errors = [PROBLEM, PROBLEM, {"type": "about Ada <b>"}, "Ada"]
    batch = read({"data": [{"id": "9001", "author_id": "5001"}], "errors": errors, "meta": {}})
    assert batch.notes == ("2 x resource-not-found", "2 x unknown")
    assert len(batch.signals) == 1


def test_an_empty_page_of_problems_that_leads_on_is_a_page() -> None:
    batch = read({"errors": [PROBLEM], "meta": {"result_count": 0, "next_token": "t2"}})
    assert (batch.next_cursor, batch.billed_items, batch.signals) == ("t2", 0, ())


def test_an_answer_of_problems_alone_is_none() -> None:
    with pytest.raises(ItemGoneError):
        read({"errors": [PROBLEM], "meta": {"result_count": 0}}, stream="quotes", post="900")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"data": [{"id": "9001"}]}, id="items-without-a-word-on-whether-more-follows"),
        pytest.param({"data": {"id": "9001"}, "meta": {}}, id="one-object-for-a-list"),
        pytest.param({"data": "Ada", "meta": {}}, id="a-text-for-a-list"),
        pytest.param({"data": [], "meta": []}, id="a-list-for-meta"),
        pytest.param({"data": [], "meta": {"next_token": 7}}, id="a-cursor-that-is-a-number"),
        pytest.param({"data": [], "meta": {"next_token": ""}}, id="an-empty-cursor"),
        pytest.param({"data": [], "meta": {"next_token": "a\x00b"}}, id="a-cursor-no-database-holds"),
    ],
)
def test_what_is_no_listing_is_a_bad_answer(body: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError):
        read(body)


@pytest.mark.parametrize("meta", [{}, {"result_count": 0}, {"next_token": None}])
def test_a_listing_ends_where_no_token_follows(meta: dict[str, Any]) -> None:
    assert read({"meta": meta}).next_cursor is None


HEADERS = {
    "x-rate-limit-limit": "40000",
    "x-rate-limit-remaining": "39984",
    "x-rate-limit-reset": str(RESET),
}


@pytest.mark.parametrize(
    ("dated_s", "ends_s"),
    [
        pytest.param(None, 700, id="nothing-tells-of-their-clock"),
        pytest.param(0.5, 700, id="dated-in-between"),
        pytest.param(-2, 700, id="a-date-that-is-kept-for-a-while"),
        pytest.param(-8, 709, id="their-clock-goes-after-ours"),
        pytest.param(20, 681, id="their-clock-goes-before-ours"),
        pytest.param(-3600, 4301, id="our-clock-was-put-forward"),
    ],
)
def test_the_end_of_a_window_is_told_by_our_clock(dated_s: float | None, ends_s: float) -> None:
    headers = dict(HEADERS)
    if dated_s is not None:
        headers["date"] = format_datetime(NOW + timedelta(seconds=dated_s), usegmt=True)
    asked = Asked("4001", PageRequest("mentions"), (), NOW, NOW + timedelta(seconds=1))
    limit = limit_of(headers, asked)
    assert limit is not None
    assert (limit.reset_at - NOW).total_seconds() == ends_s


@pytest.mark.parametrize(
    ("changed", "known"),
    [
        pytest.param({}, True, id="all-three-headers"),
        pytest.param({"x-rate-limit-limit": None}, False, id="no-limit"),
        pytest.param({"x-rate-limit-remaining": None}, False, id="no-remaining"),
        pytest.param({"x-rate-limit-remaining": "-1"}, False, id="less-than-nothing-remaining"),
        pytest.param({"x-rate-limit-reset": None}, False, id="no-reset"),
        pytest.param({"x-rate-limit-reset": "6576475725"}, False, id="a-reset-in-another-century"),
        pytest.param({"x-rate-limit-reset": "1e9"}, False, id="a-reset-that-is-no-number"),
    ],
)
def test_a_limit_is_told_only_where_it_is_whole(changed: dict[str, str | None], *, known: bool) -> None:
    headers = {name: value for name, value in {**HEADERS, **changed}.items() if value is not None}
    expected = Limit("mentions", 39984, datetime.fromtimestamp(RESET, UTC), 40000)
    assert limit_of(headers, Asked("4001", PageRequest("mentions"), (), NOW)) == (expected if known else None)
