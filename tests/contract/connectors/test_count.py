"""A look at X's count of followers: one request, one User read, and nothing that is no number."""

from datetime import UTC, datetime

import pytest

from connectors.facebook.listings import STREAMS as FACEBOOK
from connectors.twitter.connector import TwitterConnector
from domain.account import Account
from domain.batch import Batch, PageRequest
from domain.checkpoint import Checkpoint
from domain.credentials import Credentials
from domain.errors import BadAnswerError, OperatorNeededError, PlatformError, RetryLaterError
from domain.limit import Limit
from domain.stream import COUNT, Shape
from tests.contract.connectors.case import TOKEN
from tests.contract.connectors.server import Platform, Reply

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOOK = PageRequest(COUNT, page_size=1)


@pytest.fixture
def twitter(platform: Platform) -> TwitterConnector:
    account = Account("twitter", "4001", "Our club")
    return TwitterConnector(account, Credentials(TOKEN), platform.base_url, now=lambda: NOW)


def me(**values: object) -> Reply:
    return Reply({"data": {"id": "4001", "username": "our_club", **values}})


def test_it_is_one_user_read_and_ends_there(twitter: TwitterConnector, platform: Platform) -> None:
    ends_at = int(NOW.timestamp()) + 60
    headers = {"x-rate-limit-limit": "75", "x-rate-limit-remaining": "74", "x-rate-limit-reset": str(ends_at)}
    body = {"data": {"id": "4001", "public_metrics": {"followers_count": 1203}}}
    platform.always(Reply(body, headers=headers))
    batch = twitter.fetch(LOOK)
    limit = Limit(COUNT, 74, datetime.fromtimestamp(ends_at, UTC), 75)
    assert batch == Batch(billed_items=1, billed=("4001",), limit=limit, followers=1203)
    (seen,) = platform.seen
    assert (seen.path, seen.query) == ("/2/users/me", {"user.fields": "public_metrics"})
    assert not Checkpoint().after(batch, now=NOW).walking
    assert (twitter.streams[COUNT].shape, twitter.streams[COUNT].meter) == (Shape.COUNT, "users")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(me(), BadAnswerError, id="no number"),
        pytest.param(
            me(public_metrics={"followers_count": True}), BadAnswerError, id="a number that is none"
        ),
        pytest.param(
            me(id="4002", public_metrics={"followers_count": 3}), BadAnswerError, id="somebody else's"
        ),
        pytest.param(Reply({"title": "Too Many Requests"}, status=429), RetryLaterError, id="a spent window"),
        pytest.param(Reply({"title": "Unauthorized"}, status=401), OperatorNeededError, id="a dead token"),
    ],
)
def test_what_is_no_count(
    twitter: TwitterConnector, platform: Platform, reply: Reply, error: type[PlatformError]
) -> None:
    platform.always(reply)
    with pytest.raises(error):
        twitter.fetch(LOOK)


def test_facebook_has_nothing_to_look_at() -> None:
    assert COUNT not in FACEBOOK
