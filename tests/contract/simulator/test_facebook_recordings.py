"""The Facebook simulator's answers have the keys of real recorded ones."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from simulator.facebook.errors import REFUSALS
from simulator.world import World
from tests.unit.simulator_facebook.client import Client

CHECKOUT = Path(__file__).resolve().parents[3]
RECORDINGS = Path(os.environ.get("SHARED_FOLDER", CHECKOUT.parent / "shared")) / "recordings" / "facebook"
COMMENT_FIELDS = "id,comment_count,created_time,like_count,message,permalink_url"
THREAD_FIELDS = (
    "can_reply,former_participants,id,is_subscribed,link,message_count,participants,scoped_thread_key,"
    "senders,snippet,unread_count,updated_time"
)

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(
        not RECORDINGS.is_dir(), reason=f"there are no recordings in {RECORDINGS}; set SHARED_FOLDER"
    ),
]


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(World(seed=3, size=2000))


def recorded(name: str) -> Any:
    """Read one recorded answer."""
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def first(client: Client, path: str, **query: str) -> Any:
    """Return the first row of a listing."""
    return client.get(path, **query).body["data"][0]


def types_of(value: dict[str, Any]) -> dict[str, type]:
    return {name: type(each) for name, each in value.items()}


def test_a_page_of_comments(client: Client) -> None:
    real = recorded("python-facebook/facebook__apidata__comments__comments_p1.json")
    ours = client.get(
        f"{client.post_ids()[3]}/comments",
        fields=COMMENT_FIELDS,
        filter="stream",
        order="chronological",
        summary="1",
        limit="2",
    ).body
    assert set(ours) == set(real)
    assert set(ours["paging"]) == set(real["paging"])
    assert set(ours["paging"]["cursors"]) == set(real["paging"]["cursors"])
    assert types_of(ours["summary"]) == types_of(real["summary"])
    for name, kind in types_of(real["data"][0]).items():
        assert type(ours["data"][0][name]) is kind, name


def test_a_conversation(client: Client) -> None:
    real = recorded("python-facebook/facebook__models__conversation.json")
    ours = first(client, "me/conversations", fields=THREAD_FIELDS)
    assert types_of(ours) == types_of(real)
    assert types_of(ours["participants"]["data"][0]) == types_of(real["participants"]["data"][0])
    assert ours["id"].startswith("t_")
    assert real["id"].startswith("t_")


def test_a_message(client: Client) -> None:
    real = recorded("python-facebook/facebook__apidata__messages__message_info.json")
    thread = first(client, "me/conversations")["id"]
    ours = first(client, f"{thread}/messages", fields="id,created_time,from,to,tags")
    assert types_of(ours) == {name: each for name, each in types_of(real).items() if name != "attachments"}
    assert set(ours["from"]) == set(real["from"])
    assert set(ours["to"]["data"][0]) == set(real["to"]["data"][0])


def test_reactions_inside_a_post(client: Client) -> None:
    real = recorded("restfb/v2_6__post-with-reactions.json")["reactions"]
    post = client.post_ids()[3]
    ours = client.get(post, fields="reactions.limit(100).summary(1){id,name,type}").body["reactions"]
    assert set(ours["data"][0]) == set(real["data"][0])
    assert set(ours["summary"]) == set(real["summary"])
    assert set(ours["paging"]) == set(real["paging"])


def test_a_post_that_tags_the_page(client: Client) -> None:
    real = recorded("restfb/v10_0__tagged-post.json")
    rows = client.rows("me/tagged", fields="message,id,tagged_time,from")
    assert any(set(each) == set(real) for each in rows), "none is without its author"


def test_a_recommendation(client: Client) -> None:
    real = recorded("restfb/v3_1__opengraphrating-real-recommendation.json")
    ours = first(client, "me/ratings", fields=",".join(real))
    assert types_of(ours) == types_of(real)


def test_friends(client: Client) -> None:
    real = recorded("restfb/v2_1__connection-user-friends.json")
    ours = client.as_user("me/friends", limit="1").body
    assert set(ours) == set(real)
    assert set(ours["data"][0]) == set(real["data"][0])
    assert set(ours["summary"]) == set(real["summary"])


def test_a_page_by_time(client: Client) -> None:
    real = recorded("python-facebook/facebook__apidata__posts__feed_fields_p1.json")
    ours = client.get("me/tagged", limit="2").body
    assert set(ours["paging"]) == set(real["paging"])
    for each in ("until=", "__paging_token="):
        assert each in ours["paging"]["next"]
        assert each in real["paging"]["next"]


@pytest.mark.parametrize("name", ["python-facebook/base__token_info.json", "restfb/debug-token-info-4.json"])
def test_what_debug_token_says(client: Client, name: str) -> None:
    real = recorded(name)
    asked = client.world.tokens.facebook_user if "data" in real else client.world.tokens.page
    ours = client.get("debug_token", input_token=asked).body["data"]
    assert set(real.get("data", real)) - {"metadata"} <= set(ours)


def test_a_batch(client: Client) -> None:
    real = recorded("restfb/batch__batch-second-error.json")
    entries = [{"method": "GET", "relative_url": each} for each in ("me", "2")]
    ours = client.post("", batch=json.dumps(entries)).body
    assert [each["code"] for each in ours] == [each["code"] for each in real]
    assert [set(each) for each in ours] == [set(each) for each in real]
    theirs, mine = (json.loads(each[1]["body"])["error"] for each in (real, ours))
    assert {name: mine[name] for name in ("message", "type", "code")} == {
        name: theirs[name] for name in ("message", "type", "code")
    }


def test_usage_headers(client: Client) -> None:
    real = recorded("derived/usage_headers.json")
    client.switch(usage_after_calls=0)
    ours = client.get("me").headers
    client.switch()
    assert set(json.loads(ours["x-app-usage"])) == set(real["X-App-Usage"])
    assert set(json.loads(ours["x-page-usage"])) == set(real["X-Page-Usage"])
    theirs = real["X-Business-Use-Case-Usage"]["10153848260347724"][0]
    mine = json.loads(ours["x-business-use-case-usage"])[client.page_id][0]
    assert types_of(mine) == types_of(theirs)


def test_the_undocumented_followers(client: Client) -> None:
    real = recorded("derived/graph_page_followers_fans_2019_undocumented.json")["response"]
    client.switch(followers_field=True)
    ours = client.get("me", fields="followers,fan_count,fans").body
    client.switch()
    assert set(ours) - {"id"} == set(real)
    assert set(ours["fans"]["data"][0]) == set(real["fans"]["data"][0])


def test_every_documented_error_can_be_ordered() -> None:
    bodies = recorded("derived/errors.json")["errors"].values()
    known = {(each.code, each.subcode) for each in REFUSALS.values()}
    wanted = {(each["body"]["error"]["code"], each["body"]["error"].get("error_subcode")) for each in bodies}
    assert wanted <= known


def test_the_error_envelope(client: Client) -> None:
    real = recorded("python-facebook/error.json")["error"]
    assert set(client.get("me/nothing").body["error"]) == set(real)
