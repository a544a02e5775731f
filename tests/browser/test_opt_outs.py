"""A manager brings a list of opt-outs, sees what it does, and carries it out; on a phone, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from domain.admission import Controller
from store.database import Database
from tests.browser.conftest import Opened
from tests.cast import ADA, BO, CY, DI, follows
from tests.consoles import Consoles, listening
from tests.contents import inside
from tests.interests import page as stored
from workers.runtime import utc_now

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen, with Ada, Bo and Cy regular."""
    made = Consoles(database, tmp_path / "data", settings=Settings(controller=Controller.PARTY))
    with listening(made):
        stored(database, [follows(each) for each in (ADA, BO, CY)], now=utc_now())
        yield made


def test_a_list_is_brought_looked_at_and_carried_out(
    console: Consoles, database: Database, opened: Opened
) -> None:
    with opened(console, "manager", viewport={"width": 400, "height": 800}) as page:
        page.goto(f"http://127.0.0.1:{console.port}/privacy/opt_outs")
        listed = f"contact_key,{HOSTILE}\n{ADA},x\n{DI},x\n{HOSTILE},{HOSTILE}\n".encode()
        page.set_input_files("#file", {"name": f"{HOSTILE}.csv", "mimeType": "text/csv", "buffer": listed})
        page.click("main form button.main")
        page.wait_for_selector("dl.figures")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        assert "It names nobody" in page.inner_text("main")
        assert len(inside(database)) == 3
        with page.expect_download() as coming:
            page.click("text=Download the faulty rows")
        assert HOSTILE in Path(coming.value.path()).read_text(encoding="utf-8-sig")
        page.click("text=Enter 2 objections")
        page.wait_for_selector("p.done")
        assert "2 people of the list object" in page.inner_text("p.done")
    assert inside(database) == {BO.platform_id, CY.platform_id}
