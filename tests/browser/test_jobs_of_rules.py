"""The jobs of the screens of rules, as a user does them, in both languages: store, privacy, settings."""

from pathlib import Path

from playwright.sync_api import expect

from domain.user import Role
from tests.browser.conftest import LANGUAGES, User
from tests.browser.hands import Hands
from tests.consoles import PASSWORD, Consoles
from tests.contents import rows
from tests.unit.connectors.test_outbound import Listener, listener

__all__ = ["listener"]


@LANGUAGES
def test_the_messaging_store_shows_who_is_in_and_why_others_are_not(console: Consoles, user: User) -> None:
    inside = len(rows(console.database, "messaging_contacts"))
    at = user(Role.VIEWER)
    at.page.locator("nav.side").get_by_role("link", name=at.said("frame.messaging")).click()
    figure = at.page.locator(".figure", has_text=at.said("messaging.inside_why")).first.locator("dd")
    shown = "".join(each for each in figure.inner_text().splitlines()[0] if each.isdigit())
    assert int(shown) == inside > 0
    at.page.locator("summary", has_text=at.said("frame.as_table")).click()
    assert at.page.locator("details tbody tr").count() > 0
    at.page.wait_for_function("document.querySelector('img.chart').naturalWidth > 0")
    at.check()


@LANGUAGES
def test_keeping_is_counted_and_the_journal_verified(console: Consoles, user: User) -> None:
    at = user(Role.MANAGER)
    at.go("/privacy/keeping")
    before = len(rows(console.database, "contacts"))
    at.press("privacy.count")
    expect(at.page.locator("caption")).to_be_visible()
    assert len(rows(console.database, "contacts")) == before
    at.check()
    at.go("/privacy/journal")
    at.press("privacy.verify")
    expect(at.page.get_by_role("status")).to_be_visible()
    at.check()


@LANGUAGES
def test_papers_are_downloaded(user: User) -> None:
    at = user(Role.MANAGER)
    at.go("/privacy/papers")
    for each in at.page.locator("a[download]").all():
        with at.page.expect_download() as waiting:
            each.click()
        text = Path(waiting.value.path()).read_text("utf-8")
        assert f'lang="{at.said.language}"' in text


@LANGUAGES
def test_another_pack_is_looked_at_before_it_is_put_in_force(console: Consoles, user: User) -> None:
    at = user(Role.MANAGER)
    at.go("/privacy/policy")
    button = at.page.locator("#preview button").first
    pack = button.evaluate("each => each.form.elements.pack.value")
    with at.page.expect_navigation():
        button.click()
    force = at.page.get_by_role("button", name=at.said("privacy.put_in_force", pack=pack))
    expect(force).to_be_visible(timeout=30_000)
    at.check()
    before = len(rows(console.database, "jobs"))
    at.page.fill("#preview input[name=why]", "decided by the board")
    with at.page.expect_navigation():
        force.click()
    assert len(rows(console.database, "jobs")) == before + 1
    at.go("/privacy/journal")
    expect(at.page.locator("tbody")).to_contain_text("decided by the board")


@LANGUAGES
def test_users_change_roles_are_shut_out_and_let_in(user: User) -> None:
    at, theirs = user(), user(Role.VIEWER)
    at.go("/settings/users")
    row = at.page.locator("tbody tr", has=at.page.locator("th", has_text="viewer"))
    row.locator("select").select_option("operator")
    at.press("settings.users_set_of", row, name="viewer")
    theirs.go("/contacts")  # another role is another session
    sign_in(theirs, "viewer")
    expect(theirs.page.locator("h1")).to_have_text(at.said("contacts.title"))
    at.go("/settings/users")
    at.press("settings.users_sign_out_of", row, name="viewer")
    theirs.go("/")
    assert "/sign-in" in theirs.page.url
    at.press("settings.users_shut_out_of", row, name="viewer")
    expect(row).to_contain_text(at.said("settings.users_out"))
    at.check()
    at.press("settings.users_let_in", row)
    expect(row.locator("select")).to_be_visible()
    sign_in(theirs, "viewer")
    expect(theirs.page.locator("h1")).to_have_text(at.said("frame.overview"))
    mine = at.page.locator("tbody tr", has_text=at.said("settings.users_you"))
    mine.locator("select").select_option("viewer")
    with at.page.expect_navigation():
        mine.locator("form button").first.click()
    expect(at.page.get_by_role("alert")).to_contain_text(at.said("settings.users_last"))


