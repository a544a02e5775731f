"""Inviting somebody, who signs in by the link in another browser, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from store.database import Database
from tests.browser.conftest import Opened
from tests.consoles import Consoles, listening

SAID = {
    "fr-FR": ("Faire un lien", "Commencer", "Rien ne vous attend"),
    "en-GB": ("Make a link", "Begin", "Nothing needs you"),
}


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


@pytest.mark.parametrize("locale", SAID)
def test_an_invited_user_signs_in_by_the_link(
    console: Consoles, opened: Opened, chromium: Browser, locale: str
) -> None:
    make, begin, well = SAID[locale]
    with opened(console, locale=locale) as page:
        page.goto(f"http://127.0.0.1:{console.port}/settings/users")
        page.select_option("form[action='/settings/users/invite'] select", "operator")
        page.get_by_role("button", name=make).click()
        link = page.locator(".done code").inner_text()
        assert link not in page.url
        elsewhere = chromium.new_context(locale=locale)
        theirs = elsewhere.new_page()
        theirs.goto(link)
        theirs.fill("#name", "bo")
        theirs.fill("#password", "a long enough sentence")
        theirs.get_by_role("button", name=begin).click()
        theirs.wait_for_url(f"http://127.0.0.1:{console.port}/")
        assert well in theirs.locator(".lead").inner_text()
        elsewhere.close()
        page.goto(f"http://127.0.0.1:{console.port}/settings/users")
        assert page.get_by_role("row").filter(has_text="bo").count() == 1
