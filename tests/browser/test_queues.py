"""The screen of the queues and the one stop, used as people use them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.user import Role
from store import failures, runs
from store.database import Database
from store.failures import Failure
from tests.browser.conftest import Opened
from tests.consoles import Consoles, listening
from tests.contents import rows
from tests.travel import Travel
from workers.runtime import utc_now

pytestmark = pytest.mark.either

#: What anything that is watched may take to show.
SOON_MS = 10_000
LOCALES = pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
WORDS = {
    "fr": {
        "dead": "mort",
        "free": "libre",
        "replay": "Relancer les 2",
        "done": "C'est reparti",
        "by": "par manager",
    },
    "en": {
        "dead": "dead",
        "free": "free",
        "replay": "Replay all 2",
        "done": "They go on",
        "by": "by manager",
    },
}
_WORKER = """
import sys, time
from store.database import Database
from workers.life import Life
life = Life(Database(sys.argv[1]), "worker", "harvest.twitter")
life.begin()
print("up", flush=True)
time.sleep(120)
"""


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


class Clicks:
    """A page whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def __call__(self, selector: str) -> None:
        self.page.click(selector)
        self.page.wait_for_load_state()
        self.count += 1


@LOCALES
def test_failures_are_replayed_from_the_overview_in_three_clicks(
    console: Consoles, opened: Opened, locale: str
) -> None:
    ids = failed(console)
    words = WORDS[locale[:2]]
    with opened(console, Role.OPERATOR.word, locale=locale) as page:
        click = Clicks(page)
        click(".needs a[href='/queues']")
        click(f"a:has-text('{words['replay']}')")
        expect(page.locator(".figure dd").first).to_have_text("2")
        assert {each["state"] for each in rows(console.database, "failures")} == {"open"}
        click("#carry-out")
        expect(page.locator("p.done").first).to_contain_text(words["done"])
        assert click.count <= 4
    assert {each["state"] for each in rows(console.database, "failures")} == {"replayed"}
    with console.database.read() as connection:
        assert {runs.get(connection, each)["state"] for each in ids} == {"running"}
    assert "failures.replayed" in {each["act"] for each in rows(console.database, "journal_texts")}


@LOCALES
def test_a_worker_that_is_killed_shows_dead(console: Consoles, opened: Opened, locale: str) -> None:
    words = WORDS[locale[:2]]
    url = console.database.engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, url], stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"up\n"
        with opened(console, Role.VIEWER.word, locale=locale) as page:
            page.goto(f"http://127.0.0.1:{console.port}/queues")
            row = page.locator("#standing tr", has_text=f"pid {worker.pid}")
            expect(row.locator(".state")).to_have_text(words["free"])
            worker.kill()
            worker.wait()
            expect(row.locator(".state")).to_have_text(words["dead"], timeout=SOON_MS)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()  # type: ignore[union-attr]


@LOCALES
def test_a_halt_shows_on_every_page_with_who_and_why_until_it_ends(
    console: Consoles, opened: Opened, locale: str
) -> None:
    words = WORDS[locale[:2]]
    with (
        opened(console, Role.VIEWER.word, locale=locale) as other,
        opened(console, Role.MANAGER.word, locale=locale) as page,
    ):
        assert other.locator(".stop").count() == 0
        page.click(".stop")
        page.fill("#why", "<b>a list</b> looks wrong")
        page.click("#halt-now")
        expect(page.locator(".halted")).to_contain_text(words["by"])
        expect(other.locator(".halted")).to_contain_text("<b>a list</b> looks wrong", timeout=SOON_MS)
        assert other.locator(".halted button").count() == 0
        for path in ("/queues", "/settings", "/privacy"):
            other.goto(f"http://127.0.0.1:{console.port}{path}")
            expect(other.locator(".halted")).to_contain_text("looks wrong")
        page.click(".halted button")
        expect(page.locator(".halted")).to_have_count(0)
        expect(other.locator(".halted")).to_have_count(0, timeout=SOON_MS)
    acts = [each["act"] for each in rows(console.database, "journal_texts")]
    assert {"halt.begun", "halt.ended"} <= set(acts)


def test_a_queue_is_held_back_and_goes_on(console: Consoles, opened: Opened) -> None:
    with opened(console, Role.OPERATOR.word) as page:
        page.goto(f"http://127.0.0.1:{console.port}/queues")
        row = page.locator("tr", has_text="harvest.twitter").first
        row.locator("button").click()
        expect(row.locator(".state")).to_have_text("paused")
        row.locator("button").click()
        expect(row.locator(".state")).not_to_have_text("paused")


def failed(console: Consoles) -> list[int]:
    """Let two harvests of an account have failed; returns them."""
    travel = Travel(console.database)
    ids = list(travel.begin("followers", "mentions").values())
    with console.database.write() as connection:
        for each in ids:
            runs_failed(connection, each)
            failures.add(
                connection,
                Failure(each, "followers", None, "server", "X answered 503.", "Replay.", 12),
                now=utc_now(),
            )
    return ids


def runs_failed(connection: object, run_id: int) -> None:
    from sqlalchemy import update  # noqa: PLC0415

    from store.tables import harvest_runs  # noqa: PLC0415

    statement = update(harvest_runs).where(harvest_runs.c.id == run_id).values(state="failed")
    connection.execute(statement)  # type: ignore[attr-defined]
