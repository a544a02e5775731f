"""Facebook's refusals by consequence: one table, read from its top; the first row that fits decides.

Keyed by the code, subcode and text of the error body, whatever the HTTP status: Facebook's statuses
are unreliable and an error may come with 200 (facebook-graph-api.md §3).
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors.facebook.graph import Answer
from connectors.facebook.place import Place, limit_in
from connectors.facebook.usage import UNKNOWN_REGAIN, regain_at
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

#: A block for breaking a policy has no told end; knocking again soon makes it longer.
BLOCKED_PAUSE = timedelta(hours=24)
PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
_TOKEN_CODES = frozenset({102, 190})
_LIMIT_CODES = {
    4: "app_limit",
    17: "user_limit",
    32: "page_limit",
    341: "feed_limit",
    613: "custom_limit",
    80001: "page_usage_limit",
    80006: "messenger_usage_limit",
}
_CURSOR_WORDS = ("cursor", "paging")
#: Only words that look like this are repeated from a refusal; the rest of its text may name anybody.
_PERMISSION = re.compile(r"\b(?:pages|user)_[a-z_]{1,40}\b")


class PermissionNeededError(OperatorNeededError):
    """Raised when a permission is missing; `permissions` are Facebook's names of it."""

    permissions: tuple[str, ...] = ()


class _Refusal(NamedTuple):
    code: int | None
    subcode: int | None
    message: str
    is_transient: bool
    answer: Answer
    place: Place

    @property
    def text(self) -> str:
        return self.message.lower()


class _Row(NamedTuple):
    code: str
    fits: Callable[[_Refusal], object]
    error: type[PlatformError]
    sentence: str
    until: Callable[[_Refusal], datetime | None] | None = None


def _regained(refusal: _Refusal) -> datetime | None:
    return regain_at(refusal.answer.headers, refusal.place.window, refusal.place.page_id, refusal.place.now)


def _regained_soon(refusal: _Refusal) -> datetime:
    return _regained(refusal) or refusal.place.now + UNKNOWN_REGAIN


def _tomorrow(refusal: _Refusal) -> datetime:
    return refusal.place.now + BLOCKED_PAUSE


def _coded(code: int, subcode: int | None = None) -> Callable[[_Refusal], bool]:
    return lambda refusal: refusal.code == code and (subcode is None or refusal.subcode == subcode)


def _limit_row(number: int, code: str) -> _Row:
    sentence = (
        "Facebook's limit {number} is reached for page {page}; {stream} are read on when it opens again."
    )
    sentence = sentence.replace("{number}", f"{number} ({code})")
    if code == "app_limit":  # the quota of all pages that are read through the app
        return _Row(code, _coded(number), AppPausedError, sentence, _regained_soon)
    return _Row(code, _coded(number), RateLimitedError, sentence, _regained)


def _token_row(subcode: int, code: str, sentence: str) -> _Row:
    return _Row(
        code,
        lambda refusal: refusal.code in _TOKEN_CODES and refusal.subcode == subcode,
        TokenDeadError,
        sentence,
    )


