"""Webhooks: what is signed, when it comes again, and how long an endpoint may ask to be left alone."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from domain.webhook import LONGEST_WAIT, WAITS, EventType, next_try, wait_asked
from domain.webhook_message import body_of, headers_of

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
#: The example that the libraries of Standard Webhooks are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # published
ID, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    headers = headers_of(ID, BODY, [SECRET], now=datetime.fromtimestamp(1_614_265_330, UTC))
    assert headers["webhook-signature"] == SIGNATURE
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (ID, "1614265330")
    other = "whsec_" + "A" * 32
    both = headers_of(ID, BODY, [other, SECRET], now=datetime.fromtimestamp(1_614_265_330.9, UTC))
    first, second = both["webhook-signature"].split(" ")
    assert second == SIGNATURE
    assert first.startswith("v1,")
    assert first != second


def test_an_event_says_only_that_there_is_something() -> None:
    paris = NOW.astimezone(UTC).replace(microsecond=5)
    assert json.loads(body_of(EventType.FEED_CHANGED, paris)) == {
        "type": "feed.changed",
        "timestamp": "2026-11-27T12:00:00Z",
        "data": {},
    }


def test_tries_are_spread_over_three_days_and_end() -> None:
    times = [next_try(tries, None, 0.0, now=NOW) for tries in range(1, len(WAITS) + 2)]
    assert times[-1] is None
    waits = [each - NOW for each in times if each]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert next_try(2, None, 1.0, now=NOW) == NOW + timedelta(seconds=330)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(seconds=1), timedelta(seconds=5)),  # never sooner than planned
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=365), LONGEST_WAIT),
    ],
)
def test_an_endpoint_may_ask_for_a_longer_wait(asked: timedelta, waited: timedelta) -> None:
    assert next_try(1, asked, 0.0, now=NOW) == NOW + waited


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        ("9" * 400, timedelta(seconds=999_999)),
        ("Fri, 27 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 27 Nov 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Fri, 27 Nov 2026 11:10:00 GMT", timedelta(0)),
        ("soon", None),
        ("-1", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_read(written: str | None, meant: timedelta | None) -> None:
    assert wait_asked(written, now=NOW) == meant
