"""Contacts in a browser: each job as a user does it, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from domain.contact import ContactKey
from domain.user import Role
from store.database import Database
from tests.browser.conftest import Opened, User
from tests.cast import ADA, BO, follows, likes
from tests.consoles import Consoles, listening
from tests.contents import inside, labels
from tests.people import acted, number

pytestmark = pytest.mark.either

DI = ContactKey("twitter", "7055")
LOCALES = pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let Ada and Di follow and Bo like, and a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        acted(made, [follows(ADA), likes(BO), follows(DI), likes(ADA)])
        yield made


class Clicks:
    """Counts the clicks of a user."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def on(self, target: str) -> None:
        """Click."""
        self.page.click(target)
        self.count += 1


@LOCALES
def test_why_a_contact_is_not_in_the_store_is_found_in_few_clicks(
    console: Consoles, opened: Opened, locale: str
) -> None:
    with opened(console, Role.OPERATOR.word, locale=locale) as page:
        user = Clicks(page)
        user.on("nav >> text=Contacts")
        page.select_option("select[name=label]", "occasional")
        user.on("form.filters button.main")
        user.on("tbody tr:first-child a")
        assert user.count <= 4
        page.wait_for_url(re.compile(rf"/contacts/{number(console, BO)}$"))
        told = page.locator("section.answer").inner_text()
        assert {"fr-FR": "n'est pas un contact régulier", "en-GB": "not a regular contact"}[locale] in told
        assert {"fr-FR": "occasionnel : a aimé", "en-GB": "occasional: liked"}[locale] in told


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_contact_objects_by_keyboard_alone(console: Consoles, user: User) -> None:
    at = user(Role.MANAGER)
    page = at.page
    page.keyboard.press("/")
    page.keyboard.type("@ada")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/contacts/{number(console, ADA)}")
    at.tab_to("contacts.do_object")
    at.enter()
    at.reads("contacts.effect_leaves_untold")
    assert inside(console.database) == {ADA.platform_id, DI.platform_id}
    at.tab_to("contacts.object_button")
    at.enter()
    page.wait_for_url("**/contacts?done=objected")
    at.done("contacts.done_objected")
    assert inside(console.database) == {DI.platform_id}


@LOCALES
def test_a_label_is_lowered_by_hand(console: Consoles, opened: Opened, locale: str) -> None:
    french = locale == "fr-FR"
    with opened(console, Role.MANAGER.word, locale=locale) as page:
        page.goto(f"http://127.0.0.1:{console.port}/contacts/{number(console, ADA)}")
        page.click("text=" + ("Changer l'étiquette" if french else "Change the label"))
        page.fill("#reason", "compte parodique")
        page.click("main form button.main")
        expect(page.get_by_role("status")).to_be_visible()
        told = page.locator("section.answer").inner_text()
        assert ("décidé par console:manager" if french else "decided by console:manager") in told
    assert labels(console.database)[ADA.platform_id] == "occasional"


@LOCALES
def test_a_persons_data_are_downloaded(console: Consoles, opened: Opened, locale: str) -> None:
    french = locale == "fr-FR"
    with opened(console, Role.MANAGER.word, locale=locale) as page:
        page.goto(f"http://127.0.0.1:{console.port}/contacts/{number(console, ADA)}")
        page.click(f"text={'Donner accès à ses données' if french else 'Give access to the data'}")
        with page.expect_download() as waiting:
            page.click("main button[value=json]")
        held = orjson.loads(Path(waiting.value.path()).read_bytes())
        assert held["key"] == str(ADA)
        assert waiting.value.suggested_filename.startswith("access-")
        with page.expect_download() as waiting:
            page.click(f"main button[value={locale[:2]}]")
        read = Path(waiting.value.path()).read_text("utf-8")
        assert ("Les données que nous avons sur vous" if french else "The data that we hold") in read
        assert BO.platform_id not in read


@LOCALES
def test_erasing_asks_for_a_word(console: Consoles, opened: Opened, locale: str) -> None:
    with opened(console, Role.MANAGER.word, locale=locale) as page:
        page.goto(f"http://127.0.0.1:{console.port}/contacts/{number(console, ADA)}/erase")
        page.fill("#word", "effacer" if locale == "fr-FR" else "erase")
        page.click("button.grave")
        page.wait_for_url("**/contacts?done=erased")
    assert inside(console.database) == {DI.platform_id}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@LOCALES
def test_every_page_of_a_contact_is_accessible(
    console: Consoles, opened: Opened, scheme: str, locale: str
) -> None:
    ada = number(console, ADA)
    with opened(console, color_scheme=scheme, locale=locale) as page:
        for path in (
            "",
            "?q=a",
            "?q=nobody",
            *(f"/{ada}{each}" for each in ("", "/erase", "/access", "/override")),
        ):
            page.goto(f"http://127.0.0.1:{console.port}/contacts{path}")
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
            assert found.violations_count == 0, (path, found.generate_report())