@LANGUAGES
def test_budgets_are_set_and_removed(console: Consoles, user: User) -> None:
    at = user(Role.MANAGER)
    at.go("/settings/budgets")
    had = len(rows(console.database, "budgets"))
    at.page.fill("input[name=usd]", "3,50" if at.said.language == "fr" else "3.50")
    at.page.select_option("select[name=per]", "day")
    at.press("settings.set")
    row = at.page.locator("tbody tr", has_text=at.said("settings.per_day")).first
    expect(row).to_contain_text("3,50" if at.said.language == "fr" else "3.50")
    at.check()
    at.press("settings.remove", row)
    assert len(rows(console.database, "budgets")) == had
    at.page.fill("input[name=usd]", "much")
    at.press("settings.set")
    alert = at.page.get_by_role("alert")
    expect(alert).to_contain_text({"fr": "n'est pas un montant", "en": "is no amount"}[at.said.language])
    assert at.page.locator("[role=alert] [lang=en]").count() == 0


@LANGUAGES
def test_a_text_is_tried_and_the_appearance_changed(user: User) -> None:
    at = user(Role.OPERATOR)
    at.go("/settings/topics")
    at.page.fill("#text", "La réforme des retraites et les pensions inquiètent les hôpitaux.")
    at.press("settings.try_button")
    at.reads("settings.speaks_of")
    at.check()
    at.go("/settings")
    at.page.select_option("#theme", "dark")
    at.page.select_option("#zone", "America/Cayenne")
    at.press("settings.save")
    assert at.page.locator("html").get_attribute("data-theme") == "dark"
    expect(at.page.locator("#zone")).to_have_value("America/Cayenne")
    at.check()


@LANGUAGES
def test_a_password_is_changed_and_ends_other_sessions(user: User) -> None:
    at, elsewhere = user(Role.OPERATOR), user(Role.OPERATOR)
    at.go("/settings")
    for before, wanted, told in (
        ("not this one", "another long sentence", "settings.password_wrong"),
        (PASSWORD, "another long sentence", "settings.password_done"),
    ):
        at.page.fill("#before", before)
        at.page.fill("#wanted", wanted)
        at.press("settings.password_set")
        at.reads(told)
    elsewhere.page.wait_for_url("**/sign-in*")


@LANGUAGES
def test_alerts_are_added_tried_and_removed(console: Consoles, user: User, listener: Listener) -> None:
    hook = f"http://127.0.0.1:{listener.server_port}/hook"
    at = user(Role.OPERATOR)
    at.go("/settings/alerts")
    at.page.select_option("select[name=way]", "webhook")
    at.page.fill("input[name=address]", "nothing")
    at.press("alerts.add_button")
    alert = at.page.get_by_role("alert")
    expect(alert).to_contain_text({"fr": "n'est pas une adresse", "en": "is no address"}[at.said.language])
    at.page.select_option("select[name=way]", "webhook")
    at.page.fill("input[name=address]", hook)
    at.press("alerts.add_button")
    row = at.page.locator("tbody tr", has_text="/hook")
    at.press("alerts.test", row)
    at.done("alerts.tried", address=hook)
    at.check()
    at.press("settings.remove", at.page.locator("tbody tr", has_text="/hook"))
    at.reads("alerts.none")
    assert rows(console.database, "alert_wishes") == []


def sign_in(hands: Hands, name: str) -> None:
    """Sign in on the page that asks for it."""
    assert "/sign-in" in hands.page.url
    hands.page.fill("#name", name)
    hands.page.fill("#password", PASSWORD)
    with hands.page.expect_navigation():
        hands.page.click("button.main")
