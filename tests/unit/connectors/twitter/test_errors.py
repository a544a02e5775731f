"""Every refusal of X by its consequence; the bodies are those of x-api.md §1.6."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.http import RefusedError
from connectors.twitter.asked import Asked
from connectors.twitter.errors import _TABLE, absence_of, refusal_of
from domain.batch import PageRequest
from domain.errors import (
    AppPausedError,
    BadAnswerError,
    CursorRefusedError,
    ItemGoneError,
    OperatorNeededError,
    PlatformError,
    RateLimitedError,
    RetryLaterError,
    TokenDeadError,
)
from domain.limit import Limit

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
PROBLEMS = "https://api.twitter.com/2/problems"
FOLLOWERS = PageRequest("followers")
LIKERS = PageRequest("likers", "900")

CREDITS = {
    "account_id": 4001,
    "title": "CreditsDepleted",
    "detail": "Your enrolled account [4001] does not have any credits to fulfill this request.",
    "type": f"{PROBLEMS}/credits",
}
SPEND_CAP = {
    "title": "SpendCapReached",
    "detail": "Your enrolled account has reached its billing cycle spend cap.",
    "reset_date": "2026-12-13",
    "type": f"{PROBLEMS}/credits",
}
USAGE_CAP = {
    "title": "UsageCapExceeded",
    "period": "Monthly",
    "scope": "Product",
    "product_name": "standard-basic",
    "type": f"{PROBLEMS}/usage-capped",
}
TOO_MANY = {"title": "Too Many Requests", "type": "about:blank", "status": 429}
NOT_ENROLLED = {
    "title": "Client Forbidden",
    "reason": "client-not-enrolled",
    "type": f"{PROBLEMS}/client-forbidden",
    "registration_url": "https://developer.example",
}
NO_APP_TOKEN = {"title": "Unsupported Authentication", "type": f"{PROBLEMS}/unsupported-authentication"}
OLD_CURSOR = {
    "title": "Invalid Request",
    "type": f"{PROBLEMS}/invalid-request",
    "errors": [{"parameters": {"pagination_token": ["x"]}, "message": "[x] is no valid pagination token"}],
}
BAD_FIELD = {
    "title": "Invalid Request",
    "type": f"{PROBLEMS}/invalid-request",
    "errors": [{"parameters": {"max_results": ["0"]}, "message": "must be between 1 and 1000"}],
}
HIDDEN = {
    "title": "Authorization Error",
    "type": f"{PROBLEMS}/not-authorized-for-resource",
    "resource_id": "900",
    "status": 403,
}
NOT_FOUND = {"title": "Not Found Error", "type": f"{PROBLEMS}/resource-not-found"}
HTML = b"<html>over capacity</html>"


def refusal(
    status: int, body: Any, request: PageRequest = FOLLOWERS, headers: dict[str, str] | None = None
) -> PlatformError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = Asked("4001", request, ("follows.read", "tweet.read"), NOW)
    return refusal_of(RefusedError(status, headers or {}, content), asked)


ROWS = [
    pytest.param(402, CREDITS, FOLLOWERS, AppPausedError, "credits_depleted", id="no-credits-left"),
    pytest.param(403, SPEND_CAP, FOLLOWERS, AppPausedError, "spend_cap_reached", id="spending-cap"),
    pytest.param(429, USAGE_CAP, FOLLOWERS, AppPausedError, "usage_cap_exceeded", id="monthly-cap"),
    pytest.param(429, TOO_MANY, FOLLOWERS, RateLimitedError, "rate_limited", id="window-spent"),
    pytest.param(
        429,
        {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
        FOLLOWERS,
        RateLimitedError,
        "rate_limited",
        id="window-spent-in-the-old-words",
    ),
    pytest.param(429, HTML, FOLLOWERS, RateLimitedError, "rate_limited", id="window-spent-in-html"),
    pytest.param(
        401,
        {"title": "Unauthorized", "status": 401},
        FOLLOWERS,
        TokenDeadError,
        "unauthorized",
        id="dead-token",
    ),
    pytest.param(
        403, NOT_ENROLLED, FOLLOWERS, OperatorNeededError, "client_not_enrolled", id="app-without-plan"
    ),
    pytest.param(
        403, NO_APP_TOKEN, LIKERS, OperatorNeededError, "unsupported_authentication", id="token-of-an-app"
    ),
    pytest.param(
        403,
        {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": "Forbidden"},
        FOLLOWERS,
        OperatorNeededError,
        "not_authorized",
        id="scope-missing",
    ),
    pytest.param(403, HTML, FOLLOWERS, OperatorNeededError, "not_authorized", id="forbidden-in-html"),
    pytest.param(403, HIDDEN, LIKERS, ItemGoneError, "item_hidden", id="a-post-that-is-hidden"),
    pytest.param(403, HIDDEN, FOLLOWERS, OperatorNeededError, "not_authorized", id="an-account-not-ours"),
    pytest.param(
        400,
        OLD_CURSOR,
        PageRequest("followers", cursor="x"),
        CursorRefusedError,
        "cursor_refused",
        id="cursor-refused",
    ),
    pytest.param(
        400,
        OLD_CURSOR,
        PageRequest("likers", "900", cursor="x"),
        CursorRefusedError,
        "cursor_refused",
        id="cursor-of-a-post-refused",
    ),
    pytest.param(
        400, OLD_CURSOR, FOLLOWERS, OperatorNeededError, "bad_request", id="cursor-refused-that-was-not-sent"
    ),
    pytest.param(
        400,
        {"errors": [None, {"parameter": "next_token"}]},
        PageRequest("followers", cursor="x"),
        CursorRefusedError,
        "cursor_refused",
        id="cursor-refused-under-its-other-name",
    ),
    pytest.param(
        400,
        BAD_FIELD,
        PageRequest("followers", cursor="x"),
        OperatorNeededError,
        "bad_request",
        id="other-bad-request",
    ),
    pytest.param(404, NOT_FOUND, LIKERS, ItemGoneError, "item_gone", id="post-gone"),
    pytest.param(404, NOT_FOUND, FOLLOWERS, OperatorNeededError, "account_gone", id="account-gone"),
    pytest.param(404, HTML, LIKERS, BadAnswerError, "unexpected_status", id="wrong-address-is-no-gone-post"),
    pytest.param(503, HTML, FOLLOWERS, RetryLaterError, "server", id="over-capacity-in-html"),
    pytest.param(
        500, {"title": "Internal Server Error"}, LIKERS, RetryLaterError, "server", id="internal-error"
    ),
    pytest.param(408, b"", LIKERS, RetryLaterError, "server", id="the-server-gave-up-waiting"),
    pytest.param(418, b"[]", LIKERS, BadAnswerError, "unexpected_status", id="unheard-of-status"),
]


@pytest.mark.parametrize(("status", "body", "request_", "error", "code"), ROWS)
def test_consequence(
    status: int, body: Any, request_: PageRequest, error: type[PlatformError], code: str
) -> None:
    raised = refusal(status, body, request_)
    assert (type(raised), raised.code) == (error, code)
    assert "4001" in str(raised)
    assert "{" not in str(raised)


def test_every_row_of_the_table_is_tried() -> None:
    assert {each.code for each in _TABLE} == {each.values[4] for each in ROWS}


@pytest.mark.parametrize(
    ("status", "body", "headers", "retry_at"),
    [
        pytest.param(402, CREDITS, {}, NOW + timedelta(hours=6), id="no-credits-ask-in-six-hours"),
        pytest.param(403, SPEND_CAP, {}, datetime(2026, 12, 13, tzinfo=UTC), id="spending-cap-until-its-day"),
        pytest.param(
            403,
            {**SPEND_CAP, "reset_date": "2026-05-13"},
            {},
            NOW + timedelta(hours=6),
            id="spending-cap-of-a-day-gone-by",
        ),
        pytest.param(
            403,
            {**SPEND_CAP, "reset_date": None},
            {},
            NOW + timedelta(hours=6),
            id="spending-cap-without-a-day",
        ),
        pytest.param(429, USAGE_CAP, {}, datetime(2027, 1, 1, tzinfo=UTC), id="monthly-cap-until-next-month"),
        pytest.param(
            429,
            {**USAGE_CAP, "period": "Daily"},
            {},
            datetime(2026, 12, 6, tzinfo=UTC),
            id="daily-cap-until-tomorrow",
        ),
        pytest.param(
            429,
            USAGE_CAP,
            {"x-rate-limit-reset": str(int(NOW.timestamp()) + 60)},
            datetime(2027, 1, 1, tzinfo=UTC),
            id="a-cap-does-not-believe-the-window",
        ),
        pytest.param(
            429,
            TOO_MANY,
            {"x-rate-limit-reset": str(int(NOW.timestamp()) + 700)},
            NOW + timedelta(seconds=700),
            id="window-until-its-reset",
        ),
        pytest.param(429, TOO_MANY, {}, None, id="window-without-reset-says-no-time"),
        pytest.param(
            429,
            TOO_MANY,
            {"x-rate-limit-reset": str(int(NOW.timestamp()) - 5)},
            None,
            id="window-with-a-past-reset-says-no-time",
        ),
        pytest.param(429, TOO_MANY, {"x-rate-limit-reset": "soon"}, None, id="window-with-a-strange-reset"),
        pytest.param(429, TOO_MANY, {"x-rate-limit-reset": "99999999999"}, None, id="window-of-centuries"),
        pytest.param(503, HTML, {}, None, id="a-failing-server-says-no-time"),
    ],
)
def test_when_to_come_back(
    status: int, body: Any, headers: dict[str, str], retry_at: datetime | None
) -> None:
    raised = refusal(status, body, headers=headers)
    assert isinstance(raised, RetryLaterError)
    assert raised.retry_at == retry_at


def test_a_refusal_tells_the_limit_too() -> None:
    reset = int(NOW.timestamp()) + 700
    headers = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
    expected = Limit("followers", 0, NOW + timedelta(seconds=700), 300)
    assert refusal(429, TOO_MANY, headers=headers).limit == expected
    assert refusal(403, NO_APP_TOKEN, headers=headers).limit == expected


def test_a_missing_scope_is_named() -> None:
    assert "follows.read" in str(refusal(403, {"title": "Forbidden"}))


@pytest.mark.parametrize(
    ("types", "request_", "code"),
    [
        pytest.param(["resource-not-found"], LIKERS, "item_gone", id="a-post-that-is-gone"),
        pytest.param(["not-authorized-for-resource"], LIKERS, "item_gone", id="a-post-that-is-hidden"),
        pytest.param(["resource-not-found"], FOLLOWERS, "account_gone", id="an-account-that-is-gone"),
        pytest.param(["internal-error"], LIKERS, "server", id="a-failure-inside-x"),
        pytest.param(["resource-not-found", "internal-error"], LIKERS, "server", id="gone-is-not-sure"),
        pytest.param([], LIKERS, "server", id="errors-without-a-type"),
    ],
)
def test_an_answer_of_problems_alone(types: list[str], request_: PageRequest, code: str) -> None:
    assert absence_of(types, Asked("4001", request_, (), NOW)).code == code
