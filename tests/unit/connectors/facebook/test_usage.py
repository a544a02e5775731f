"""What the usage headers say of the limits."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.facebook.usage import limit_of, regain_at
from domain.limit import Limit

NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)


def use(call_count: Any, total_time: Any = 3, regain: Any = 0) -> dict[str, Any]:
    return {
        "type": "pages",
        "call_count": call_count,
        "total_cputime": 2,
        "total_time": total_time,
        "estimated_time_to_regain_access": regain,
    }


def of_business(**entries: list[dict[str, Any]]) -> dict[str, str]:
    return {
        "x-business-use-case-usage": json.dumps({name.strip("_"): each for name, each in entries.items()})
    }


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        pytest.param({}, None, id="nothing-said"),
        pytest.param(
            {"x-app-usage": json.dumps({"call_count": 28, "total_time": 25})},
            Limit("pages", 72, NOW, 100, share=True),
            id="the-use-of-the-app",
        ),
        pytest.param(
            of_business(_4001=[use(20, 97)]), Limit("pages", 3, NOW, 100, share=True), id="the-fullest-counts"
        ),
        pytest.param(
            of_business(_4001=[use(100, regain=19)]),
            Limit("pages", 0, NOW + timedelta(minutes=19), 100, share=True),
            id="full-until-access-is-regained",
        ),
        pytest.param(
            of_business(_4001=[use(120)]),
            Limit("pages", 0, NOW + timedelta(minutes=1), 100, share=True),
            id="full-for-an-untold-time",
        ),
        pytest.param(
            of_business(_4001=[use(10)], _77=[use(100, regain=60)]),
            Limit("pages", 90, NOW, 100, share=True),
            id="another-business-is-full",
        ),
        pytest.param(
            {"x-page-usage": json.dumps({"call_count": 40}), "x-app-usage": "{"},
            Limit("pages", 60, NOW, 100, share=True),
            id="one-header-is-garbage",
        ),
        pytest.param({"x-app-usage": "[" * 5000}, None, id="a-nested-header"),
        pytest.param({"x-business-use-case-usage": '{"4001": 7}'}, None, id="no-list"),
        pytest.param(
            of_business(_4001=[use("much", True)]), Limit("pages", 98, NOW, 100, share=True), id="odd-values"
        ),
    ],
)
def test_what_the_headers_say(headers: dict[str, str], limit: Limit | None) -> None:
    assert limit_of(headers, "pages", "4001", NOW) == limit


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        pytest.param({}, None, id="nothing-is-said"),
        pytest.param(of_business(_4001=[use(100, regain=0)]), None, id="nought-is-nothing"),
        pytest.param(of_business(_4001=[use(100, regain=7)]), timedelta(minutes=7), id="the-minutes-told"),
        pytest.param(of_business(_4001=[use(100, regain=99_999)]), timedelta(hours=24), id="a-day-at-most"),
    ],
)
def test_when_access_is_regained(headers: dict[str, str], pause: timedelta | None) -> None:
    assert regain_at(headers, "pages", "4001", NOW) == (pause and NOW + pause)
