"""Every table has a reason, a date and a rule, and the page says so."""

from store.kept import KEPT, document
from store.tables import metadata
from tests.architecture.tree import ROOT


def test_every_table_says_why_it_is_kept_until_when_and_what_deletes_it() -> None:
    assert set(KEPT) == set(metadata.tables)
    assert [name for name, each in KEPT.items() if not all(each)] == []


def test_whatever_has_a_date_is_deleted_by_something() -> None:
    dated = {
        table.name
        for table in metadata.sorted_tables
        if {"keep_until", "expires_at", "forget_at"} & set(table.columns.keys())
    }
    assert {name for name in dated if "nothing" in KEPT[name].deleted_by} == set()


def test_the_page_is_what_the_table_says() -> None:
    page = (ROOT / "docs/keeping.md").read_text(encoding="utf-8")
    assert page == document(), "run `python -m store.kept > docs/keeping.md`"
