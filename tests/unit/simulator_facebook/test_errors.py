"""Refusals have Graph's envelope and codes, ordered or natural; statuses may lie."""

from typing import Any

import pytest

from simulator.facebook.app import answer
from simulator.facebook.errors import REFUSALS
from simulator.http import Request
from tests.unit.simulator_facebook.client import Client, Got


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("unknown", (1, None)),
        ("reduce", (1, None)),
        ("down", (2, None)),
        ("app_limit", (4, None)),
        ("user_limit", (17, 2446079)),
        ("page_limit", (32, None)),
        ("page_use_limit", (80001, 2446079)),
        ("messenger_use_limit", (80006, None)),
        ("action_limit", (341, None)),
        ("custom_limit", (613, None)),
        ("volume_limit", (613, 1996)),
        ("blocked", (368, 1390008)),
        ("capability", (3, None)),
        ("permission", (10, None)),
        ("permission_200", (200, None)),
        ("gone", (100, 33)),
        ("cursor", (100, None)),
        ("parameter", (100, None)),
        ("session", (102, None)),
        ("token_invalid", (190, 467)),
        ("token_unauthorised", (190, 458)),
        ("token_checkpoint", (190, 459)),
        ("token_password", (190, 460)),
        ("token_expired", (190, 463)),
        ("token_unconfirmed", (190, 464)),
        ("token_no_role", (190, 492)),
        ("proof", (100, None)),
    ],
)
def test_an_ordered_error_comes_once(client: Client, kind: str, code: tuple[int, int | None]) -> None:
    client.world.forced.order("facebook", "posts", kind, 1)
    got = client.get("me/posts")
    assert got.code == code
    assert got.status == REFUSALS[kind].status >= 400
    assert {"message", "type", "code", "fbtrace_id"} <= set(got.body["error"])
    assert client.get("me/posts").status == 200


def test_an_order_waits_for_its_endpoint(client: Client) -> None:
    client.world.forced.order("facebook", "ratings", "down", 1)
    assert client.get("me/posts").status == 200
    assert client.get("me/ratings").code == (2, None)


def test_an_error_may_come_under_200(client: Client) -> None:
    client.switch(errors_as_200=True)
    got = client.get("me/nothing")
    assert (got.status, got.code) == (200, (100, None))


def test_html_comes_instead_of_json(client: Client) -> None:
    client.world.forced.order("facebook", "*", "html_503", 1)
    got = client.get("me")
    assert got.status == 503
    assert got.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        pytest.param("me/followers", {}, "nonexisting field (followers) on node type (Page)", id="edge"),
        pytest.param("me", {"fields": "fans"}, "nonexisting field (fans) on node type (Page)", id="field"),
        pytest.param("me/friends", {}, "nonexisting field (friends)", id="friends of a Page"),
        pytest.param(
            "me/posts", {"fields": "likers"}, "(likers) on node type (PagePost)", id="field of rows"
        ),
        pytest.param("me/tagged", {"fields": "author"}, "(author) on node type (PagePost)", id="tagged"),
    ],
)
def test_an_unknown_field_or_edge_is_refused(
    client: Client, path: str, query: dict[str, str], message: str
) -> None:
    got = client.get(path, **query)
    assert got.code == (100, None)
    assert message in got.body["error"]["message"]


def test_the_followers_of_2019_stand_behind_a_switch(client: Client) -> None:
    client.switch(followers_field=True)
    found = client.get("me", fields="followers,fan_count,fans").body
    assert set(found["followers"]["data"][0]) == {"name", "id", "created_time"}
    assert found["fans"]["data"]


@pytest.mark.parametrize(
    "platform_id",
    ["123456789", "5_1", "t_5", "m_5", "x", "194592112538350_5", "9" * 400, "1_" + "9" * 400, "²", "5_²"],
)
def test_what_cannot_be_seen_is_gone(client: Client, platform_id: str) -> None:
    assert client.get(platform_id).code == (100, 33)
    assert client.get(f"{platform_id}/posts").code == (100, 33)


def test_a_foreign_page_may_be_refused_with_ten(client: Client) -> None:
    client.switch(foreign_page=10)
    assert client.get("123456789/posts").code == (10, None)


def test_a_syntax_error_is_told(client: Client) -> None:
    assert client.get("me", fields="id{").code == (2500, None)


def test_too_many_nested_rows_are_too_much(client: Client) -> None:
    fields = "posts.limit(12){comments.filter(stream).limit(50){id},reactions.limit(50){id}}"
    client.switch(nested_rows=100)
    got = client.get("me", fields=fields)
    assert got.code == (1, None)
    assert got.body["error"]["message"].startswith("Please reduce the amount of data you're asking for")
    client.switch(nested_rows=100_000)
    assert client.get("me", fields=fields).status == 200


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ("pages_read_engagement", "me/posts"),
        ("pages_read_user_content", "me/tagged"),
        ("pages_read_user_content", "me/ratings"),
        ("pages_messaging", "me/conversations"),
        ("pages_messaging", "me/notification_message_tokens"),
        ("pages_manage_metadata", "me/roles"),
    ],
)
@pytest.mark.parametrize("code", [10, 200])
def test_a_missing_permission_is_named(client: Client, missing: str, path: str, code: Any) -> None:
    client.switch(missing=(missing,), permission_code=code)
    got = client.get(path)
    assert got.code == (code, None)
    assert missing in got.body["error"]["message"]


def test_versions_to_come_do_not_exist(client: Client) -> None:
    found = answer(Request("GET", "/v99.0/me", {}, {}), client.world)
    assert found.status == 400


def test_every_refusal_can_be_written(client: Client) -> None:
    got: Got
    for kind in REFUSALS:
        client.world.forced.order("facebook", "me", kind, 1)
        got = client.get("me")
        assert got.body["error"]["message"]
