"""Hostile names and texts on every page of contacts: text in a real browser, and the layout whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection, insert

from console.visible import shown
from store.database import Database
from store.tables import (
    accounts,
    consent_texts,
    consents,
    contacts,
    decisions,
    inferable_topics,
    interests,
    overrides,
    signals,
    texts,
    topic_holders,
)
from tests.browser.conftest import Opened
from tests.consoles import Consoles, listening
from tests.hostile import HOSTILE
from workers.runtime import utc_now

#: What of a page may not come out of anybody's text.
FOREIGN = (
    "document.querySelectorAll('main script, main img, main svg[onload], main b, main iframe, main style, "
    "main [onerror], main [onmouseover], main [style]').length"
)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a contact of each value be known, and a console listen."""
    with database.write() as connection:
        _gather(connection)
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def _gather(connection: Connection) -> None:
    """Write contacts 1 to 30, each with its value wherever people or their platforms write."""
    now = utc_now()
    far = now.replace(year=now.year + 1)
    connection.execute(insert(inferable_topics), [{"topic": "digital", "platform": "twitter"}])
    for number, value in enumerate(HOSTILE, start=1):
        rows = {
            accounts: {
                "id": number, "platform": "twitter", "platform_id": f"{number}{value}", "name": value or "x",
                "owned_reads": True, "token_sealed": b"x", "added_at": now,
            },
            contacts: {
                "id": number, "platform": "twitter", "platform_id": f"{number}:{value}", "label": "regular",
                "handle": value, "display_name": value, "first_seen_at": now, "regular_since": now,
            },
            signals: {
                "account_id": number, "kind": "mentioned", "item": value, "contact_id": number,
                "seen_at": now,
            },
            texts: {
                "contact_id": number, "account_id": number, "kind": "mentioned", "item": value, "text": value,
                "expires_at": far,
            },
            decisions: {
                "contact_id": number, "label": "regular", "policy": value, "decided_at": now,
                "decided_by": value, "reason": value, "source": value,
            },
            overrides: {
                "contact_id": number, "to_label": "occasional", "decided_by": value, "reason": value,
                "at": now, "confirmed_by": value, "confirmed_at": now,
            },
            consent_texts: {
                "hash": str(number), "language": "fr", "wording": value, "first_at": now,
            },
            consents: {
                "contact_id": number, "purpose": "email", "given_at": now, "text": str(number),
                "source": value, "taken_by": value, "recorded_at": now,
            },
            topic_holders: {"contact_id": number, "label": "regular"},
            interests: {
                "contact_id": number, "topic": "digital", "place": 0, "strength": "interest", "texts": 3,
                "words": '["<b>x</b>", "' + "y" * 3_000 + '"]', "platform": "twitter",
            },
        }  # fmt: skip
        for table, row in rows.items():
            connection.execute(insert(table), [row])


def _check(page: Page, width: int, where: object) -> None:
    """See that nothing was made of a text, and that nothing stands out of the window."""
    assert page.evaluate(FOREIGN) == 0, where
    assert page.evaluate("document.documentElement.scrollWidth") <= width, where
    assert page.locator("nav.side, .drawer").count() == 2, where


@pytest.mark.crossed
@pytest.mark.parametrize("width", [400, 1280])
def test_hostile_values_are_text_and_the_layout_stays_whole(
    console: Consoles, opened: Opened, width: int
) -> None:
    with opened(console, viewport={"width": width, "height": 900}) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        here = f"http://127.0.0.1:{console.port}/contacts"
        page.goto(here)
        _check(page, width, "list")
        assert page.locator("tbody tr").count() == len(HOSTILE)
        for number, value in enumerate(HOSTILE, start=1):
            page.goto(f"{here}/{number}")
            _check(page, width, value[:40])
            seen = page.locator("dd .person").all_text_contents()
            lines = "\n".join(shown(each) for each in value.splitlines())
            assert lines in seen, value[:40]
        for number in (1, 18, 26):
            for what in ("erase", "access", "override"):
                page.goto(f"{here}/{number}/{what}")
                _check(page, width, (number, what))


def test_what_is_cut_opens_whole(console: Consoles, opened: Opened) -> None:
    long = HOSTILE.index("W" * 10_000) + 1
    with opened(console, viewport={"width": 400, "height": 900}) as page:
        page.goto(f"http://127.0.0.1:{console.port}/contacts/{long}")
        cut = page.locator("dd details.long").nth(1)
        before = cut.bounding_box()
        cut.locator("summary").click()
        after = cut.bounding_box()
        assert before is not None
        assert after is not None
        assert after["height"] > before["height"] * 5
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
