"""The hands and eyes of a user: what is pressed and read is named by the console's own words."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from console.web.words import Words

#: How many keys a way to a button may take.
MOST_TABS = 150
_FOCUSED = """(e => e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText)
    || e.innerText || '')(document.activeElement)"""
#: Whether the focus can be seen: an outline that browsers draw, or one of our own.
_VISIBLE = """(() => { const e = document.activeElement;
    const s = getComputedStyle(e), b = e.getBoundingClientRect();
    return b.width > 0 && b.height > 0 && e.matches(':focus-visible')
        && (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none') })()"""


class Hands:
    """A user at a page."""

    def __init__(self, page: Page, port: int, language: str) -> None:
        self.page = page
        self.said = Words(language)
        self._here = f"http://127.0.0.1:{port}"

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self._here + path)

    def named(self, name: str, within: Locator | None = None, /, **values: Any) -> Locator:
        """Return the link or button of words."""
        words, place = (
            self.said(name, **values),
            within or self.page.locator("main, .halted, header, nav.side"),
        )
        exact = re.compile(rf"^\s*{re.escape(words)}\s*$")
        link, button = place.get_by_role("link", name=exact), place.get_by_role("button", name=exact)
        return link.or_(button).first

    def press(self, name: str, within: Locator | None = None, /, **values: Any) -> None:
        """Press the link or button of words, and wait for the page that it leads to."""
        self.page.wait_for_load_state()
        with self.page.expect_navigation():
            self.named(name, within, **values).click()

    def field(self, name: str) -> Locator:
        """Return the field with the label of words."""
        return self.page.locator("main").get_by_label(self.said(name), exact=False).first

    def reads(self, name: str, within: str = "main", /, **values: Any) -> None:
        """See words on the page."""
        expect(self.page.locator(within).first).to_contain_text(self.said(name, **values))

    def done(self, name: str, /, **values: Any) -> None:
        """See the line that says what was done."""
        expect(self.page.get_by_role("status").first).to_contain_text(self.said(name, **values))

    def check(self) -> None:
        """See that nothing of the page is out of somebody's reach."""
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, (self.page.url, found.generate_report())

    def tab_to(self, name: str, /, **values: Any) -> None:
        """Press Tab until the focus is on something of these words, and see that it shows."""
        words = self.said(name, **values) if values or "{" not in str(self.said(name)) else self.said(name)
        words = words.partition("{")[0].strip()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if words in self.page.evaluate(_FOCUSED):
                assert self.page.evaluate(_VISIBLE), f"The focus on {words!r} is not seen."
                return
        raise AssertionError(f"No key leads to {words!r}.")

    def enter(self) -> None:
        """Press Enter on what leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
