"""The page of what we hold: everything as text, in either language, loading nothing."""

from datetime import UTC, datetime

import pytest

from console.access_page import TABLES, access_page
from store.holdings import tables

NOW, BY = datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
HELD = {
    "contacts": [{"display_name": "<script>alert(1)</script>", "first_seen_at": NOW}],
    "signals": [{"kind": "follows"}, {"kind": "liked", "item": "9001"}],
}


@pytest.mark.parametrize(("language", "title"), [("fr", "Les données que nous"), ("en", "The data that we")])
def test_values_stand_as_text_under_headings_that_people_understand(language: str, title: str) -> None:
    page = access_page("twitter:7001", HELD, language=language, now=NOW, gone_by=BY)
    assert title in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "2026-11-01 12:00 UTC" in page
    assert "<td>9001</td>" in page
    assert "http" not in page
    assert TABLES["signals"][language == "en"].replace("'", "&#x27;") in page


def test_where_nothing_is_held_that_is_said() -> None:
    page = access_page("twitter:1", {}, language="en", now=NOW, gone_by=BY)
    assert "We hold nothing under this key." in page
    assert "hold nothing of you by 2026-12-01" in page


def test_every_table_of_a_contact_has_a_heading() -> None:
    assert {each.name for each in tables()} - set(TABLES) == set()
