"""Objects, their fields, and comments as filter and order want them."""

import pytest

from tests.unit.simulator_facebook.client import Client

STREAM = {"filter": "stream", "limit": "100"}


def test_a_page_shows_counts_and_nobody_behind_them(client: Client) -> None:
    found = client.get("me", fields="id,name,followers_count,fan_count,about,link").body
    assert found["id"] == client.page_id
    assert found["followers_count"] > found["fan_count"] > 0


def test_ids_lead_back_to_what_they_name(client: Client) -> None:
    post = client.post_ids()[3]
    comment = client.get(f"{post}/comments", **STREAM).body["data"][0]
    assert client.get(post, fields="id").body == {"id": post}
    assert client.get(comment["id"]).body == comment
    assert comment["id"].startswith(post.split("_")[1] + "_")
    thread = client.get("me/conversations").body["data"][0]
    assert client.get(thread["id"]).body == thread
    message = client.get(f"{thread['id']}/messages", fields="id,message").body["data"][0]
    assert client.get(message["id"], fields="message").body["message"] == message["message"]


def test_orders_turn_the_same_comments_round(client: Client) -> None:
    post = client.post_ids()[3]
    forth = client.rows(f"{post}/comments", order="chronological", **STREAM)
    back = client.rows(f"{post}/comments", order="reverse_chronological", **STREAM)
    assert forth == back[::-1]
    times = [each["created_time"] for each in forth]
    assert times == sorted(times)


def test_without_order_comments_are_ranked_and_some_never_show(client: Client) -> None:
    shown, whole = set(), set()
    for post in client.post_ids():
        shown |= {each["id"] for each in client.rows(f"{post}/comments", **STREAM)}
        whole |= {each["id"] for each in client.rows(f"{post}/comments", order="chronological", **STREAM)}
    assert shown < whole


def test_toplevel_has_no_replies_and_each_reply_hangs_under_its_parent(client: Client) -> None:
    post = client.post_ids()[3]
    stream = client.rows(f"{post}/comments", fields="id,parent{id}", order="chronological", **STREAM)
    top = client.rows(f"{post}/comments", fields="id,comment_count", filter="toplevel", order="chronological")
    replies = [each for each in stream if "parent" in each]
    assert replies
    assert {each["id"] for each in top} == {each["id"] for each in stream if "parent" not in each}
    for each in replies:
        under = client.rows(f"{each['parent']['id']}/comments", order="chronological")
        assert each["id"] in {row["id"] for row in under}


def test_the_summary_counts_at_least_what_can_be_fetched(client: Client) -> None:
    post = client.post_ids()[3]
    got = client.get(f"{post}/comments", order="chronological", summary="true", **STREAM).body
    assert got["summary"]["total_count"] >= len(got["data"])
    assert got["summary"]["order"] == "chronological"
    assert "summary" not in client.get(f"{post}/comments", **STREAM).body


def test_since_leaves_out_what_is_older(client: Client) -> None:
    post = client.post_ids()[3]
    whole = client.rows(f"{post}/comments", order="chronological", **STREAM)
    since = whole[len(whole) // 2]["created_time"]
    fresh = client.rows(f"{post}/comments", order="chronological", since=since, **STREAM)
    assert [each["id"] for each in fresh] == [each["id"] for each in whole[len(whole) // 2 :]]


def test_expansion_nests_listings_with_a_next_of_their_own(client: Client) -> None:
    comments = "comments.filter(stream).limit(1){id,from{id}}"
    fields = f"posts.limit(2){{id,{comments},reactions.limit(0).summary(1).as(all)}}"
    posts = client.get("me", fields=fields).body["posts"]["data"]
    inside = posts[0]["comments"]["paging"]["next"]
    assert f"/{posts[0]['id']}/comments?" in inside
    assert "filter=stream" in inside
    assert posts[0]["all"]["data"] == []
    assert posts[0]["all"]["summary"]["total_count"] > 0


def test_reactions_are_counted_by_type(client: Client) -> None:
    post = client.post_ids()[3]
    whole = client.rows(f"{post}/reactions", limit="100")
    loving = [each for each in whole if each["type"] == "LOVE"]
    assert client.rows(f"{post}/reactions", type="LOVE", limit="100") == loving
    assert set(whole[0]) == {"id", "name", "type"}


def test_a_persons_profile_shows_only_after_they_wrote(client: Client) -> None:
    thread = client.get("me/conversations", fields="participants").body["data"][0]
    writer = thread["participants"]["data"][0]["id"]
    assert client.get(writer, fields="first_name,last_name").status == 200
    silent = next(
        each["id"]
        for each in client.rows(f"{client.post_ids()[3]}/reactions")
        if client.get("me/conversations", user_id=each["id"]).body["data"] == []
        and each["id"] != client.page_id
    )
    assert client.get(silent).code == (100, 33)


def test_assigned_users_want_their_business_named(client: Client) -> None:
    assert client.get("me/assigned_users").code == (100, None)
    assert client.get("me/assigned_users", business="5").body["data"]


def test_messages_beyond_the_latest_have_no_details(client: Client) -> None:
    client.switch(messages_detailed=0)
    thread = client.get("me/conversations").body["data"][0]
    row = client.get(f"{thread['id']}/messages", fields="id,message,from").body["data"][0]
    assert set(row) == {"id"}


def test_under_standard_access_only_page_and_staff_are_named(client: Client) -> None:
    client.switch(only_roles_named=True)
    staff = {each["id"] for each in client.rows("me/roles")}
    named = set()
    for post in client.post_ids():
        rows = client.rows(f"{post}/comments", order="chronological", fields="from", **STREAM)
        named |= {each["from"]["id"] for each in rows if "from" in each}
    assert named <= staff | {client.page_id}
    assert client.page_id in named


@pytest.mark.parametrize("ids", ["page", "app"])
def test_roles_list_ids_of_either_scope(client: Client, ids: str) -> None:
    client.switch(role_ids=ids)
    found = client.rows("me/roles")[0]["id"]
    people = client.world.audience
    assert (people.by_page_scoped_id(found) is not None) is (ids == "page")


def test_a_switch_that_does_not_exist_is_refused(client: Client) -> None:
    client.switch(no_such_switch=1)
    with pytest.raises(ValueError, match="no switch no_such_switch"):
        client.get("me")
