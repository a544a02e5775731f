"""What X surely does not bill, and what it says of its bill, over HTTP."""

import socket

import pytest

from connectors.twitter.connector import TwitterConnector
from domain.account import Account, Usage
from domain.batch import PageRequest, Post
from domain.credentials import Credentials
from domain.errors import PlatformError, RateLimitedError
from tests.contract.connectors.server import Platform, Reply, Seen

FOLLOWERS = PageRequest("followers")
GONE = {"errors": [{"type": "https://api.twitter.com/2/problems/resource-not-found"}]}


def connector(base_url: str) -> TwitterConnector:
    return TwitterConnector(Account("twitter", "4001", "Our club"), Credentials("a-token"), base_url)


@pytest.mark.parametrize(
    ("reply", "unbilled"),
    [
        pytest.param(Reply({"title": "Too Many Requests"}, status=429), True, id="refused"),
        pytest.param(Reply(b"<html>", status=503), True, id="an-outage"),
        pytest.param(Reply({}, status=302), True, id="a-redirect"),
        pytest.param(Reply(GONE), True, id="an-answer-without-items"),
        pytest.param(Reply(b"<html>"), False, id="an-answer-that-cannot-be-read"),
        pytest.param(Reply({"data": []}), False, id="no-listing"),
        pytest.param(Reply({"meta": {}}, cut=True), False, id="a-cut-answer"),
    ],
)
def test_only_what_was_refused_is_surely_not_billed(
    platform: Platform, reply: Reply, *, unbilled: bool
) -> None:
    platform.always(reply)
    with pytest.raises(PlatformError) as caught:
        connector(platform.base_url).fetch(FOLLOWERS)
    assert caught.value.unbilled is unbilled


def test_what_was_never_sent_is_not_billed() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(PlatformError) as caught:
            connector(nobody).fetch(FOLLOWERS)
    assert caught.value.unbilled


def test_a_page_says_which_items_are_billed(platform: Platform) -> None:
    users = [{"id": "5001", "username": "ada", "name": "Ada"}, {"id": 7}, "no user"]
    platform.always(Reply({"data": users, "meta": {"result_count": 3}}))
    batch = connector(platform.base_url).fetch(FOLLOWERS)
    assert (batch.billed_items, batch.billed) == (3, ("5001",))


@pytest.mark.parametrize("reposts", ["retweet_count", "repost_count"])
def test_own_posts_carry_what_x_counts_of_them(platform: Platform, reposts: str) -> None:
    metrics = {"like_count": 7, reposts: 3, "quote_count": -1}
    platform.always(Reply({"data": [{"id": "900", "public_metrics": metrics}, {"id": "901"}], "meta": {}}))
    batch = connector(platform.base_url).fetch(PageRequest("posts"))
    assert batch.posts == (Post("900", None, 7, 3, None), Post("901", None))


def test_a_proof_tells_followers_and_posts(platform: Platform) -> None:
    metrics = {"followers_count": 120, "tweet_count": 40}
    platform.always(Reply({"data": {"id": "4001", "username": "club", "public_metrics": metrics}}))
    proof = connector(platform.base_url).prove()
    assert (proof.followers, proof.posts) == (120, 40)


def test_the_bill_is_asked_in_two_halves_and_either_may_be_missing(platform: Platform) -> None:
    halves = {
        "/2/usage/credits": Reply({"data": {"total_balance": 12.5}}),
        "/2/usage/tweets": Reply({"title": "Unsupported Authentication"}, status=403),
    }

    def answer(seen: Seen) -> Reply:
        return halves[seen.path]

    platform.answer = answer
    assert connector(platform.base_url).usage() == Usage(12_500_000, None)
    halves["/2/usage/credits"] = Reply(b"", status=404)
    halves["/2/usage/tweets"] = Reply({"data": {"project_usage": "5400"}})
    assert connector(platform.base_url).usage() == Usage(None, 5_400)


def test_a_limit_on_the_way_to_the_bill_is_no_missing_bill(platform: Platform) -> None:
    platform.always(Reply({"title": "Too Many Requests"}, status=429))
    with pytest.raises(RateLimitedError):
        connector(platform.base_url).usage()
