"""What X tells of its bill: dollars as micro-dollars, posts as text, and anything else as not known."""

from typing import Any

import pytest

from connectors.twitter.usage import usage_of
from domain.account import Usage


def test_balance_and_posts() -> None:
    credit = {"data": {"free_balance": 0, "prepaid_balance": 49.99, "total_balance": 49.99}}
    posts = {"data": {"cap_reset_day": 23, "project_cap": "3000000", "project_usage": "5400"}}
    assert usage_of(credit, posts) == Usage(49_990_000, 5_400)


def test_a_balance_may_be_slightly_negative() -> None:
    assert usage_of({"data": {"total_balance": -0.02}}, {}) == Usage(-20_000, None)


@pytest.mark.parametrize("balance", [None, True, "much", "NaN", 1e12, [], {}])
def test_an_absurd_balance_is_not_known(balance: Any) -> None:
    assert usage_of({"data": {"total_balance": balance}}, {}) == Usage()


@pytest.mark.parametrize("count", [None, True, "-1", "many", "9" * 30, 1.5])
def test_an_absurd_count_is_not_known(count: Any) -> None:
    assert usage_of({}, {"data": {"project_usage": count}}) == Usage()


def test_an_empty_answer_knows_nothing() -> None:
    assert usage_of({}, {"data": []}) == Usage()
