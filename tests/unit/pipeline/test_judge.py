"""What an error of a platform means for a run, one row a consequence."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import (
    AppPausedError,
    BadAnswerError,
    CursorRefusedError,
    ItemGoneError,
    OperatorNeededError,
    PageTooLargeError,
    PagingLoopError,
    PlatformError,
    RetryLaterError,
)
from domain.limit import WHOLE_ACCOUNT, Limit
from domain.signal import SignalKind
from domain.stream import Shape, Stream
from pipeline.outcome import LONGEST_PAUSE_S, MAX_ATTEMPTS, MAX_RESTARTS, Verdict, judge
from store.runs import Claim

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATE = NOW + timedelta(minutes=15)
OF_ACCOUNT = Stream("followers", (SignalKind.FOLLOWS,), Shape.ROSTER, max_page=1000, min_page=10)
OF_POST = Stream("likers", (SignalKind.LIKED,), Shape.ROSTER, max_page=100, per_post=True)
CLAIM = Claim(7, 3, 1, "twitter", "followers", None, "", 100, attempts=1, restarts=0, quarantined=0)


def judged(error: PlatformError, claim: Claim = CLAIM, stream: Stream = OF_ACCOUNT) -> Verdict:
    return judge(error, claim, stream, now=NOW, chance=random.Random(1))


@pytest.mark.parametrize(
    ("error", "claim", "stream"),
    [
        pytest.param(OperatorNeededError("No.", code="dead"), CLAIM, OF_ACCOUNT, id="a person is needed"),
        pytest.param(
            PagingLoopError("No.", code="loop"), CLAIM, OF_ACCOUNT, id="the listing leads in a circle"
        ),
        pytest.param(ItemGoneError("No.", code="gone"), CLAIM, OF_ACCOUNT, id="the account itself is gone"),
        pytest.param(
            RetryLaterError("No.", code="busy"),
            CLAIM._replace(attempts=MAX_ATTEMPTS),
            OF_ACCOUNT,
            id="busy for the last time",
        ),
        pytest.param(
            BadAnswerError("No.", code="html"),
            CLAIM._replace(attempts=MAX_ATTEMPTS),
            OF_ACCOUNT,
            id="unreadable for the last time",
        ),
        pytest.param(
            CursorRefusedError("No.", code="cursor"),
            CLAIM._replace(restarts=MAX_RESTARTS),
            OF_ACCOUNT,
            id="the cursor is refused once too often",
        ),
        pytest.param(
            PageTooLargeError("No.", code="large"),
            CLAIM._replace(page_size=10),
            OF_ACCOUNT,
            id="the smallest page is too large",
        ),
        pytest.param(PlatformError("No.", code="new"), CLAIM, OF_ACCOUNT, id="an error of no known kind"),
    ],
)
def test_the_run_fails_with_advice(error: PlatformError, claim: Claim, stream: Stream) -> None:
    failure = judged(error, claim, stream).failure
    assert failure is not None
    assert (failure.run_id, failure.stream, failure.cause, failure.sentence) == (
        7,
        "followers",
        error.code,
        "No.",
    )
    assert failure.advice.endswith(".")


@pytest.mark.parametrize(
    ("error", "claim", "stream", "expected"),
    [
        pytest.param(
            RetryLaterError("No.", code="limited", retry_at=LATE),
            CLAIM,
            OF_ACCOUNT,
            Verdict(
                LATE, attempts=0, page_size=100, waiting_for="limited", block=Limit("followers", 0, LATE)
            ),
            id="limited until a date: the stream waits and no attempt is counted",
        ),
        pytest.param(
            RetryLaterError("No.", code="limited", retry_at=LATE),
            CLAIM._replace(attempts=MAX_ATTEMPTS),
            OF_ACCOUNT,
            Verdict(
                LATE, attempts=0, page_size=100, waiting_for="limited", block=Limit("followers", 0, LATE)
            ),
            id="limited until a date, however often",
        ),
        pytest.param(
            RetryLaterError("No.", code="limited", retry_at=NOW - timedelta(hours=1)),
            CLAIM,
            OF_ACCOUNT,
            Verdict(
                NOW + timedelta(seconds=1),
                attempts=0,
                page_size=100,
                waiting_for="limited",
                block=Limit("followers", 0, NOW + timedelta(seconds=1)),
            ),
            id="limited until a date that is past: a second at least",
        ),
        pytest.param(
            AppPausedError("No.", code="cap", retry_at=LATE),
            CLAIM,
            OF_ACCOUNT,
            Verdict(LATE, attempts=0, page_size=100, waiting_for="cap", block=Limit(WHOLE_ACCOUNT, 0, LATE)),
            id="the app is paused: every stream waits",
        ),
        pytest.param(
            CursorRefusedError("No.", code="cursor"),
            CLAIM,
            OF_ACCOUNT,
            Verdict(NOW, attempts=1, page_size=100, restart=True),
            id="the cursor is refused: the listing begins again",
        ),
        pytest.param(
            PageTooLargeError("No.", code="large"),
            CLAIM,
            OF_ACCOUNT,
            Verdict(NOW, attempts=1, page_size=50),
            id="the page is too large: half of it",
        ),
        pytest.param(
            PageTooLargeError("No.", code="large"),
            CLAIM._replace(page_size=1000),
            OF_POST,
            Verdict(NOW, attempts=1, page_size=50),
            id="the page is larger than the stream allows: half of what is allowed",
        ),
        pytest.param(
            PageTooLargeError("No.", code="large"),
            CLAIM._replace(page_size=15),
            OF_ACCOUNT,
            Verdict(NOW, attempts=1, page_size=10),
            id="half of the page is below the smallest: the smallest",
        ),
        pytest.param(
            ItemGoneError("No.", code="gone"),
            CLAIM,
            OF_POST,
            Verdict(NOW, attempts=1, page_size=100, skip=True),
            id="the post is gone: the next one",
        ),
    ],
)
def test_the_run_goes_on(error: PlatformError, claim: Claim, stream: Stream, expected: Verdict) -> None:
    assert judged(error, claim, stream) == expected


@pytest.mark.parametrize(
    "error", [RetryLaterError("No.", code="busy"), BadAnswerError("No.", code="html")], ids=["busy", "html"]
)
@pytest.mark.parametrize(("attempts", "longest_s"), [(1, 0.25), (2, 0.5), (5, 4.0), (11, 256.0)], ids=str)
def test_a_pause_without_a_date_doubles(error: PlatformError, attempts: int, longest_s: float) -> None:
    verdict = judged(error, CLAIM._replace(attempts=attempts))
    assert longest_s / 2 <= (verdict.due_at - NOW).total_seconds() <= longest_s
    assert (verdict.attempts, verdict.waiting_for, verdict.failure) == (attempts, error.code, None)
    assert (verdict.due_at - NOW).total_seconds() <= LONGEST_PAUSE_S