_TABLE = (
    _Row(
        "page_too_large",
        lambda refusal: "reduce the amount of data" in refusal.text,
        PageTooLargeError,
        "Facebook wants a smaller page of {stream} of page {page}.",
    ),
    *(_limit_row(number, code) for number, code in _LIMIT_CODES.items()),
    _Row(
        "blocked",
        _coded(368),
        AppPausedError,
        "Facebook has blocked the app of page {page} for breaking a policy; look into its app dashboard. "
        "It is asked again in a day.",
        _tomorrow,
    ),
    _Row(
        "transient",
        lambda refusal: refusal.code in {1, 2},
        RetryLaterError,
        "Facebook failed for a moment while {stream} of page {page} were read.",
    ),
    _token_row(
        458,
        "app_removed",
        "The owner of page {page} has removed our app; let them allow it and connect again.",
    ),
    _token_row(
        459,
        "checkpoint",
        "The owner of page {page} must first sign in at facebook.com and pass its check; then connect again.",
    ),
    _token_row(
        460,
        "password_changed",
        "The owner of page {page} has changed their password, which ends every token; connect it again.",
    ),
    _token_row(
        463, "token_expired", "The token of page {page} has expired; make a new one and connect again."
    ),
    _token_row(
        464,
        "unconfirmed",
        "The owner of page {page} must confirm their Facebook account; then connect the page again.",
    ),
    _token_row(
        467, "token_invalid", "The token of page {page} is no longer valid; make a new one and connect."
    ),
    _token_row(
        492,
        "page_role_lost",
        "Whoever made the token has no role on page {page} any more; let somebody who has one connect it.",
    ),
    _Row(
        "token_dead",
        lambda refusal: refusal.code in _TOKEN_CODES,
        TokenDeadError,
        "Facebook no longer takes the token of page {page}; make a new one and connect the page again.",
    ),
    _Row(
        "page_token_needed",
        _coded(210),
        OperatorNeededError,
        "Facebook shows {stream} of page {page} to the page's own token only: give the access_token that "
        "/me/accounts shows for the page.",
    ),
    _Row(
        "permission_missing",
        lambda refusal: refusal.code in PERMISSION_CODES,
        PermissionNeededError,
        "Facebook forbids reading {stream} of page {page}; the token needs {permissions}.",
    ),
    _Row(
        "proof_refused",
        lambda refusal: refusal.code == 100 and "appsecret_proof" in refusal.text,
        OperatorNeededError,
        "The app of page {page} wants its secret's proof with every request; connect the page again with "
        "the secret of that very app (--app-secret-file).",
    ),
    _Row(
        "item_gone",
        lambda refusal: _coded(100, 33)(refusal) and refusal.place.request.post,
        ItemGoneError,
        "A post of page {page} is gone or hidden; its {stream} are skipped.",
    ),
    _Row(
        "page_gone",
        _coded(100, 33),
        OperatorNeededError,
        "Facebook does not show page {page} to this token; check the page's id and who made the token.",
    ),
    _Row(
        "cursor_refused",
        lambda refusal: (
            refusal.code == 100
            and refusal.place.request.cursor
            and any(each in refusal.text for each in _CURSOR_WORDS)
        ),
        CursorRefusedError,
        "Facebook no longer takes the cursor of {stream} of page {page}; the listing starts again.",
    ),
    _Row(
        "bad_request",
        _coded(100),
        OperatorNeededError,
        "Facebook calls a request for {stream} of page {page} invalid: it may not offer this listing for "
        "this page or token.",
    ),
    _Row(
        "server",
        lambda refusal: (
            refusal.is_transient
            or refusal.answer.status >= 500
            or (refusal.answer.markup and refusal.answer.status != 200)
        ),
        RetryLaterError,
        "Facebook failed ({status}) while {stream} of page {page} were read.",
    ),
    _Row(
        "too_many_requests",
        lambda refusal: refusal.code is None and refusal.answer.status == 429,
        RateLimitedError,
        "Facebook asks page {page} to wait before more of {stream} is read.",
        _regained,
    ),
    _Row(
        "unknown_error",
        lambda refusal: refusal.code is not None,
        OperatorNeededError,
        "Facebook refused {stream} of page {page} with the unknown code {number}; look it up in Facebook's "
        "error reference.",
    ),
    _Row(
        "unreadable",
        lambda _: True,
        BadAnswerError,
        "Facebook's answer ({status}) for {stream} of page {page} could not be read; if it stays so, check "
        "the configured base address.",
    ),
)


def refusal_of(answer: Answer, place: Place) -> PlatformError | None:
    """Return the domain error that an answer stands for, None where it is none."""
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error")
    if error is None and answer.status == 200 and isinstance(answer.body, dict):
        return None
    details = error if isinstance(error, dict) else {}
    refusal = _Refusal(
        _code(details.get("code")),
        _code(details.get("error_subcode")),
        str(details.get("message", "")),
        details.get("is_transient") is True,
        answer,
        place,
    )
    row = next(each for each in _TABLE if each.fits(refusal))
    return _made(row, refusal)


def unreadable(place: Place, remark: str) -> BadAnswerError:
    """Return the error of a whole answer that is no listing; `remark` says why without its content."""
    return BadAnswerError(
        f"Facebook's answer for {place.request.stream} of page {place.page_id} {remark}.", code="unreadable"
    )


def _made(row: _Row, refusal: _Refusal) -> PlatformError:
    place = refusal.place
    named = tuple(dict.fromkeys(_PERMISSION.findall(refusal.message))) or place.permissions
    sentence = row.sentence.format(
        page=place.page_id,
        stream=place.request.stream,
        status=refusal.answer.status,
        number=refusal.code,
        permissions=" and ".join(named) or "the right to moderate the page",
    )
    limit = limit_in(refusal.answer.headers, place)
    if issubclass(row.error, RetryLaterError):
        retry_at = row.until(refusal) if row.until else None
        return row.error(sentence, code=row.code, retry_at=retry_at, limit=limit)
    made = row.error(sentence, code=row.code, limit=limit)
    if isinstance(made, PermissionNeededError):
        made.permissions = named
    return made


def _code(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
