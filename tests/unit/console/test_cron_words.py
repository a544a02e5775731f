"""Cron expressions in words, in both languages, whatever language the machine speaks."""

import pytest

from console.cron_words import in_words


@pytest.mark.parametrize(
    ("cron", "fr", "en"),
    [
        ("30 2 * * *", "À 02:30, tous les jours", "At 02:30, every day"),
        ("0 6 * * 1", "À 06:00, uniquement le lundi", "At 06:00, only on Monday"),
        (
            "0 8,20 * * mon-fri",
            "À 08:00 et 20:00, de lundi à vendredi",
            "At 08:00 and 20:00, Monday through Friday",
        ),
        (
            "0 3 1 2 *",
            "À 03:00, le 1er du mois, uniquement en février",
            "At 03:00, on day 1 of the month, only in February",
        ),
        (
            "5 4 * * SUN#2",
            "À 04:05, le second dimanche du mois",
            "At 04:05, on the second Sunday of the month",
        ),
        ("0 */6 * * *", "Toutes les 6 heures, tous les jours", "Every 6 hours, every day"),
    ],
)
def test_an_expression_is_said(cron: str, fr: str, en: str) -> None:
    assert (in_words(cron, "fr"), in_words(cron, "en")) == (fr, en)


@pytest.mark.parametrize("cron", ["@daily", "", "1 2 3", "0 0 * * 9", "x y z a b"])
def test_what_cannot_be_said_stays_as_it_is(cron: str) -> None:
    assert in_words(cron, "fr") == cron
