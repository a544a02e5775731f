"""Harvests in a browser: begun by keyboard alone on the simulator, watched to the end, stopped, scheduled."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from domain.user import Role
from tests.browser.conftest import Opened, User
from tests.consoles import PASSWORD
from tests.journey.road import Installation, simulator

#: Looks at a file that another process writes, and seconds between two of them.
LOOKS, LOOK_S = 600, 0.05


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Installation]:
    """Connect the simulator's account of X."""
    (tmp_path / "simulator").mkdir()
    with simulator(tmp_path / "simulator", audience=400) as simulated:
        made = Installation(tmp_path, simulated, REGULARS_CONSOLE_PORT="0")
        made.run("db", "upgrade")
        made.connect("team-x", "twitter")
        made.run("user", "add", "admin", "--role", "admin", given=PASSWORD)
        yield made


@pytest.fixture
def console(ours: Installation) -> Iterator[Any]:
    """Serve the console of an installation in a process of its own."""
    ready = ours.folder / "console.json"
    process = ours.start("serve", "--port", "0", "--ready-file", str(ready))
    try:
        pause = threading.Event()
        for _ in range(LOOKS):
            if ready.exists():
                break
            assert process.poll() is None
            pause.wait(LOOK_S)
        address = json.loads(ready.read_text())["console"]
        yield SimpleNamespace(port=int(address.rpartition(":")[2]), address=address)
    finally:
        process.terminate()
        process.wait(timeout=20)


def check(page: Page) -> None:
    """Require that nothing on the page is out of somebody's reach, and that it does not lie askew."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_harvest_is_begun_by_keyboard_watched_to_its_end_and_another_one_stopped(
    ours: Installation, user: User
) -> None:
    at = user(Role.ADMIN)
    page, said = at.page, at.said
    at.go("/harvests")
    expect(page.locator("h1")).to_have_text(said("frame.harvests"))
    at.check()
    # From here on no mouse.
    at.tab_to("harvests.begin")
    at.enter()
    at.tab_to("harvests.stream_followers")
    page.keyboard.press("Space")
    at.tab_to("harvests.estimate")
    at.enter()
    expect(page.locator(".figure")).to_have_count(3)
    at.check()
    at.tab_to("harvests.begin_at")
    assert "$" in page.evaluate("document.activeElement.innerText")
    at.enter()
    expect(page.locator("h1")).to_contain_text(f"team-x · {said('harvests.stream_followers')}")
    # Nobody is at work yet, and the page of all harvests says so.
    at.go("/harvests")
    at.reads("harvests.idle", "#running")
    page.click("#running h3 a")
    expect(page.locator("#figures .state").first).to_have_text(said("words.state_running"))
    page.evaluate("window.sameDocument = true")
    up = ours.start("up")
    try:
        done = said("words.state_done")
        expect(page.locator("#figures .state").first).to_have_text(done, timeout=90_000)
    finally:
        up.terminate()
        up.wait(timeout=60)
    assert page.evaluate("window.sameDocument") is True
    assert int(page.locator("#figures .figure dd").first.inner_text().split()[0]) > 0
    at.check()
    at.press("harvests.its_contacts")
    expect(page.locator("tbody tr").first).to_contain_text(said("words.regular"))
    at.check()
    at.go("/harvests/new?account=1&stream=mentions")
    page.click("button.main")
    at.press("harvests.stop")
    expect(page.locator("#figures .state").first).to_have_text(said("words.state_cancelled"))
    at.reads("harvests.why_cancelled", "#figures")
    at.check()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "fr-FR",
            (
                "Planifier",
                "Voir ce que cela fera",
                "À 04:15, de lundi à vendredi",
                "Mettre en pause",
                "en pause",
            ),
        ),
        ("en-GB", ("Add a schedule", "See what it will do", "At 04:15", "Pause", "paused")),
    ],
)
def test_a_schedule_is_added_and_paused_in_both_languages(
    console: Any, opened: Opened, locale: str, words: tuple[str, ...]
) -> None:
    add, preview, said, pause, paused = words
    with opened(console, locale=locale) as page:
        page.goto(f"{console.address}/harvests/schedules")
        check(page)
        page.click(f".empty a:has-text('{add}')")
        page.check("input[value=followers]")
        page.select_option("#every", "weekdays")
        page.fill("input[name=time]", "04:15")
        page.fill("input[name=budget]", "12,50")
        page.click(f"button:has-text('{preview}')")
        expect(page.locator("h2#would")).to_contain_text(said)
        expect(page.locator("section[aria-labelledby=would] ol li")).to_have_count(5)
        check(page)
        page.click("button.main")
        expect(page.locator("h1")).to_contain_text("04:15")
        expect(page.locator(".facts")).to_contain_text("15 4 * * 1-5")
        expect(page.locator(".facts")).to_contain_text("12")
        check(page)
        page.click(f"button:has-text('{pause}')")
        expect(page.locator("p.done")).to_be_visible()
        page.goto(f"{console.address}/harvests/schedules")
        expect(page.locator("tbody")).to_contain_text(paused)
        page.goto(f"{console.address}/harvests/schedules/new?every=own&cron=often&zone=Europe/Paris")
        expect(page.locator("[role=alert]")).to_be_visible()
