"""X's refusals by consequence: one table, read from its top; the first row that fits decides.

Keyed by status and by the title and type of the body, because tweepy's classes cannot tell a spent
cap from a missing permission (x-api.md §1.6).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from connectors.http import RefusedError
from connectors.twitter.asked import Asked
from connectors.twitter.limits import CREDITS_PAUSE, billing_reset, limit_of, next_period, window_end
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

_CURSOR_PARAMETERS = frozenset({"pagination_token", "next_token"})


class _Refusal(NamedTuple):
    status: int
    title: str
    kind: str
    problem: Mapping[str, Any]
    headers: Mapping[str, str]
    asked: Asked

    @property
    def names_cursor(self) -> bool:
        errors = self.problem.get("errors")
        named = {str(self.problem.get("parameter"))}
        for each in errors if isinstance(errors, list) else ():
            if isinstance(each, dict):
                named.add(str(each.get("parameter")))
                named.update(each["parameters"] if isinstance(each.get("parameters"), dict) else ())
        return bool(named & _CURSOR_PARAMETERS)


class _Row(NamedTuple):
    code: str
    fits: Callable[[_Refusal], object]
    error: type[PlatformError]
    sentence: str
    until: Callable[[_Refusal], datetime | None] | None = None


def _status(status: int, *words: str) -> Callable[[_Refusal], bool]:
    """Fit a status, and one of `words` in title, type or reason where there are any."""

    def fits(refusal: _Refusal) -> bool:
        return refusal.status == status and (
            not words or any(word in refusal.title or word in refusal.kind for word in words)
        )

    return fits


def _gone(refusal: _Refusal) -> bool:
    return refusal.status == 404 and ("not found" in refusal.title or "resource-not-found" in refusal.kind)


def _hidden(refusal: _Refusal) -> bool:
    # Another thing than a missing scope: the type says that this one post is meant (x-api.md §1.5).
    return refusal.status == 403 and "not-authorized-for-resource" in refusal.kind


_TABLE = (
    _Row(
        "credits_depleted",
        lambda refusal: refusal.status == 402,
        AppPausedError,
        "X says that the app of account {account} has no credits left; buy some in X's console. "
        "The app is asked again in six hours.",
        lambda refusal: refusal.asked.now + CREDITS_PAUSE,
    ),
    _Row(
        "spend_cap_reached",
        _status(403, "spendcapreached"),
        AppPausedError,
        "The app of account {account} has reached the spending cap set in X's console; "
        "raise it there or wait for the next billing cycle.",
        lambda refusal: billing_reset(refusal.problem, refusal.asked.now),
    ),
    _Row(
        "usage_cap_exceeded",
        _status(429, "usagecapexceeded", "usage-capped"),
        AppPausedError,
        "The app of account {account} has read as many posts as X allows it in this billing cycle.",
        lambda refusal: next_period(refusal.problem, refusal.asked.now),
    ),
    _Row(
        "rate_limited",
        _status(429),
        RateLimitedError,
        "X asks account {account} to wait before it reads more {endpoint}.",
        lambda refusal: window_end(refusal.headers, refusal.asked),
    ),
    _Row(
        "unauthorized",
        _status(401),
        TokenDeadError,
        "X no longer takes the token of account {account}; make a new one and connect the account again.",
    ),
    _Row(
        "client_not_enrolled",
        _status(403, "client-not-enrolled", "client-forbidden", "client forbidden"),
        OperatorNeededError,
        "The app of account {account} is enrolled in no plan of X; enrol it in X's console.",
    ),
    _Row(
        "unsupported_authentication",
        _status(403, "unsupported-authentication", "unsupported authentication"),
        OperatorNeededError,
        "X does not take this kind of token for {endpoint}: connect account {account} with a token of "
        "the account itself, not of an app.",
    ),
    _Row(
        "item_hidden",
        lambda refusal: _hidden(refusal) and refusal.asked.request.post,
        ItemGoneError,
        "X does not let account {account} see one of its posts' {endpoint}; they are skipped.",
    ),
    _Row(
        "not_authorized",
        _status(403),
        OperatorNeededError,
        "X forbids account {account} to read {endpoint}; the token needs {permissions}.",
    ),
    _Row(
        "cursor_refused",
        lambda refusal: refusal.status == 400 and refusal.asked.request.cursor and refusal.names_cursor,
        CursorRefusedError,
        "X no longer takes the cursor of {endpoint} of account {account}; the listing starts again.",
    ),
    _Row(
        "bad_request",
        _status(400),
        OperatorNeededError,
        "X calls a request for {endpoint} of account {account} invalid; report this as a bug.",
    ),
    _Row(
        "item_gone",
        lambda refusal: _gone(refusal) and refusal.asked.request.post,
        ItemGoneError,
        "A post of account {account} is gone or hidden; its {endpoint} are skipped.",
    ),
    _Row(
        "account_gone",
        _gone,
        OperatorNeededError,
        "X knows no account {account}; check its id, or whether it was suspended or closed.",
    ),
    _Row(
        "server",
        lambda refusal: refusal.status >= 500 or refusal.status == 408,
        RetryLaterError,
        "X failed ({status}) while {endpoint} of account {account} were read.",
    ),
    _Row(
        "unexpected_status",
        lambda _: True,
        BadAnswerError,
        "X answered with the unexpected status {status} for {endpoint} of account {account}; "
        "check the configured base address.",
    ),
)


def refusal_of(refused: RefusedError, asked: Asked) -> PlatformError:
    """Return the domain error that an answer with a status other than 200 stands for."""
    problem = refused.problem
    refusal = _Refusal(
        refused.status,
        str(problem.get("title", "")).lower(),
        f"{problem.get('type', '')} {problem.get('reason', '')}".lower(),
        problem,
        refused.headers,
        asked,
    )
    row = next(each for each in _TABLE if each.fits(refusal))
    return _made(row, refusal)


def absence_of(types: list[str], asked: Asked) -> PlatformError:
    """Return the error of a 200 answer that holds no data but problems of these types (x-api.md §1.5).

    Empty results cost nothing (§2).
    """
    refused = {"resource-not-found", "not-authorized-for-resource", "disallowed-resource"}
    code = "server"
    if types and set(types) <= refused:
        code = "item_gone" if asked.request.post else "account_gone"
    row = next(each for each in _TABLE if each.code == code)
    absence = _made(row, _Refusal(200, "", "", {}, {}, asked))
    absence.unbilled = True
    return absence


def unreadable(asked: Asked, remark: str) -> BadAnswerError:
    """Return the error of a 200 answer that cannot be read; `remark` says why without its content."""
    return BadAnswerError(
        f"X's answer for {asked.request.stream} of account {asked.account_id} {remark}.",
        code="unreadable",
    )


def _made(row: _Row, refusal: _Refusal) -> PlatformError:
    asked = refusal.asked
    sentence = row.sentence.format(
        account=asked.account_id,
        endpoint=asked.request.stream,
        status=refusal.status,
        permissions=", ".join(asked.permissions),
    )
    limit = limit_of(refusal.headers, asked)
    if issubclass(row.error, RetryLaterError):
        retry_at = row.until(refusal) if row.until else None
        return row.error(sentence, code=row.code, retry_at=retry_at, limit=limit)
    return row.error(sentence, code=row.code, limit=limit)
