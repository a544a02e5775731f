"""Who a token is, what it may see, and how it is asked about and exchanged."""

import pytest

from simulator.facebook.call import app_secret, app_token, long_lived, proof_of
from tests.unit.simulator_facebook.client import Client


def test_a_token_may_stand_in_the_header_or_the_query(client: Client) -> None:
    in_query = client.ask("GET", "me", "", {"access_token": client.world.tokens.page})
    assert in_query.body == client.get("me").body


def test_no_token_and_a_strange_token_are_refused(client: Client) -> None:
    assert client.ask("GET", "me", "", {}).code == (104, None)
    assert client.get("me", "strange").code == (190, 467)


def test_a_proof_is_checked_when_given_and_demanded_when_switched(client: Client) -> None:
    right = proof_of(client.world.tokens.page, client.world)
    assert client.get("me", appsecret_proof="0" * 64).code == (100, None)
    assert client.get("me", appsecret_proof=right).status == 200
    client.switch(require_proof=True)
    assert "appsecret_proof" in client.get("me").body["error"]["message"]
    assert client.get("me", appsecret_proof=right).status == 200


def test_a_user_sees_their_page_with_its_token(client: Client) -> None:
    found = client.as_user("me/accounts").body["data"]
    assert [each["id"] for each in found] == [client.page_id]
    assert found[0]["access_token"] == client.world.tokens.page
    assert client.as_user(client.page_id, fields="access_token").body["access_token"]


def test_comments_are_empty_for_a_user_without_an_error(client: Client) -> None:
    post = client.post_ids()[3]
    assert client.as_user(f"{post}/comments", filter="stream").body == {"data": []}
    assert client.get(f"{post}/comments", filter="stream").body["data"]


@pytest.mark.parametrize(
    "edge", ["conversations", "tagged", "ratings", "notification_message_tokens", "roles"]
)
def test_other_listings_want_the_pages_token(client: Client, edge: str) -> None:
    assert client.as_user(f"{client.page_id}/{edge}").code == (210, None)


def test_friends_carry_ids_of_the_app_and_a_count_of_all(client: Client) -> None:
    found = client.as_user("me/friends", limit="100").body
    scoped = {each["id"] for each in found["data"]}
    people = client.world.audience
    assert all(people.by_app_scoped_id(each) is not None for each in scoped)
    assert not any(people.by_page_scoped_id(each) for each in scoped)
    assert found["summary"]["total_count"] > len(scoped)


@pytest.mark.parametrize("kind", ["page", "user", "app"])
def test_debug_token_tells_what_a_token_is(client: Client, kind: str) -> None:
    world = client.world
    asked = {"page": world.tokens.page, "user": world.tokens.facebook_user, "app": app_token(world)}[kind]
    client.switch(missing=("pages_messaging",))
    found = client.get("debug_token", input_token=asked).body["data"]
    assert found["type"] == kind.upper()
    assert found["app_id"] == world.audience.app_id
    assert "pages_messaging" not in found["scopes"]
    assert "pages_read_engagement" in found["scopes"]
    assert found.get("profile_id") == (client.page_id if kind == "page" else None)
    assert (found["expires_at"] == 0) is (kind != "user")
    assert found["data_access_expires_at"] > world.now()


def test_debug_token_says_that_a_strange_token_is_not_valid(client: Client) -> None:
    found = client.get("debug_token", input_token="strange").body["data"]
    assert found["is_valid"] is False
    assert found["error"]["code"] == 190


def test_a_users_token_is_exchanged_for_a_long_one(client: Client) -> None:
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": client.world.audience.app_id,
        "client_secret": app_secret(client.world),
        "fb_exchange_token": client.world.tokens.facebook_user,
    }
    found = client.ask("GET", "oauth/access_token", "", query)
    assert found.body["access_token"] == long_lived(client.world)
    assert found.body["expires_in"] > 5_000_000
    assert client.get("me", found.body["access_token"]).status == 200
    wrong = client.ask("GET", "oauth/access_token", "", {**query, "client_secret": "wrong"})
    assert wrong.status == 400


def test_the_page_subscribes_to_its_webhooks(client: Client) -> None:
    assert client.get("me/subscribed_apps").body == {"data": []}
    got = client.post(f"{client.page_id}/subscribed_apps", subscribed_fields="feed,mention")
    assert got.body == {"success": True}
    found = client.get("me/subscribed_apps", fields="id,subscribed_fields").body["data"]
    assert found == [{"id": client.world.audience.app_id, "subscribed_fields": ["feed", "mention"]}]
