"""Batches and multi-gets: every part has its own fate, or all share one."""

import json
from typing import Any

from tests.unit.simulator_facebook.client import Client, Got


def batch(client: Client, *urls: str, **query: str) -> Got:
    entries = [{"method": "GET", "relative_url": each} for each in urls]
    return client.post("", batch=json.dumps(entries), **query)


def test_each_entry_has_code_headers_and_a_body_in_a_string(client: Client) -> None:
    got = batch(client, "me", "v26.0/me/posts?limit=1", "5_1")
    assert got.status == 200
    assert [each["code"] for each in got.body] == [200, 200, 400]
    assert json.loads(got.body[1]["body"])["data"][0]["id"]
    assert json.loads(got.body[2]["body"])["error"]["code"] == 100
    headers = {each["name"].lower(): each["value"] for each in got.body[0]["headers"]}
    assert headers["content-type"].startswith("text/javascript")


def test_headers_may_be_left_out(client: Client) -> None:
    assert set(batch(client, "me", include_headers="false").body[0]) == {"code", "body"}


def test_an_entry_that_timed_out_is_null(client: Client) -> None:
    client.switch(batch_null_every=2)
    assert [each is None for each in batch(client, "me", "me", "me").body] == [False, True, False]


def test_success_may_be_omitted(client: Client) -> None:
    entry: dict[str, Any] = {"method": "GET", "relative_url": "me", "omit_response_on_success": True}
    assert client.post("", batch=json.dumps([entry])).body == [None]


def test_more_than_fifty_are_refused(client: Client) -> None:
    assert len(batch(client, *["me"] * 50).body) == 50
    got = batch(client, *["me"] * 51)
    assert got.body["error"]["type"] == "GraphBatchException"
    assert "Maximum batch size is 50" in got.body["error"]["message"]


def test_each_entry_counts_against_the_limit(client: Client) -> None:
    client.switch(calls_per_window=3)
    assert [each["code"] for each in batch(client, *["me"] * 5).body] == [200, 200, 200, 400, 400]


def test_a_batch_that_is_no_list_is_refused(client: Client) -> None:
    assert client.post("", batch="{").code == (100, None)


def test_many_are_read_by_their_ids(client: Client) -> None:
    first, second = client.post_ids()[:2]
    found = client.get("", ids=f"{first},{second}", fields="id,created_time").body
    assert [found[each]["id"] for each in (first, second)] == [first, second]
    listed = client.get("comments", ids=f"{first},{second}", filter="stream").body
    assert listed[first]["data"]


def test_one_bad_id_fails_all(client: Client) -> None:
    assert client.get("", ids=f"{client.post_ids()[0]},5_1").code == (100, 33)
