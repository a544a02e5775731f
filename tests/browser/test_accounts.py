"""Connecting and disconnecting accounts in a browser, against simulated platforms, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.user import Role
from store import accounts
from store.database import Database
from tests.browser.conftest import Opened, User
from tests.consoles import Consoles, beside_simulators
from tests.parted import carried_out

pytestmark = pytest.mark.either

#: What is pressed and read, by the browser's wish.
SAID = {
    "fr-FR": {
        "connect": "Connecter un compte", "x": "Connecter X", "to_x": "Continuer sur X",
        "page": "Connecter Facebook",
        "to_page": "Continuer sur Facebook", "choose": "Connecter cette page",
        "done": "Le compte est connecté",
        "declined": "Vous avez refusé", "part": "Déconnecter", "parted": "Déconnecter et effacer",
        "none": "Aucun compte n'est connecté", "check": "Vérifier", "now": "Vérifier maintenant",
        "checked": "Le compte a été vérifié",
    },
    "en-GB": {
        "connect": "Connect an account", "x": "Connect X", "to_x": "Continue at X",
        "page": "Connect Facebook",
        "to_page": "Continue at Facebook", "choose": "Connect this page", "done": "The account is connected",
        "declined": "You declined", "part": "Disconnect", "parted": "Disconnect and delete",
        "none": "No account is connected", "check": "Check", "now": "Check now",
        "checked": "The account was checked",
    },
}  # fmt: skip


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen whose platforms are simulated."""
    with beside_simulators(database, tmp_path / "data") as made:
        yield made


def press(page: Page, name: str) -> None:
    """Press a button or follow a link of that very name, once the page is whole."""
    page.wait_for_load_state()
    page.get_by_role("link", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


def to_form(page: Page, console: Consoles, said: dict[str, str], platform: str) -> None:
    page.goto(f"http://127.0.0.1:{console.port}/accounts")
    press(page, said["connect"])
    press(page, said[platform])


@pytest.mark.parametrize("locale", SAID)
def test_x_is_connected_checked_and_disconnected(console: Consoles, opened: Opened, locale: str) -> None:
    said, told = SAID[locale], console.told["twitter"]
    with opened(console, locale=locale) as page:
        to_form(page, console, said, "x")
        page.fill("#client_id", told["client_id"])
        page.fill("#client_secret", told["client_secret"])
        press(page, said["to_x"])
        press(page, "Cancel")
        assert said["declined"] in page.locator("[role=alert]").inner_text()
        page.fill("#client_id", told["client_id"])
        page.fill("#client_secret", told["client_secret"])
        press(page, said["to_x"])
        press(page, "Authorise app")
        assert said["done"] in page.locator("[role=status]").inner_text()
        assert "code=" not in page.url
        press(page, said["check"])
        press(page, said["now"])
        assert said["checked"] in page.locator("[role=status]").inner_text()
        press(page, said["part"])
        page.fill("#name", told["username"])
        press(page, said["parted"])
        assert page.locator("article [role=status]").count() == 1  # it is said that it goes
        carried_out(console)
        page.get_by_text(said["none"]).wait_for(timeout=10_000)
    with console.database.read() as connection:
        assert accounts.every(connection) == []


@pytest.mark.parametrize("locale", SAID)
def test_a_page_is_connected(console: Consoles, opened: Opened, locale: str) -> None:
    said, told = SAID[locale], console.told["facebook"]
    with opened(console, locale=locale) as page:
        to_form(page, console, said, "page")
        page.fill("#client_id", told["app_id"])
        page.fill("#client_secret", told["app_secret"])
        press(page, said["to_page"])
        press(page, "Authorise app")
        press(page, said["choose"])
        assert said["done"] in page.locator("[role=status]").inner_text()
    with console.database.read() as connection:
        assert accounts.find(connection, told["page_id"]).app_id == told["app_id"]


def test_the_cards_follow_what_happens(console: Consoles, opened: Opened) -> None:
    said, told = SAID["en-GB"], console.told["twitter"]
    with opened(console) as page:
        to_form(page, console, said, "x")
        page.fill("#client_id", told["client_id"])
        page.fill("#client_secret", told["client_secret"])
        press(page, said["to_x"])
        press(page, "Authorise app")
        page.goto(f"http://127.0.0.1:{console.port}/accounts")
        assert page.get_by_text("refused: connect").count() == 0
        with console.database.write() as connection:
            account = accounts.find(connection, told["username"])
            accounts.pause(connection, account.id, "The token is dead.")
        page.get_by_text("refused: connect").wait_for(timeout=10_000)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_account_is_connected_by_its_token_and_disconnected_once_the_effect_is_read(
    console: Consoles, user: User
) -> None:
    told = console.told["twitter"]
    at = user(Role.ADMIN)
    at.go("/accounts/paste")
    at.page.fill("#platform_id", told["account_id"])
    at.page.fill("#token", "two words")
    at.press("connect.paste_go")
    at.reads("connect.wrong_token_malformed")
    at.page.fill("#token", told["user_token"])
    at.press("connect.paste_go")
    at.done("accounts.done_connected")
    at.check()
    at.press("accounts.disconnect")
    expect(at.page.locator(".effects li")).to_have_count(5)
    at.reads("accounts.part_gone", n=0)
    at.check()
    at.page.fill("#name", "another")
    at.press("accounts.part_button")
    at.reads("accounts.part_wrong")
    at.page.fill("#name", at.page.locator("label[for=name] code").inner_text())
    at.press("accounts.part_button")
    carried_out(console)
    expect(at.page.locator("main")).to_contain_text(at.said("accounts.none"), timeout=10_000)
    with console.database.read() as connection:
        assert accounts.every(connection) == []
