"""What X is asked, how a token is proved and what a check finds, over HTTP through tweepy."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from connectors.twitter.connector import OWN_FIELDS, TwitterConnector
from domain.account import Account, Ownership, StreamCheck
from domain.batch import PageRequest
from domain.credentials import Credentials
from domain.errors import BadAnswerError, OperatorNeededError, RetryLaterError
from domain.limit import Limit
from tests.contract.connectors.case import TOKEN
from tests.contract.connectors.server import Platform, Reply, Seen

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
POST_FIELDS = "author_id,created_at,referenced_tweets,in_reply_to_user_id"
FORBIDDEN = Reply({"title": "Forbidden", "type": "about:blank", "status": 403}, status=403)
APP_TOKEN = Reply(
    {
        "title": "Unsupported Authentication",
        "type": "https://api.twitter.com/2/problems/unsupported-authentication",
    },
    status=403,
)


@pytest.fixture
def twitter(platform: Platform) -> TwitterConnector:
    account = Account("twitter", "4001", "Our club")
    return TwitterConnector(account, Credentials(TOKEN), platform.base_url, now=lambda: NOW)


@pytest.mark.parametrize(
    ("request_", "path", "query"),
    [
        pytest.param(
            PageRequest("posts", mark="00000000000000009000"),
            "/2/users/4001/tweets",
            {
                "max_results": "100",
                "since_id": "9000",
                "tweet.fields": "created_at,public_metrics",
                "exclude": "retweets",
            },
            id="own-posts-since-the-mark-without-reposts",
        ),
        pytest.param(
            PageRequest("followers", cursor="KFQ7D80IT44HGZZZ", page_size=5000),
            "/2/users/4001/followers",
            {"max_results": "1000", "pagination_token": "KFQ7D80IT44HGZZZ", "user.fields": "protected"},
            id="followers-at-most-1000-and-no-field-more-than-who-hides",
        ),
        pytest.param(
            PageRequest("mentions", page_size=1),
            "/2/users/4001/mentions",
            {"max_results": "5", "tweet.fields": POST_FIELDS},
            id="mentions-at-least-5",
        ),
        pytest.param(
            PageRequest("likers", "900", page_size=7),
            "/2/tweets/900/liking_users",
            {"max_results": "7"},
            id="likers-of-a-post",
        ),
        pytest.param(
            PageRequest("reposters", "900", page_size=1000),
            "/2/tweets/900/retweeted_by",
            {"max_results": "100"},
            id="reposters-of-a-post",
        ),
        pytest.param(
            PageRequest("quotes", "900", mark="00000000000000009000", page_size=1),
            "/2/tweets/900/quote_tweets",
            {"max_results": "10", "tweet.fields": POST_FIELDS},
            id="quotes-know-no-mark-and-at-least-10",
        ),
    ],
)
def test_what_a_stream_asks(
    twitter: TwitterConnector,
    platform: Platform,
    request_: PageRequest,
    path: str,
    query: Mapping[str, str],
) -> None:
    platform.always(Reply({"meta": {"result_count": 0}}))
    twitter.fetch(request_)
    (seen,) = platform.seen
    assert (seen.path, seen.query) == (path, query)
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_batch_carries_the_window_of_its_stream(twitter: TwitterConnector, platform: Platform) -> None:
    reset = NOW + timedelta(seconds=700)
    headers = {
        "x-rate-limit-limit": "75",
        "x-rate-limit-remaining": "74",
        "x-rate-limit-reset": str(int(reset.timestamp())),
    }
    platform.always(Reply({"meta": {"result_count": 0}}, headers=headers))
    assert twitter.fetch(PageRequest("likers", "900")).limit == Limit("likers", 74, reset, 75)


def test_a_spent_window_waits_for_its_reset_and_nowhere_else(
    twitter: TwitterConnector, platform: Platform
) -> None:
    # tweepy itself reads this header as a number and fails on one that is none.
    platform.always(Reply({"title": "Too Many Requests"}, status=429, headers={"x-rate-limit-reset": "soon"}))
    with pytest.raises(RetryLaterError) as caught:
        twitter.fetch(PageRequest("followers"))
    assert caught.value.retry_at is None
    assert len(platform.seen) == 1


@pytest.mark.parametrize(
    ("metrics", "followers"),
    [
        pytest.param({"public_metrics": {"followers_count": 321}}, 321, id="with-the-number-of-followers"),
        pytest.param({}, None, id="without-any-number"),
        pytest.param({"public_metrics": {"followers_count": "many"}}, None, id="with-a-number-that-is-none"),
    ],
)
def test_a_token_proves_the_account_that_made_it(
    metrics: dict[str, object], followers: int | None, twitter: TwitterConnector, platform: Platform
) -> None:
    platform.always(Reply({"data": {"id": "4001", "name": "Our club", "username": "our_club", **metrics}}))
    assert twitter.prove() == Ownership("4001", "our_club", followers=followers)
    (seen,) = platform.seen
    assert (seen.path, seen.query) == ("/2/users/me", {"user.fields": OWN_FIELDS})


def test_the_public_profile_is_told_with_its_addresses_in_full(
    twitter: TwitterConnector, platform: Platform
) -> None:
    short, full = "https://t.example/x", "https://club.example/notice"
    urls = {"url": {"urls": [{"url": short, "expanded_url": full}, "odd", {"expanded_url": 3}]}}
    user = {"id": "4001", "username": "our_club", "description": "Ours", "url": short, "entities": urls}
    platform.always(Reply({"data": user}))
    assert twitter.prove().shown == ("Ours", short, full)
    platform.always(Reply({"data": user | {"description": "", "url": None, "entities": {"url": [1]}}}))
    assert twitter.prove().shown == ()


@pytest.mark.parametrize(
    ("reply", "error", "sentence"),
    [
        pytest.param(
            APP_TOKEN, OperatorNeededError, "belongs to an app, not to an account", id="a-token-of-an-app"
        ),
        pytest.param(
            Reply({"title": "Unauthorized"}, status=401),
            OperatorNeededError,
            "no longer takes the token of account 4001",
            id="a-dead-token",
        ),
        pytest.param(
            Reply({"title": "Unauthorized"}, status=503), RetryLaterError, "failed", id="a-failing-server"
        ),
        pytest.param(Reply({"data": {"id": 4001}}), BadAnswerError, "names no account", id="a-strange-id"),
        pytest.param(Reply({"data": None}), BadAnswerError, "names no account", id="nobody"),
    ],
)
def test_a_token_that_proves_nothing(
    twitter: TwitterConnector, platform: Platform, reply: Reply, error: type[Exception], sentence: str
) -> None:
    platform.always(reply)
    with pytest.raises(error, match=sentence) as caught:
        twitter.prove()
    assert TOKEN not in str(caught.value)


def replies_by_path(replies: Mapping[str, Reply]) -> dict[str, Reply]:
    """Return an answer for the last part of each listing's path, `replies` over what X usually says."""
    meta = {"result_count": 1, "next_token": "t2"}
    user = {"data": [{"id": "5001", "username": "ada_example", "name": "Ada Exemple"}], "meta": meta}
    post = {"data": [{"id": "9001", "author_id": "5001"}], "meta": meta}
    own = {"data": [{"id": "900"}, {"id": "1000"}], "meta": meta}
    usual = {"tweets": own, "mentions": post, "quote_tweets": post}
    usual |= dict.fromkeys(("followers", "liking_users", "retweeted_by"), user)
    return {name: Reply(body) for name, body in usual.items()} | dict(replies)


