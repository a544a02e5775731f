"""What may stay of an act, and until when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from classifier.keeping import (
    contact_keep_until,
    ended_keep_until,
    keep_until,
    keeps_profile,
    limits,
    text_until,
)
from classifier.policy import Keep, Number, Policy, Rule
from domain.label import Label
from domain.signal import SignalKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHECKED = date(2026, 11, 1)
LIKED, FOLLOWS, OBJECTED = SignalKind.LIKED, SignalKind.FOLLOWS, SignalKind.OBJECTED
A_RULE = Rule(LIKED, Label.OCCASIONAL, Keep.STORE, 0, False, 0, "a source", "its words", CHECKED)

POLICY = Policy(
    "a-pack",
    "1",
    {
        each: replace(
            A_RULE,
            kind=each,
            label=Label.SUPPRESSED if each in {OBJECTED, SignalKind.BLOCKED} else Label.OCCASIONAL,
            profile=each is FOLLOWS,
        )
        for each in SignalKind
    },
    {
        name: Number(value, "a source", CHECKED)
        for name, value in {
            "regular_grace_after_end_days": 30,
            "regular_inactive_months": 36,
            "reconfirm_months": 24,
            "tombstone_days": 90,
            "journal_months": 24,
        }.items()
    },
)


@pytest.mark.parametrize(
    ("keep_days", "until"),
    [
        pytest.param(0, None, id="no days: as long as it stands"),
        pytest.param(30, NOW + timedelta(days=30), id="thirty days after we saw it"),
    ],
)
def test_keep_until(keep_days: int, until: datetime | None) -> None:
    assert keep_until(replace(A_RULE, keep_days=keep_days), NOW) == until


@pytest.mark.parametrize(
    ("text_days", "until"),
    [
        pytest.param(0, None, id="no days: the text is never stored"),
        pytest.param(7, NOW + timedelta(days=7), id="seven days after we saw it"),
    ],
)
def test_text_until(text_days: int, until: datetime | None) -> None:
    assert text_until(replace(A_RULE, text_days=text_days), NOW) == until


def test_an_act_that_ended_stays_for_the_packs_grace() -> None:
    assert ended_keep_until(POLICY, NOW) == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("untils", "until"),
    [
        pytest.param([], NOW, id="a contact without acts goes now"),
        pytest.param([NOW + timedelta(days=1)], NOW + timedelta(days=1), id="one act, one date"),
        pytest.param(
            [NOW + timedelta(days=9), NOW + timedelta(days=1)],
            NOW + timedelta(days=9),
            id="the last date counts",
        ),
        pytest.param([NOW + timedelta(days=1), None], None, id="an act that stands keeps the contact"),
    ],
)
def test_contact_keep_until(untils: list[datetime | None], until: datetime | None) -> None:
    assert contact_keep_until(untils, now=NOW) == until


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [
        pytest.param([], False, id="nothing done, no name kept"),
        pytest.param([LIKED], False, id="a like keeps no name"),
        pytest.param([LIKED, FOLLOWS], True, id="a follow keeps it whatever stands beside"),
        pytest.param([FOLLOWS, OBJECTED], False, id="an objection takes it away"),
    ],
)
def test_keeps_profile(kinds: list[SignalKind], kept: bool) -> None:  # noqa: FBT001  # a table's column
    assert keeps_profile(kinds, POLICY) is kept


@pytest.mark.parametrize(
    ("now", "inactive_before", "reconfirm_before"),
    [
        pytest.param("2026-11-01", "2023-11-01", "2024-11-01", id="years back is the same day"),
        pytest.param("2028-02-29", "2025-02-28", "2026-02-28", id="a leap day becomes the month's last"),
        pytest.param("2026-12-31", "2023-12-31", "2024-12-31", id="December is followed by another year"),
    ],
)
def test_limits_go_back_by_the_calendar(now: str, inactive_before: str, reconfirm_before: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = limits(POLICY, moment)
    assert found.inactive_before.date().isoformat() == inactive_before
    assert found.reconfirm_before.date().isoformat() == reconfirm_before
    assert found.ended_before == moment - timedelta(days=30)
    assert found.journal_before == found.reconfirm_before
    assert found.steps_before == moment - timedelta(days=90)
