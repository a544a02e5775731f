"""What a push changes, row by row; permutations are tested where the store takes part."""

from datetime import UTC, datetime, timedelta

import pytest

from classifier.arrival import Past, begins, ends

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEFORE, AFTER = AT - timedelta(seconds=1), AT + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        pytest.param(Past(), True, id="nothing-is-known"),
        pytest.param(Past(stored=True, started_at=BEFORE), True, id="it-holds-since-earlier"),
        pytest.param(Past(stored=True, started_at=AT), False, id="the-same-push-again"),
        pytest.param(Past(stored=True, started_at=AFTER), False, id="it-holds-since-later"),
        pytest.param(Past(stored=True), True, id="it-holds-since-nobody-knows-when"),
        pytest.param(Past(stored=True, ended_at=BEFORE), True, id="it-ended-before"),
        pytest.param(Past(stored=True, ended_at=AT), False, id="it-ended-at-that-moment"),
        pytest.param(Past(stored=True, ended_at=AFTER), False, id="it-has-ended-since"),
        pytest.param(Past(told_end_at=BEFORE), True, id="an-older-end-was-told"),
        pytest.param(Past(told_end_at=AFTER), False, id="its-end-came-first"),
        pytest.param(Past(walk_began_at=BEFORE), True, id="newer-than-the-walk"),
        pytest.param(Past(walk_began_at=AFTER), False, id="the-walk-is-newer"),
        pytest.param(Past(suppressed_at=BEFORE), True, id="newer-than-the-objection"),
        pytest.param(Past(suppressed_at=AFTER), False, id="the-objection-is-newer"),
    ],
)
def test_begins(past: Past, *, expected: bool) -> None:
    assert begins(AT, past) is expected


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        pytest.param(Past(), False, id="nothing-is-known"),
        pytest.param(Past(stored=True, started_at=BEFORE), True, id="it-holds-since-earlier"),
        pytest.param(Past(stored=True, started_at=AT), True, id="it-began-at-that-moment"),
        pytest.param(Past(stored=True, started_at=AFTER), False, id="it-began-again-since"),
        pytest.param(Past(stored=True), True, id="it-holds-since-nobody-knows-when"),
        pytest.param(Past(stored=True, ended_at=BEFORE), False, id="it-has-ended"),
        pytest.param(Past(stored=True, walk_began_at=BEFORE), True, id="newer-than-the-walk"),
        pytest.param(Past(stored=True, walk_began_at=AFTER), False, id="a-later-walk-showed-it"),
    ],
)
def test_ends(past: Past, *, expected: bool) -> None:
    assert ends(AT, past) is expected
