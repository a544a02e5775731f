"""The envelope of an answer: what it holds and where it leads."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.facebook.answers import batch_of, cursor_of, items_of, parameters_at
from connectors.facebook.graph import Answer
from connectors.facebook.listings import LISTINGS
from connectors.facebook.place import Place
from connectors.facebook.translate import Asked
from domain.batch import Batch, PageRequest
from domain.errors import BadAnswerError, CursorRefusedError

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
PLACE = Place("4001", PageRequest("comments", "4001_900"), (), NOW)
NEXT = "https://graph.facebook.com/v26.0/4001/x?"


def read(*items: Any, mark: str | None = None, headers: dict[str, str] | None = None) -> Batch:
    place = PLACE._replace(request=PageRequest("comments", "4001_900", mark=mark))
    answer = Answer({"data": list(items)}, 200, headers or {})
    listing = LISTINGS["comments"]
    listed = listing.translate(list(items), Asked("4001", "4001", "4001_900"))
    return batch_of(answer, items_of(answer, place), listed, place, listing)


def said(time: str, author: str | None = "5001") -> dict[str, Any]:
    comment = {"id": "900_1", "created_time": time}
    return {**comment, "from": {"id": author}} if author else comment


@pytest.mark.parametrize(
    ("paging", "cursor"),
    [
        pytest.param(None, None, id="no-paging"),
        pytest.param({"cursors": {"after": "last"}}, None, id="a-place-without-a-next-page"),
        pytest.param({"previous": NEXT + "before=QVFI"}, None, id="only-the-way-back"),
        pytest.param({"next": NEXT + "after=QVFI%3D&limit=25&pretty=0"}, "after=QVFI%3D", id="a-cursor"),
        pytest.param(
            {"next": NEXT + "until=1770000000&__paging_token=enc_A&access_token=secret"},
            "__paging_token=enc_A&until=1770000000",
            id="by-time",
        ),
        pytest.param(
            {"next": NEXT + "limit=5000&offset=5000&__after_id=enc_B"},
            "__after_id=enc_B&offset=5000",
            id="by-offset",
        ),
        pytest.param(
            {"next": "https://elsewhere.example/?after=A&appsecret_proof=p&client_secret=s&method=delete"},
            "after=A",
            id="a-foreign-address-with-credentials-and-a-trap",
        ),
    ],
)
def test_where_an_answer_leads(paging: Any, cursor: str | None) -> None:
    assert cursor_of({"data": [], "paging": paging}, PLACE) == cursor


@pytest.mark.parametrize(
    "paging",
    [
        pytest.param({"next": NEXT + "limit=25"}, id="an-address-without-a-place"),
        pytest.param({"next": {"after": "A"}}, id="no-address"),
        pytest.param({"next": ""}, id="an-empty-address"),
        pytest.param("next", id="no-object"),
        pytest.param({"next": "http://[/?after=A"}, id="a-broken-address"),
    ],
)
def test_a_next_page_that_cannot_be_found_is_never_the_end(paging: Any) -> None:
    with pytest.raises(BadAnswerError):
        cursor_of({"data": [], "paging": paging}, PLACE)


@given(
    st.dictionaries(
        st.sampled_from(["after", "until", "since", "offset", "__paging_token"]),
        st.text(min_size=1),
        min_size=1,
    )
)
def test_a_cursor_brings_back_the_place_it_was_made_of(place: dict[str, str]) -> None:
    encoded = urlencode({**place, "access_token": "another-token"})
    cursor = cursor_of({"paging": {"next": NEXT + encoded}}, PLACE)
    assert cursor is not None
    assert "another-token" not in cursor
    assert parameters_at(cursor, PLACE) == place


@pytest.mark.parametrize(
    "cursor", [pytest.param("QVFI", id="a-bare-text"), pytest.param("limit=3&fields=id", id="no-place")]
)
def test_a_foreign_cursor_restarts_the_listing(cursor: str) -> None:
    with pytest.raises(CursorRefusedError):
        parameters_at(cursor, PLACE)


def test_the_newest_is_in_utc_whatever_zone_it_came_in() -> None:
    batch = read(said("2026-12-05T10:00:00+0200"), said("2026-12-05T09:00:00+0000", author=None))
    assert batch.newest == "2026-12-05T09:00:00+00:00"
    assert batch.billed_items == 2


def test_an_item_from_the_future_moves_no_mark() -> None:
    assert read(said("2100-01-01T00:00:00+0000"), said("2026-12-05T09:00:00+0000")).newest == (
        "2026-12-05T09:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("items", "reached"),
    [
        pytest.param([said("2026-12-01T09:00:00+0000")], True, id="all-older"),
        pytest.param(
            [said("2026-12-03T09:00:00+0000"), said("2026-12-01T09:00:00+0000")], False, id="one-newer"
        ),
        pytest.param([said("2026-12-01T09:00:00+0000"), {"id": "900_2"}], False, id="one-undated"),
        pytest.param([], False, id="empty"),
    ],
)
def test_the_mark_is_reached_by_a_page_wholly_behind_it(items: list[Any], *, reached: bool) -> None:
    assert read(*items, mark="2026-12-02T00:00:00+00:00").reached_mark is reached


@pytest.mark.parametrize(
    ("headers", "noted"),
    [
        pytest.param({}, 0, id="unsaid"),
        pytest.param({"facebook-api-version": "v26.0"}, 0, id="as-asked"),
        pytest.param({"facebook-api-version": "v27.0"}, 1, id="another"),
    ],
)
def test_an_answer_in_another_version_is_noted(headers: dict[str, str], noted: int) -> None:
    assert len(read(headers=headers).notes) == noted


@pytest.mark.parametrize(
    "data", [pytest.param(None, id="nothing"), pytest.param({"id": "1"}, id="one-object")]
)
def test_an_answer_without_a_list_is_none(data: Any) -> None:
    with pytest.raises(BadAnswerError):
        items_of(Answer({"data": data}, 200, {}), PLACE)
