"""Hostile values on every screen: text in a real browser, nothing runs, the layout stays whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from domain.credentials import Credentials
from domain.user import Role
from store.database import Database
from tests.browser.conftest import Opened
from tests.console_routes import LEAST
from tests.consoles import Consoles, listening
from tests.hostile import HOSTILE
from tests.hostile_world import MARKED, fill
from workers.runtime import utc_now

#: What of a page can only have come out of somebody's text.
FOREIGN = """() => document.querySelectorAll(
  'main script, main img:not([src^="/charts/"]), main svg[onload], main b, main iframe, main style, ' +
  'main object, main base, main meta, [onerror], [onload], [onmouseover], main [style]').length"""
#: Elements that stand out of the window and are in nothing that scrolls or cuts.
OUTSIDE = """() => {
  const within = (each) => {
    for (let box = each.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  return [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    const isFixed = getComputedStyle(each).position === "fixed";
    return box.width > 0 && box.right > innerWidth + 1 && !within(each) && !isFixed;
  }).slice(0, 3).map((each) => each.outerHTML.slice(0, 200));
}"""
#: Where text must have been seen, each on some screen; what is kept and shown to nobody stands not here.
PLACES = (
    "account name", "account handle", "app", "pause", "handle", "display name", "decided by",
    "decision reason", "override reason", "wording", "consent source", "word", "run error", "schedule why",
    "cause", "sentence", "advice", "quarantine reason", "endpoint", "host",
    "user name", "halt why", "halted by", "job error", "alert account", "alert address",
    "delivery error", "check remark", "journal actor", "journal reason", "text",
    "recipient", "consumer", "webhook address", "webhook error",
)  # fmt: skip
#: Answers that are no page, and parts, which stand in their pages as well.
NO_PAGE = {
    *("/accounts/cards", "/accounts/{account_id}/check/state", "/halt/banner", "/harvests/coming"),
    *("/harvests/running", "/harvests/{run_id}/figures", "/privacy/policy/preview", "/queues/failed"),
    *("/queues/standing", "/queues/limits/clocks", "/live", "/healthz", "/readyz", "/metrics"),
    *("/charts/contacts.svg", "/charts/flow.svg", "/charts/harvests.svg", "/privacy/papers/{name}"),
    *("/accounts/connect/{platform}/back", "/overview/needs", "/messaging/files"),
    *("/accounts/{account_id}/disconnect/effect", "/messaging/areas.csv", "/charts/areas-{quarter}.svg"),
}
#: Views of a screen that only its query opens.
VIEWS = (
    "/contacts?q=%3Cscript%3Ealert(1)%3C/script%3E", "/contacts?q=" + "W" * 300, "/contacts?account=1",
    "/contacts?q=%E2%80%AEgnp", "/harvests?state=failed", "/harvests/new?account=26",
    "/queues/failures?all=1",
    "/accounts/1?done=%3Cscript%3Ealert(1)%3C/script%3E", "/contacts?done=%22%3E%3Cscript%3E",
    "/settings?done=%3Cb%3E", "/privacy/journal?before=9",
    "/accounts/connect/twitter?wrong=%3Cscript%3E",
)  # fmt: skip
#: The rows that are looked at one by one: markup, right to left, many marks, a very long word.
NUMBERS = (1, 18, 23, 26)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let everything that can be written be hostile, and a console listen."""
    made = Consoles(database, tmp_path / "data")
    with database.write() as connection:
        token = made.runtime.seal(connection, Credentials("token")).token
        fill(connection, now=utc_now(), first_user=made.users[Role.ADMIN], token=token)
    with listening(made):
        yield made


def paths() -> list[str]:
    """Return the addresses of all pages and parts: those with a number for each of some rows."""
    found = list(VIEWS)
    for method, path in sorted(LEAST):
        if method == "GET" and path not in NO_PAGE:
            plain = path.replace("{platform}", "twitter")
            first, opened, rest = plain.partition("{")
            last = rest.partition("}")[2]
            # An account whose id is none of its platform's cannot be asked.
            some = [each for each in NUMBERS if each == 23 or last != "/check"]
            found += [f"{first}{number}{last}" for number in some] if opened else [plain]
    return found


def faults(page: Page, width: int) -> list[str]:
    """Return what is wrong with the page that is open."""
    found = page.evaluate(OUTSIDE)
    if page.evaluate(FOREIGN):
        found.append("something was made of a text")
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("the page is wider than the window")
    return [str(each) for each in found]


@pytest.mark.crossed
@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_values_are_text_on_every_screen(console: Consoles, opened: Opened, width: int) -> None:
    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}
    with opened(console, viewport={"width": width, "height": 900}) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for path in paths():
            answer = page.goto(f"http://127.0.0.1:{console.port}{path}")
            assert answer is not None
            if found := faults(page, width) if answer.status == 200 else [f"answers {answer.status}"]:
                wrong[path] = found
            said = page.evaluate("document.body.textContent")
            seen |= {each for each in PLACES if f"{MARKED}{each}" in said}
    assert wrong == {}
    assert set(PLACES) - seen == set()


def test_what_would_be_wrong_is_found(console: Consoles, opened: Opened) -> None:
    """Put the same values in as they are: they do harm, and the checks above see it."""
    with opened(console) as page:
        page.goto(f"http://127.0.0.1:{console.port}/settings")
        assert faults(page, 1280) == []
        page.evaluate("text => { document.querySelector('main').innerHTML += text }", HOSTILE[5])
        assert faults(page, 1280) == ["something was made of a text"]
        page.goto(f"http://127.0.0.1:{console.port}/settings")
        page.evaluate(
            "text => { const made = document.createElement('pre'); made.textContent = text;"
            " document.querySelector('main').append(made) }",
            HOSTILE[HOSTILE.index("W" * 10_000)],
        )
        assert "the page is wider than the window" in faults(page, 1280)
