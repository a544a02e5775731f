"""The tour of the documentation, followed word by word in a real browser."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Download, Page, expect
from sqlalchemy import update

from store import failures
from store.database import Database
from store.failures import Failure
from store.tables import harvest_runs
from tests.browser.conftest import Opened
from tests.cast import ADA, BO, follows, likes
from tests.consoles import Consoles, beside_simulators
from tests.contents import let_be_shown, rows
from tests.people import acted
from workers.runtime import utc_now

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
#: How many clicks a task may take; Enter counts as one.
MOST_CLICKS = 4
_STEP = re.compile(
    r"\*\*(?P<word>[^*]+)\*\*(?: beside \*\*(?P<beside>[^*]+)\*\*)?"
    r"|(?<!\*)\*(?P<value>[^*]+)\* into \*\*(?P<field>[^*]+)\*\*"
    r"|[Cc]hoose \*(?P<option>[^*]+)\* in \*\*(?P<select>[^*]+)\*\*"
    r"|(?P<enter>press Enter)"
    r"|(?P<file>Receive) \*"
)


class Step(NamedTuple):
    """One thing that the tour says to do or to read; `told` is its word on the screen."""

    verb: str
    told: str
    more: str = ""


def tour() -> dict[str, list[Step]]:
    """Read the tasks of the tour and their steps."""
    _, *tasks = TOUR.read_text("utf-8").split("\n## ")
    return {each.partition("\n")[0]: list(_steps(each.partition("\n")[2])) for each in tasks}


def _steps(written: str) -> Iterator[Step]:
    said = " ".join(written.split())
    for found in _STEP.finditer(said):
        if found["enter"] or found["file"]:
            yield Step("enter" if found["enter"] else "receive", "")
        elif found["select"]:
            yield Step("choose", found["select"], found["option"])
        elif found["field"]:
            yield Step("write", found["field"], found["value"])
        elif re.search(r"[Pp]ress $", said[: found.start()]):
            yield Step("press", found["word"], found["beside"] or "")
        else:
            yield Step("read", found["word"])


def pattern(word: str) -> re.Pattern[str]:
    """Let an ellipsis of the tour stand for anything."""
    return re.compile(r"[\s\S]*?".join(map(re.escape, word.split("…"))))


def follow(page: Page, steps: Sequence[Step], values: dict[str, str]) -> int:
    """Do what the steps say; returns how many clicks that took."""
    clicks = 0
    files: list[Download] = []

    def keep(file: Download) -> None:
        files.append(file)

    page.on("download", keep)
    for step in steps:
        page.wait_for_load_state()
        if step.verb == "write":
            field = page.get_by_label(pattern(step.told)).or_(page.get_by_placeholder(step.told)).first
            field.fill(values[step.more])
        elif step.verb == "read":
            shown = page.locator("main").get_by_text(pattern(step.told)).filter(visible=True)
            expect(shown.first).to_be_visible()
        elif step.verb == "receive":
            while not files:
                page.wait_for_event("download")
        elif step.verb == "choose":
            page.get_by_label(step.told).select_option(step.more)
            clicks += 1
        elif step.verb == "enter":
            page.keyboard.press("Enter")
            clicks += 1
        else:
            place = page.locator("body")
            if step.more:
                place = page.locator("li", has_text=pattern(step.more)).last
            named = re.compile(rf"^{pattern(step.told).pattern}$")
            place.get_by_role("link", name=named).or_(place.get_by_role("button", name=named)).first.click()
            clicks += 1
    return clicks


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen that nobody has used yet; its platforms are simulated."""
    with beside_simulators(database, tmp_path / "data") as made:
        yield made


def test_a_new_user_does_every_task_of_the_tour(console: Consoles, opened: Opened) -> None:
    told = console.told["twitter"]
    values = {
        "the client id": told["client_id"],
        "the client secret": told["client_secret"],
        "a key": str(BO),
    }
    tasks = tour()
    assert len(tasks) == 5
    with opened(console) as page:
        for task, steps in tasks.items():
            page.goto(f"http://127.0.0.1:{console.port}/")
            clicks = follow(page, steps, values)
            assert 0 < clicks <= MOST_CLICKS, (task, clicks)
            if task.startswith("Estimate"):
                _happened(console)
    assert {each["state"] for each in rows(console.database, "failures")} == {"replayed"}


def _happened(console: Consoles) -> None:
    """Let two of the harvests fail and somebody like a post, as the days after would bring."""
    acted(console, [likes(BO), follows(ADA)])
    let_be_shown(console.database)
    with console.database.write() as connection:
        for each in rows(console.database, "harvest_runs")[:2]:
            of_it = harvest_runs.c.id == each["id"]
            connection.execute(update(harvest_runs).where(of_it).values(state="failed"))
            failure = Failure(each["id"], each["stream"], None, "server", "X answered 503.", "Replay.", 12)
            failures.add(connection, failure, now=utc_now())
