"""What an error means for a run: wait, begin again, take smaller pages, skip the post, or fail."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.account import Account
from domain.errors import (
    AppPausedError,
    BadAnswerError,
    CursorRefusedError,
    ItemGoneError,
    OperatorNeededError,
    PageTooLargeError,
    PagingLoopError,
    PlatformError,
    RateLimitedError,
    RegularsError,
    RetryLaterError,
    TokenDeadError,
    UnexpectedError,
)
from domain.limit import WHOLE_ACCOUNT, Limit
from domain.stream import POSTS, Stream
from store import failures, outbox, runs, spends
from store.failures import Failure
from store.runs import Claim

#: Requests for one page before an error that might pass counts as one that does not.
MAX_ATTEMPTS = 12
MAX_RESTARTS = 5
#: The first pause after an error without a date, doubled each time, in seconds.
FIRST_PAUSE_S = 0.25
#: The same where a rate limit is spent and the platform does not say until when.
FIRST_LIMIT_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0

#: The cause of failures of a paused account; they go on by themselves when it is resumed.
PAUSED = "account_paused"
_RESUME = (
    "Connect the account again with a good token (`regulars account add`), or mend it at the platform "
    "and say `regulars account resume`; what failed then goes on by itself."
)
_ADVICE: dict[type[PlatformError], str] = {
    TokenDeadError: _RESUME,
    OperatorNeededError: "Mend the token or its permissions (`regulars account check`), then replay.",
    BadAnswerError: "Look whether the platform has an outage, then replay.",
    RetryLaterError: "Look whether the platform has an outage, then replay.",
    CursorRefusedError: "The platform keeps refusing its own cursors; replay later.",
    PagingLoopError: "The platform's listing leads in a circle; replay later. Nobody was taken to have left.",
    PageTooLargeError: "Even the smallest page is too much for the platform; replay later.",
    UnexpectedError: "Mend what is named, or look into the workers' log and report it; then replay.",
    ItemGoneError: "Check that the account still exists and that the token belongs to it, then replay.",
}


class LostClaimError(RegularsError):
    """Raised when another worker holds the page by now: everything of this one is rolled back."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a run after an error."""

    due_at: datetime
    attempts: int
    page_size: int
    waiting_for: str | None = None
    restart: bool = False
    skip: bool = False
    block: Limit | None = None
    failure: Failure | None = None


def judge(  # noqa: PLR0911  # one return a consequence
    error: PlatformError, claim: Claim, stream: Stream, *, now: datetime, chance: random.Random
) -> Verdict:
    """Decide by the error's consequence; a pause without a date is random between half and whole."""
    again = Verdict(due_at=now, attempts=claim.attempts, page_size=claim.page_size)
    failed = _changed(again, failure=_failure(error, claim))
    match error:
        case RetryLaterError(retry_at=datetime() as until):
            until = max(until, now + timedelta(seconds=1))
            endpoint = WHOLE_ACCOUNT if isinstance(error, AppPausedError) else stream.name
            return _changed(
                again,
                due_at=until,
                attempts=0,
                waiting_for=error.code,
                block=Limit(endpoint=endpoint, remaining=0, reset_at=until),
            )
        case RetryLaterError() | BadAnswerError() | UnexpectedError():
            if claim.attempts >= MAX_ATTEMPTS:
                return failed
            first = FIRST_LIMIT_PAUSE_S if isinstance(error, RateLimitedError) else FIRST_PAUSE_S
            pause = min(LONGEST_PAUSE_S, first * 2 ** (claim.attempts - 1)) * chance.uniform(0.5, 1)
            return _changed(again, due_at=now + timedelta(seconds=pause), waiting_for=error.code)
        case CursorRefusedError():
            return failed if claim.restarts >= MAX_RESTARTS else _changed(again, restart=True)
        case PageTooLargeError():
            size = max(stream.min_page, min(claim.page_size, stream.max_page) // 2)
            return failed if size >= claim.page_size else _changed(again, page_size=size)
        case ItemGoneError() if stream.per_post:
            return _changed(again, skip=True)
        case _:
            return failed


def require_held(connection: Connection, claim: Claim, worker: str) -> None:
    """Keep the page ours to the end of the transaction; raises LostClaimError where it is so no longer."""
    if not runs.hold(connection, claim, worker):
        raise LostClaimError(f"Run {claim.run_id} went on elsewhere; this page is dropped.")


def advance(
    connection: Connection,
    claim: Claim,
    worker: str,
    changes: Mapping[str, Any],
    until: datetime | None = None,
) -> None:
    """Move a held run to its next fence (`store.runs.advance`); raises LostClaimError where not ours."""
    if not runs.advance(connection, claim, worker, changes, until):
        raise LostClaimError(f"Run {claim.run_id} went on elsewhere; this page is dropped.")


def paused(claim: Claim, account: Account) -> Failure:
    """Return the failure of a run whose account is paused: it is not asked for before somebody acts."""
    sentence = f"Account {account.name} is paused. {account.paused}"
    return Failure(claim.run_id, claim.stream, claim.post, PAUSED, sentence, _RESUME, claim.attempts)


def fail(
    connection: Connection, claim: Claim, worker: str, failure: Failure, *, now: datetime, requests: int = 1
) -> None:
    """End a run as failed, with its failure row; runs that wait for it end with it."""
    changes = runs.added(requests=requests) | {"state": "failed", "ended_at": now, "error": failure.sentence}
    advance(connection, claim, worker, changes | {"post_id": claim.post_id})
    failures.add(connection, failure, now=now)
    spends.doubt(connection, claim.run_id)
    outbox.drop(connection, runs.KIND, claim.run_id)
    if claim.stream == POSTS:
        runs.end_waiting(
            connection, claim.run_id, "failed", "The list of the account's posts could not be read.", now=now
        )


def _failure(error: PlatformError, claim: Claim) -> Failure:
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), "Replay later.")
    return Failure(claim.run_id, claim.stream, claim.post, error.code, str(error), advice, claim.attempts)


def _changed(verdict: Verdict, **changes: Any) -> Verdict:
    values = {name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}
    return Verdict(**(values | changes))
