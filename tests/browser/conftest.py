"""A real browser: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from domain.user import Role
from tests import servers
from tests.browser.filled import copied, filled
from tests.browser.hands import Hands
from tests.consoles import PASSWORD, Consoles, listening


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start one browser for all tests of a module: while it runs, no other loop of asyncio can."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        servers.unavailable("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


#: Opens a page as a user who has signed in: the console, the user's name, what the browser is like.
Opened = Callable[..., Any]


@pytest.fixture
def opened(chromium: Browser) -> Opened:
    """Open pages that fail the test for any error in the browser's console and any failed request."""

    @contextmanager
    def open_(console: Consoles, name: str = "admin", **like: Any) -> Iterator[Page]:
        usual = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
        context = chromium.new_context(**{**usual, **like})
        page = context.new_page()
        faults: list[str] = []
        # A form that is answered by a file leaves the page where it was: the browser calls that aborted.
        files: list[str] = []
        page.on("download", lambda download: files.append(f"net::ERR_ABORTED: {download.url}"))
        # A form that is refused says so on a page of that status, which the browser calls a failure.
        page.on("response", lambda answer: _refused(files, answer))
        page.on("console", lambda said: said.type in ("error", "warning") and faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: _note(faults, request))
        page.goto(f"http://127.0.0.1:{console.port}/sign-in")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.wait_for_url(f"http://127.0.0.1:{console.port}/")
        yield page
        context.close()
        assert [each for each in faults if each not in files] == []

    return open_


#: For tests that say the same in both languages.
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
#: Opens the module's console as a user of a role, by default an administrator.
User = Callable[..., Hands]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a store once for all tests; each works on its copy."""
    return filled(tmp_path_factory.mktemp("store"))


@pytest.fixture
def console(store: Path, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen on a copy of the store; a module may have another one."""
    with listening(copied(store, tmp_path)) as made:
        yield made


@pytest.fixture
def user(console: Consoles, opened: Opened, language: str) -> Iterator[User]:
    """Open the console of a test as people of its language do."""
    with ExitStack() as pages:

        def come(role: Role = Role.ADMIN) -> Hands:
            locale = {"fr": "fr-FR", "en": "en-GB"}[language]
            return Hands(
                pages.enter_context(opened(console, role.word, locale=locale)), console.port, language
            )

        yield come


def _refused(expected: list[str], answer: Any) -> None:
    if answer.status in (409, 422) and answer.request.is_navigation_request():
        told = f"the server responded with a status of {answer.status} ({answer.status_text})"
        expected.append(f"Failed to load resource: {told}")


def _note(faults: list[str], request: Any) -> None:
    """Keep a request that failed; what a page that was left had still to fetch or to show has not."""
    left = request.resource_type in ("document", "fetch", "eventsource", "image", "other")
    if not (left and request.failure == "net::ERR_ABORTED"):
        faults.append(f"{request.failure}: {request.url}")
