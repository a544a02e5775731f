"""The words of alerts: what changes in a sentence is told in its language, too."""

import pytest

from config.alerts import sentence


@pytest.mark.parametrize(
    ("language", "period", "said"),
    [
        ("fr", "month", "Le budget $50.00 par mois (club) est consommé à 85\u00a0%."),
        ("fr", "day", "Le budget $50.00 par jour (club) est consommé à 85\u00a0%."),
        ("en", "month", "The budget $50.00 a month (club) is used to 85%."),
    ],
)
def test_a_budget_is_told_with_its_period(language: str, period: str, said: str) -> None:
    values: dict[str, str | int] = {"budget": f"$50.00 / {period}", "account": "club", "share": 85}
    assert sentence("budget_near_end", language, values) == said
