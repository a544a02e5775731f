"""What the listings show is what truth tells, person by person, on the first day and later."""

import json
from collections.abc import Iterator

import pytest

from simulator.control.truth import stream
from simulator.world import World
from tests.unit.simulator_facebook.client import Client

Acts = set[tuple[str, str]]
DAYS = pytest.mark.parametrize("day", [0, 1, 5, 12], ids=lambda day: f"on day {day}")


@pytest.fixture(params=[1, 2, 3], ids=lambda seed: f"seed {seed}")
def client(request: pytest.FixtureRequest) -> Client:
    return Client(World(seed=request.param, size=700))


def told(client: Client, *kinds: str) -> Acts:
    """Return (contact key, item) of all acts of these kinds that truth tells of people on Facebook."""
    lines = b"".join(stream(client.world)).splitlines()
    rows = (json.loads(each) for each in lines)
    facebook = (each for each in rows if each["platform"] == "facebook")
    return {
        (each["contact_key"], act["item"] or "")
        for each in facebook
        for act in each["acts"]
        if act["act"] in kinds
    }


def in_page(client: Client, platform_id: str) -> str:
    return f"facebook:{client.page_id}:{platform_id}"


@DAYS
def test_comments_and_replies(client: Client, day: int) -> None:
    client.world.advance(day)
    found = set()
    for post in client.post_ids():
        for row in client.rows(
            f"{post}/comments", filter="stream", order="chronological", fields="id,from", limit="7"
        ):
            if "from" in row:
                found.add((in_page(client, row["from"]["id"]), row["id"]))
    assert found == told(client, "comments", "comment_replies")
    assert in_page(client, client.page_id) in {key for key, _ in found}, "the Page itself comments"


@DAYS
def test_reactions(client: Client, day: int) -> None:
    client.world.advance(day)
    found = {
        (in_page(client, row["id"]), post)
        for post in client.post_ids()
        for row in client.rows(f"{post}/reactions", limit="7")
    }
    assert found == told(client, "reacts")
    assert in_page(client, client.page_id) in {key for key, _ in found}, "the Page itself reacts"


@DAYS
def test_tagged_posts_that_name_their_author(client: Client, day: int) -> None:
    client.world.advance(day)
    rows = client.rows(f"{client.page_id}/tagged", fields="id,from", limit="5")
    found = {(in_page(client, row["from"]["id"]), row["id"]) for row in rows if "from" in row}
    assert found == told(client, "tagged")
    assert len(found) < len({row["id"] for row in rows}), "some name nobody"


@DAYS
def test_conversations(client: Client, day: int) -> None:
    client.world.advance(day)
    rows = client.rows(f"{client.page_id}/conversations", fields="id,participants", limit="5")
    found = {(in_page(client, row["participants"]["data"][0]["id"]), row["id"]) for row in rows}
    assert found == told(client, "messages")


@DAYS
def test_ratings_blocked_and_friends(client: Client, day: int) -> None:
    client.world.advance(day)
    user, page = client.world.tokens.facebook_user, client.page_id
    raters = {in_page(client, row["reviewer"]["id"]) for row in client.rows(f"{page}/ratings", limit="5")}
    blocked = {in_page(client, row["id"]) for row in client.rows(f"{page}/blocked", limit="1")}
    app = f"facebook:app-{client.world.audience.app_id}"
    friends = {f"{app}:{row['id']}" for row in client.rows("me/friends", user, limit="1")}
    assert raters == {key for key, _ in told(client, "rates")}
    assert blocked == {key for key, _ in told(client, "blocked")}
    assert friends == {key for key, _ in told(client, "friend")}


@DAYS
@pytest.mark.parametrize("stopped", ["listed", "vanished"])
def test_opt_ins_that_hold(client: Client, day: int, stopped: str) -> None:
    client.world.advance(day)
    client.switch(stopped_opt_ins=stopped)
    rows = client.rows(f"{client.page_id}/notification_message_tokens", limit="5")
    now = client.world.now()
    live = {
        in_page(client, row["recipient_id"])
        for row in rows
        if row["user_token_status"] != "STOP_NOTIFICATIONS" and row["token_expiry_timestamp"] > now
    }
    assert live == {key for key, _ in told(client, "opted_in")}


def test_staff_are_among_the_commenters_and_stand_in_the_roles(client: Client) -> None:
    staff = {row["id"] for row in client.rows(f"{client.page_id}/roles")}
    authors = {each.rsplit(":", 1)[1] for each, _ in told(client, "comments")}
    # One of them may be among those whose name is hidden.
    assert staff & authors


def _types(client: Client) -> Iterator[tuple[str, str, str]]:
    for post in client.post_ids():
        yield from ((post, row["id"], row["type"]) for row in client.rows(f"{post}/reactions", limit="100"))


def test_reactions_are_taken_back_and_change_their_type() -> None:
    client = Client(World(seed=1, size=2000))
    before = {(post, who): kind for post, who, kind in _types(client)}
    client.world.advance(6)
    after = {(post, who): kind for post, who, kind in _types(client)}
    assert set(before) - set(after), "nobody took a reaction back"
    assert any(after[each] != before[each] for each in set(before) & set(after)), "no type changed"


def test_one_name_is_worn_by_many_ids() -> None:
    client = Client(World(seed=1, size=4000))
    rows = [row for post in client.post_ids() for row in client.rows(f"{post}/reactions", limit="100")]
    ids = {row["id"] for row in rows if row["name"] == "Anna Example"}
    assert len(ids) > 1
