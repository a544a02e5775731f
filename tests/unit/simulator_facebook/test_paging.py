"""Paging is opaque, short, empty, repeating and bound to its listing; only a missing `next` ends it."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.facebook.cursors import Cursor, decode, encode
from simulator.world import World
from tests.unit.simulator_facebook.client import Client

STREAM = {"filter": "stream", "order": "chronological"}


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_next_carries_the_real_host_and_the_token(client: Client) -> None:
    following = client.get("me/posts", limit="3").body["paging"]["next"]
    assert following.startswith(f"https://graph.facebook.com/v26.0/{client.page_id}/posts?")
    assert parameters(following)["access_token"] == client.world.tokens.page


def test_the_last_page_still_has_an_after_cursor(client: Client) -> None:
    last = client.pages("me/posts", limit="5")[-1]
    assert last["paging"]["cursors"]["after"]
    assert "next" not in last["paging"]


def test_the_default_is_twenty_five_and_the_most_a_hundred() -> None:
    client = Client(World(seed=3, size=6000))
    post = client.post_ids()[3]
    assert len(client.get(f"{post}/reactions").body["data"]) <= 25
    short = client.get(f"{post}/comments", limit="5000", **STREAM).body
    assert "next" not in short["paging"] or len(short["data"]) <= 100
    client = Client(World(seed=3, size=60000))
    rows = client.get(f"{client.post_ids()[3]}/reactions", limit="5000").body["data"]
    assert 80 < len(rows) <= 100


def test_pages_may_be_empty_short_and_repeat_rows(client: Client) -> None:
    pages = client.pages(f"{client.page_id}/notification_message_tokens", limit="2")
    empty = [place for place, each in enumerate(pages[:-1]) if not each["data"]]
    short = [place for place, each in enumerate(pages[:-1]) if len(each["data"]) == 1]
    ids = [row["recipient_id"] for each in pages for row in each["data"]]
    assert empty, "no empty page with a next"
    assert short, "no short page with a next"
    assert len(set(ids)) < len(ids), "nothing came twice"


def test_kind_listings_repeat_nothing(client: Client) -> None:
    client.world.options = replace(client.world.options, unkind_listings=False)
    ids = [row["recipient_id"] for row in client.rows("me/notification_message_tokens", limit="2")]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"order": "reverse_chronological"}, id="another order"),
        pytest.param({"filter": "toplevel"}, id="another filter"),
        pytest.param({"after": "bm90IG91cnM"}, id="an invented cursor"),
        pytest.param({"after": "¹²"}, id="no base64"),
    ],
)
def test_a_cursor_is_good_only_for_its_listing(client: Client, change: dict[str, str]) -> None:
    post = client.post_ids()[3]
    after = client.get(f"{post}/comments", limit="2", **STREAM).body["paging"]["cursors"]["after"]
    got = client.get(f"{post}/comments", **{**STREAM, "after": after, **change})
    assert got.code == (100, None)
    assert "The After Cursor specified exceeds the max limit" in got.body["error"]["message"]


def test_a_cursor_of_another_post_is_refused(client: Client) -> None:
    first, second = client.post_ids()[3:5]
    after = client.get(f"{first}/reactions", limit="2").body["paging"]["cursors"]["after"]
    assert client.get(f"{second}/reactions", after=after).code == (100, None)


@pytest.mark.parametrize(
    "switch",
    [pytest.param({"cursor_life_s": 1e-9}, id="too old"), pytest.param({"cursor_depth": 3}, id="too deep")],
)
def test_an_aged_or_deep_cursor_is_refused(client: Client, switch: dict[str, float]) -> None:
    after = client.get("me/posts", limit="5").body["paging"]["cursors"]["after"]
    client.switch(**switch)
    assert client.get("me/posts", after=after).code == (100, None)


def test_tagged_posts_are_paged_by_time(client: Client) -> None:
    first = client.get("me/tagged", limit="5").body
    assert "cursors" not in first["paging"]
    asked = parameters(first["paging"]["next"])
    assert asked["until"].isdigit()
    assert asked["__paging_token"]
    last = client.pages("me/tagged", limit="5")[-1]
    assert last == {"data": []}


def test_until_alone_takes_in_its_own_second(client: Client) -> None:
    first = client.get("me/tagged", limit="5").body
    until = parameters(first["paging"]["next"])["until"]
    again = client.get("me/tagged", limit="5", until=until).body
    assert again["data"][0] == first["data"][-1]


def test_what_comes_during_a_walk_moves_nothing(client: Client) -> None:
    client.world.options = replace(client.world.options, unkind_listings=False)
    before = [row["id"] for row in client.rows("me/posts", limit="4")]
    first = client.get("me/posts", limit="4").body
    client.world.advance(2)
    after = first["paging"]["cursors"]["after"]
    rest = client.rows("me/posts", limit="4", after=after)
    assert [row["id"] for row in [*first["data"], *rest]] == before


@pytest.mark.parametrize("limit", ["-1", "many", "²", "9" * 40])
def test_a_limit_that_is_no_number_is_refused(client: Client, limit: str) -> None:
    assert client.get("me/posts", limit=limit).code == (100, None)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0, 4e9), st.integers(0, 10**6), st.text())
def test_cursors_come_back_as_they_went(
    position: int, walk: int, given_at: float, page: int, listing: str
) -> None:
    cursor = Cursor(position, walk, given_at, page)
    assert decode(encode(cursor, listing), listing) == cursor
    assert decode(encode(cursor, listing), listing + "!") is None


@given(st.text())
def test_an_invented_cursor_is_no_cursor(text: str) -> None:
    assert decode(text, "somewhere") is None
