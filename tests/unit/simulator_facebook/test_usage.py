"""Usage headers come late, in percent, and end in 80001 with minutes."""

import json

from simulator.facebook.app import answer
from simulator.http import Request
from tests.unit.simulator_facebook.client import Client


def test_headers_appear_only_after_enough_calls(client: Client) -> None:
    client.switch(usage_after_calls=3, calls_per_window=10)
    seen = [client.get("me").headers.get("x-business-use-case-usage") for _ in range(3)]
    assert seen[:2] == [None, None]
    row = json.loads(seen[2] or "{}")[client.page_id][0]
    assert (row["type"], row["call_count"]) == ("pages", 30)


def test_beyond_a_hundred_percent_the_page_is_refused_with_minutes(client: Client) -> None:
    client.switch(calls_per_window=4)
    assert [client.get("me").status for _ in range(4)] == [200] * 4
    got = client.get("me/posts")
    assert got.code == (80001, 2446079)
    row = json.loads(got.headers["x-business-use-case-usage"])[client.page_id][0]
    assert row["call_count"] == 100
    # A window of 900 seconds ends on a whole one, and minutes are rounded up.
    assert 1 <= row["estimated_time_to_regain_access"] <= 16


def test_messenger_has_a_quota_of_its_own(client: Client) -> None:
    client.world.limits["facebook"]["messenger"] = {"app": 1}
    assert client.get("me/conversations").status == 200
    assert client.get("me/conversations").code == (80006, None)
    assert client.get("me/posts").status == 200


def test_a_user_draws_on_another_quota(client: Client) -> None:
    client.world.limits["facebook"]["user"] = {"user": 1}
    assert client.as_user("me").status == 200
    assert client.as_user("me").code == (17, 2446079)
    assert client.get("me").status == 200


def test_an_ordered_limit_brings_its_header(client: Client) -> None:
    client.world.forced.order("facebook", "posts", "page_use_limit", 1)
    row = json.loads(client.get("me/posts").headers["x-business-use-case-usage"])[client.page_id][0]
    assert row["call_count"] == 100
    assert row["estimated_time_to_regain_access"] > 0


def test_the_version_that_answers_is_told(client: Client) -> None:
    def told(path: str) -> str:
        token = {"authorization": f"Bearer {client.world.tokens.page}"}
        return answer(Request("GET", path, {}, token), client.world).headers["facebook-api-version"]

    assert [told("/v26.0/me"), told("/v24.0/me"), told("/v3.1/me"), told("/me")] == [
        "v26.0",
        "v24.0",
        "v21.0",
        "v21.0",
    ]
    client.switch(served_version="v25.0")
    assert told("/v26.0/me") == "v25.0"


def test_the_old_content_type_stands_behind_a_switch(client: Client) -> None:
    client.switch(javascript=True)
    assert client.get("me").headers["content-type"].startswith("text/javascript")
