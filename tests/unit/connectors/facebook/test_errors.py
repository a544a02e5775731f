"""Every refusal of Facebook by its consequence; the bodies are those of facebook-graph-api.md §3."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.facebook.errors import _TABLE, PermissionNeededError, refusal_of
from connectors.facebook.graph import Answer
from connectors.facebook.place import Place
from domain.batch import PageRequest
from domain.errors import (
    AppPausedError,
    BadAnswerError,
    CursorRefusedError,
    ItemGoneError,
    OperatorNeededError,
    PageTooLargeError,
    PlatformError,
    RateLimitedError,
    RetryLaterError,
    TokenDeadError,
)

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
COMMENTS = PageRequest("comments", "4001_900")
MIDWAY = PageRequest("comments", "4001_900", cursor="after=QVFI")
TAGGED = PageRequest("tagged")
REGAIN_19 = {
    "x-business-use-case-usage": json.dumps(
        {"4001": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    )
}


def error(code: Any, message: str = "Something", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}}


def row(
    body: Any,
    expected: type[PlatformError],
    code: str,
    *,
    request: PageRequest = COMMENTS,
    answer: tuple[int, dict[str, str], bool] = (400, {}, False),
    pause: timedelta | None = None,
    words: str = "4001",
    name: str = "",
) -> Any:
    status, headers, markup = answer
    answered = Answer(body, status, headers, markup)
    return pytest.param(request, answered, expected, code, pause, words, id=name or code.replace("_", "-"))


def token(subcode: int, code: str, words: str) -> Any:
    message = "Error validating access token: Ada's session is over."
    return row(error(190, message, error_subcode=subcode), TokenDeadError, code, words=words)


def limited(number: int, code: str, message: str) -> Any:
    body = error(number, message)
    return row(body, RateLimitedError, code, words=f"limit {number} ")


ROWS = [
    row(
        error(1, "An unknown error has occurred."), RetryLaterError, "transient", name="unknown-for-a-moment"
    ),
    row(error(2, "Please retry your request later."), RetryLaterError, "transient", name="service-down"),
    row(
        error(1, "Please reduce the amount of data you're asking for, then retry your request"),
        PageTooLargeError,
        "page_too_large",
        answer=(500, {}, False),
    ),
    row(
        error(500, "Please reduce the amount of data you're asking for"),
        PageTooLargeError,
        "page_too_large",
        answer=(200, {}, False),
        name="page-too-large-with-status-200",
    ),
    row(
        error(4, "(#4) Application request limit reached"),
        AppPausedError,
        "app_limit",
        words="limit 4 ",
        pause=timedelta(minutes=1),
    ),
    row(
        error(4, "(#4) Application request limit reached"),
        AppPausedError,
        "app_limit",
        answer=(400, REGAIN_19, False),
        pause=timedelta(minutes=19),
        name="the-app-limit-with-a-time",
    ),
    limited(17, "user_limit", "(#17) User request limit reached"),
    limited(32, "page_limit", "(#32) Page request limit reached"),
    limited(341, "feed_limit", "(#341) Feed action request limit reached"),
    limited(613, "custom_limit", "(#613) Calls to this api have exceeded the rate limit."),
    limited(80001, "page_usage_limit", "(#80001) There have been too many calls to this Page account."),
    limited(80006, "messenger_usage_limit", "(#80006) There have been too many messenger api calls"),
    row(
        error(80001, "(#80001) There have been too many calls", error_subcode=2446079),
        RateLimitedError,
        "page_usage_limit",
        answer=(400, REGAIN_19, False),
        pause=timedelta(minutes=19),
        name="the-header-tells-when-access-is-regained",
    ),
    row(
        error(368, "The action attempted has been deemed abusive", error_subcode=1390008),
        AppPausedError,
        "blocked",
        pause=timedelta(hours=24),
    ),
    token(458, "app_removed", "removed our app"),
    token(459, "checkpoint", "pass its check"),
    token(460, "password_changed", "changed their password"),
    token(463, "token_expired", "has expired"),
    token(464, "unconfirmed", "confirm their"),
    token(467, "token_invalid", "no longer valid"),
    token(492, "page_role_lost", "no role on page"),
    row(error(190, "Invalid OAuth access token."), TokenDeadError, "token_dead", words="make a new one"),
    row(
        error(102, "Session key invalid or no longer valid"),
        TokenDeadError,
        "token_dead",
        name="session-key-invalid",
    ),
    row(
        error(190, error_subcode=463),
        TokenDeadError,
        "token_expired",
        answer=(200, {}, False),
        name="an-expired-token-with-status-200",
    ),
    row(
        error(10, "(#10) This endpoint requires the 'pages_read_engagement' permission. See PAGES_ACCESS."),
        PermissionNeededError,
        "permission_missing",
        words="needs pages_read_engagement.",
        name="permission-10",
    ),
    row(
        error(200, "(#200) Requires pages_read_user_content permission to manage the object"),
        PermissionNeededError,
        "permission_missing",
        words="needs pages_read_user_content.",
        name="permission-200",
    ),
    row(
        error(3, "(#3) Application does not have the capability to make this API call."),
        PermissionNeededError,
        "permission_missing",
        words="needs what_the_stream_needs",
        name="capability-3-names-what-the-stream-needs",
    ),
    row(
        error(210, "(#210) A page access token is required to request this resource."),
        OperatorNeededError,
        "page_token_needed",
        words="/me/accounts",
    ),
    row(error(299), PermissionNeededError, "permission_missing", name="permission-299"),
    row(
        error(100, "Unsupported get request. Object with ID '4001_900' does not exist", error_subcode=33),
        ItemGoneError,
        "item_gone",
    ),
    row(
        error(100, "Unsupported get request. Object with ID '4001' does not exist", error_subcode=33),
        OperatorNeededError,
        "page_gone",
        request=TAGGED,
    ),
    row(
        error(100, "(#100) The After Cursor specified exceeds the max limit supported by this endpoint"),
        CursorRefusedError,
        "cursor_refused",
        request=MIDWAY,
    ),
    row(
        error(100, "Invalid paging token"),
        CursorRefusedError,
        "cursor_refused",
        request=MIDWAY,
        name="paging-refused",
    ),
    row(
        error(100, "Invalid cursor"),
        OperatorNeededError,
        "bad_request",
        name="no-cursor-was-sent-so-none-is-refused",
    ),
    row(
        error(100, "API calls from the server require an appsecret_proof argument"),
        OperatorNeededError,
        "proof_refused",
        words="--app-secret-file",
    ),
    row(
        error(100, "(#100) Tried accessing nonexisting field (followers) on node type (Page)"),
        OperatorNeededError,
        "bad_request",
        request=MIDWAY,
    ),
    row(error(4242, is_transient=True), RetryLaterError, "server", name="unknown-but-transient"),
    row(error(4242, is_transient=False), OperatorNeededError, "unknown_error", words="code 4242"),
    row(error("190"), TokenDeadError, "token_dead", name="a-code-as-text"),
    row(None, RetryLaterError, "server", answer=(503, {}, True), name="html-503"),
    row(None, RetryLaterError, "server", answer=(404, {}, True), name="html-404-from-a-gateway"),
    row({}, RetryLaterError, "server", answer=(502, {}, False), name="an-empty-502"),
    row(None, RateLimitedError, "too_many_requests", answer=(429, {}, False)),
    row(None, BadAnswerError, "unreadable", answer=(200, {}, True), name="html-that-says-200"),
    row(["Ada"], BadAnswerError, "unreadable", answer=(200, {}, False), name="a-list"),
    row(
        {"error": "Ada"}, BadAnswerError, "unreadable", answer=(200, {}, False), name="an-error-without-parts"
    ),
    row({"data": []}, BadAnswerError, "unreadable", answer=(404, {}, False), name="404-without-an-error"),
]


@pytest.mark.parametrize(("request_", "answer", "expected", "code", "pause", "words"), ROWS)
def test_a_refusal_has_its_consequence(
    request_: PageRequest,
    answer: Answer,
    expected: type[PlatformError],
    code: str,
    pause: timedelta | None,
    words: str,
) -> None:
    refusal = refusal_of(answer, Place("4001", request_, ("what_the_stream_needs",), NOW))
    assert type(refusal) is expected
    assert refusal.code == code
    assert words in str(refusal)
    assert "Ada" not in str(refusal)
    assert "{" not in str(refusal)
    retry_at = refusal.retry_at if isinstance(refusal, RetryLaterError) else None
    assert retry_at == (NOW + pause if pause else None)


def test_every_row_of_the_table_has_a_test() -> None:
    assert {each.code for each in _TABLE} == {each.values[3] for each in ROWS}


def test_an_answer_without_an_error_is_no_refusal() -> None:
    assert refusal_of(Answer({"data": []}, 200, {}), Place("4001", COMMENTS, (), NOW)) is None


def test_a_refusal_carries_the_limit_of_its_headers() -> None:
    refusal = refusal_of(Answer(error(80001), 400, REGAIN_19), Place("4001", COMMENTS, (), NOW))
    assert refusal is not None
    assert refusal.limit is not None
    assert (refusal.limit.remaining, refusal.limit.reset_at) == (0, NOW + timedelta(minutes=19))
