"""The frame around every screen, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from domain.user import Role
from store.database import Database
from tests.browser.conftest import Opened
from tests.consoles import Consoles, listening

SCREENS = (
    "/",
    "/contacts",
    "/contacts?order=name&without_handle=1",
    "/harvests",
    "/harvests/new",
    "/harvests/withheld",
    "/harvests/schedules",
    "/harvests/schedules/new",
    "/accounts",
    "/accounts/connect",
    "/accounts/connect/facebook",
    "/accounts/connect/twitter",
    "/accounts/paste",
    "/messaging/export",
    "/messaging/recipients",
    "/messaging/segments",
    "/messaging/areas",
    "/messaging/consumers",
    "/settings/tokens",
    "/settings/users",
    "/messaging",
    "/privacy",
    "/privacy/keeping",
    "/privacy/papers",
    "/privacy/journal",
    "/privacy/opt_outs",
    "/privacy/policy",
    "/settings",
    "/settings/budgets",
    "/settings/topics",
    "/settings/alerts",
    "/settings/installation",
    "/queues",
    "/queues/failures?all=1",
    "/queues/limits",
    "/queues/jobs",
    "/queues/quarantine",
    "/queues/pushes",
    "/halt",
)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


@pytest.mark.crossed
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_screen_is_accessible_in_both_languages_and_themes(
    console: Consoles, opened: Opened, scheme: str, locale: str
) -> None:
    with opened(console, color_scheme=scheme, locale=locale) as page:
        for path in SCREENS:
            page.goto(f"http://127.0.0.1:{console.port}{path}")
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
            assert found.violations_count == 0, found.generate_report()
            assert page.locator("html").get_attribute("lang") == locale[:2]


def test_the_keyboard_reaches_search_menu_and_content(console: Consoles, opened: Opened) -> None:
    with opened(console) as page:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.goto(f"http://127.0.0.1:{console.port}/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_language_and_theme_stay_with_the_user(console: Consoles, opened: Opened) -> None:
    with opened(console) as page:
        page.click("summary:has-text('admin')")
        page.click("button:has-text('Français')")
        page.click("summary:has-text('admin')")
        page.click("button:has-text('Sombre')")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert page.locator("h1").inner_text() == "Vue d'ensemble"


def test_the_drawer_opens_on_a_phone(console: Consoles, opened: Opened) -> None:
    with opened(console, Role.VIEWER.word, viewport={"width": 400, "height": 800}) as page:
        assert not page.locator("nav.side").is_visible()
        page.click(".drawer summary")
        assert page.locator("nav.side a").first.is_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 400
