"""Areas: what a partition must hold, and when a quarter begins."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain import area
from domain.area import Area, fault, quarter_of


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ([Area("01", "Port")], None),
        ([], "no area"),
        ([Area("01", "Port"), Area("01", "Centre")], "same code"),
        ([Area("", "Port")], "needs a code"),
        ([Area("01", "")], "needs a code"),
        ([Area("0" * 51, "Port")], "needs a code"),
        ([Area("01", "P" * 201)], "needs a code"),
        ([Area("01", "Po\nrt")], "on one line"),
    ],
)
def test_a_partition_names_each_area_once(areas: list[Area], said: str | None) -> None:
    found = fault(areas)
    assert found is None if said is None else said in (found or "")


def test_a_partition_is_no_list_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(area, "MOST_AREAS", 1)
    assert "more than 1 areas" in (fault([Area("1", "A"), Area("2", "B")]) or "")


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-Q1"),
        (datetime(2026, 3, 31, 23, 59, tzinfo=UTC), "2026-Q1"),
        (datetime(2026, 4, 1, tzinfo=UTC), "2026-Q2"),
        (datetime(2026, 12, 31, tzinfo=UTC), "2026-Q4"),
        (datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2026-Q4"),
    ],
)
def test_a_quarter_is_of_three_months_in_utc(moment: datetime, quarter: str) -> None:
    assert quarter_of(moment) == quarter