def checked(
    twitter: TwitterConnector, platform: Platform, replies: Mapping[str, Reply]
) -> dict[str, StreamCheck]:
    table = replies_by_path(replies)

    def answer(seen: Seen) -> Reply:
        return table[seen.path.rsplit("/", 1)[-1]]

    platform.answer = answer
    return {each.stream: each for each in twitter.check()}


def test_a_check_looks_once_at_each_stream_and_at_the_newest_own_post(
    twitter: TwitterConnector, platform: Platform
) -> None:
    found = checked(twitter, platform, {})
    assert list(found) == ["posts", "followers", "mentions", "likers", "reposters", "quotes"]
    assert all(each.readable for each in found.values())
    assert {each.shows_authors for name, each in found.items() if name != "posts"} == {True}
    assert found["posts"].shows_authors is None
    assert [each.query["max_results"] for each in platform.seen] == ["5", "1", "5", "1", "1", "10"]
    assert sum("/tweets/1000/" in each.path for each in platform.seen) == 3


NO_AUTHOR = Reply({"data": [{"id": "9001"}], "meta": {"result_count": 1}})
NOTHING = Reply({"meta": {"result_count": 0}})
LATER = Reply({"title": "Too Many Requests"}, status=429)


@pytest.mark.parametrize(
    ("replies", "stream", "expected", "remark"),
    [
        pytest.param(
            {"followers": FORBIDDEN},
            "followers",
            (False, None, ("follows.read", "tweet.read", "users.read")),
            "needs follows.read",
            id="a-missing-scope-is-named",
        ),
        pytest.param(
            {"liking_users": APP_TOKEN},
            "likers",
            (False, None, ()),
            "not of an app",
            id="likers-want-a-token-of-the-account",
        ),
        pytest.param({"mentions": NO_AUTHOR}, "mentions", (True, False, ()), "", id="authors-not-shown"),
        pytest.param({"mentions": NOTHING}, "mentions", (True, None, ()), "", id="nothing-there-yet"),
        pytest.param({"followers": LATER}, "followers", (None, None, ()), "wait", id="not-now"),
        pytest.param({"tweets": NOTHING}, "quotes", (None, None, ()), "no own post", id="no-own-post-yet"),
        pytest.param(
            {"mentions": Reply({"data": [{"id": 1}], "meta": {}})},
            "mentions",
            (True, None, ()),
            "1 of the items",
            id="an-item-that-cannot-be-read",
        ),
    ],
)
def test_what_a_check_finds(
    twitter: TwitterConnector,
    platform: Platform,
    replies: Mapping[str, Reply],
    stream: str,
    expected: tuple[bool | None, bool | None, tuple[str, ...]],
    remark: str,
) -> None:
    found = checked(twitter, platform, replies)[stream]
    assert (found.readable, found.shows_authors, found.missing_permissions) == expected
    assert remark in found.remark
