"""The jobs of each screen as a user does them, in both languages, on a store that the simulator filled."""

from playwright.sync_api import expect
from sqlalchemy import select, update

from domain.user import Role
from store import accounts, failures
from store.failures import Failure
from store.tables import contacts, harvest_runs
from tests.browser.conftest import LANGUAGES, User
from tests.consoles import Consoles
from tests.contents import rows
from workers.runtime import utc_now

SENTENCE = "X failed (503) while {stream} of account 100 were read."


@LANGUAGES
def test_the_overview_leads_to_what_it_names(console: Consoles, user: User) -> None:
    with console.database.write() as connection:
        accounts.pause(connection, accounts.every(connection)[0].id, "Paused by cli:ada.")
    at = user()
    name = at.page.locator(".needs li p").first.inner_text()
    at.press("overview.look", at.page.locator(".needs"))
    expect(at.page.locator("article .wrong").first).to_be_visible()
    assert at.page.locator("article h2").first.inner_text() in name
    at.reads("accounts.paused")
    for figure, path in (
        ("regular", "/contacts?label=regular"),
        ("occasional", "/contacts?label=occasional"),
    ):
        at.go("/")
        at.press(f"overview.{figure}")
        assert at.page.url.endswith(path)
        expect(at.page.locator("tbody tr").first).to_contain_text(at.said(f"words.{figure}"))
    at.go("/")
    at.press("overview.inside")
    expect(at.page.locator("h1")).to_have_text(at.said("frame.messaging"))
    at.go("/")
    at.page.click("section[aria-labelledby=runs] tbody tr:first-child a")
    expect(at.page.locator("#figures .state").first).to_have_text(at.said("words.state_done"))
    at.press("harvests.its_contacts")
    at.check()


@LANGUAGES
def test_the_history_of_harvests_is_filtered(console: Consoles, user: User) -> None:
    at = user(Role.VIEWER)
    at.go("/harvests")
    every = at.page.locator("section[aria-labelledby=history] tbody tr").count()
    with console.database.read() as connection:
        name = accounts.every(connection)[0].name
    at.page.select_option("select[name=account]", label=name)
    at.press("harvests.filter")
    some = at.page.locator("section[aria-labelledby=history] tbody tr")
    assert 0 < some.count() < every
    at.page.select_option("select[name=state]", "failed")
    at.press("harvests.filter")
    at.reads("harvests.none_such")
    at.check()
    at.press("harvests.show_all")
    assert at.page.locator("section[aria-labelledby=history] tbody tr").count() == every


@LANGUAGES
def test_a_harvest_that_stopped_at_its_budget_goes_on_with_another(console: Consoles, user: User) -> None:
    words = "the budget of $0.50 for this harvest"
    sentence = f"Stopped at {words}; `regulars harvest ACCOUNT --wait --budget-usd X` goes on from here."
    run_id = ended(console, "stopped", sentence)
    at = user(Role.MANAGER)
    at.go(f"/harvests/{run_id}")
    at.reads("harvests.why_stopped")
    told = {"fr": "le budget de $0.50 pour cette collecte est épuisé", "en": words}[at.said.language]
    expect(at.page.locator("#figures .wrong")).to_contain_text(told)
    assert at.page.locator("#figures [lang=en]").count() == 0
    at.check()
    at.page.fill("#budget", "1,25" if at.said.language == "fr" else "1.25")
    at.press("harvests.resume")
    expect(at.page.locator("#figures .state").first).to_have_text(at.said("words.state_running"))
    at.press("harvests.stop")
    expect(at.page.locator("#figures .state").first).to_have_text(at.said("words.state_cancelled"))


@LANGUAGES
def test_a_schedule_is_changed_paused_resumed_and_removed(console: Consoles, user: User) -> None:
    at = user(Role.MANAGER)
    at.go("/harvests/schedules")
    at.press("schedules.add")
    at.page.select_option("select[name=zone]", "Europe/Paris")
    at.page.fill("input[name=time]", "03:10")
    at.press("schedules.preview")
    at.press("schedules.add", at.page.locator("section[aria-labelledby=would]"))
    expect(at.page.locator(".facts")).to_contain_text("10 3 * * *")
    at.press("schedules.change")
    at.page.fill("input[name=time]", "04:20")
    at.page.fill("input[name=jitter]", "5")
    at.page.select_option("select[name=catch_up]", "skip")
    at.press("schedules.preview")
    at.check()
    at.press("schedules.change", at.page.locator("section[aria-labelledby=would]"))
    expect(at.page.locator(".facts")).to_contain_text("20 4 * * *")
    expect(at.page.locator(".facts")).to_contain_text(at.said("schedules.catch_up_skip"))
    at.press("schedules.pause")
    at.reads("schedules.is_paused")
    at.check()
    at.press("schedules.resume")
    expect(at.page.locator("main ol li")).to_have_count(5)
    at.press("schedules.remove")
    at.reads("schedules.none")
    assert rows(console.database, "schedules") == []


@LANGUAGES
def test_failures_are_replayed_and_dropped_one_some_and_all(console: Consoles, user: User) -> None:
    runs_of = [ended(console, "failed", SENTENCE.format(stream="followers"), back) for back in range(5)]
    causes = ["server", "server", "server", "unauthorized", "unauthorized"]
    for run_id, cause in zip(runs_of, causes, strict=True):
        failed(console, run_id, cause)
    at = user(Role.OPERATOR)
    at.go("/queues")
    at.check()
    card = at.page.locator("#failed .card", has_text="server")
    card.locator("summary").click()
    if at.said.language == "fr":
        expect(card.locator("td[data-name]").first).to_contain_text("X a eu une panne (503)")
        assert at.page.locator("#failed [lang=en]").count() == 0
    boxes = card.locator("input[type=checkbox]")
    boxes.nth(0).check()
    at.press("queues.drop_chosen", card)
    expect(at.page.locator(".figure dd").first).to_have_text("1")
    assert open_failures(console) == 5
    at.check()
    at.page.locator("#carry-out").click()
    expect(at.page.locator("p.done").first).to_be_visible()
    assert open_failures(console) == 4
    at.press("queues.replay_n", at.page.locator("#failed .card", has_text="unauthorized"), n=2)
    at.page.locator("#carry-out").click()
    expect(at.page.locator("p.done").first).to_be_visible()
    assert open_failures(console) == 2
    card = at.page.locator("#failed .card", has_text="server")
    at.press("queues.drop_n", card, n=2)
    at.press("queues.back")
    assert open_failures(console) == 2
    failed(console, runs_of[3], "unauthorized")
    at.go("/queues")
    at.press("queues.drop_all")
    expect(at.page.locator(".figure dd").first).to_have_text("3")
    at.page.locator("#carry-out").click()
    at.reads("queues.none_failed")
    assert open_failures(console) == 0


@LANGUAGES
def test_queues_and_accounts_are_held_back_and_go_on(user: User) -> None:
    at = user(Role.OPERATOR)
    at.go("/queues")
    row = at.page.locator("tr", has_text="harvest.facebook").first
    for state in ("paused", None):
        row.locator("button").click()
        shown = expect(row.locator(".state"))
        (shown.to_have_text if state else shown.not_to_have_text)(at.said("queues.state_paused"))
    at.go("/queues/limits")
    card = at.page.locator("#clocks section").first
    card.locator("button").click()
    by = {"fr": "Mis en pause par console:operator.", "en": "Paused by console:operator."}[at.said.language]
    expect(card.locator(".wrong")).to_contain_text(by)
    at.check()
    card.locator("button").click()
    expect(card.locator(".wrong")).to_have_count(0)


@LANGUAGES
def test_contacts_are_searched_filtered_and_paged(console: Consoles, user: User) -> None:
    at = user(Role.OPERATOR)
    at.go("/contacts")
    first = at.page.locator("tbody th a").first.inner_text()
    at.press("contacts.next")
    assert at.page.locator("tbody th a").first.inner_text() != first
    at.press("contacts.to_first")
    assert at.page.locator("tbody th a").first.inner_text() == first
    at.page.select_option("select[name=order]", "oldest")
    at.press("contacts.search")
    assert at.page.locator("tbody th a").first.inner_text() != first
    at.press("contacts.clear")
    for name, value, shown in (
        ("label", "occasional", "words.occasional"),
        ("platform", "facebook", None),
        ("inside", "no", "contacts.not_inside"),
    ):
        at.page.select_option(f"select[name={name}]", value)
        at.press("contacts.search")
        told = at.said(shown) if shown else "Facebook"
        for row in at.page.locator("tbody tr").all():
            assert told in row.inner_text()
    at.check()
    with console.database.read() as connection:
        known = select(contacts.c.id, contacts.c.handle).where(contacts.c.handle.is_not(None)).limit(1)
        number, handle = connection.execute(known).one()
    at.page.keyboard.press("/")
    at.page.keyboard.type(f"@{handle}")
    at.enter()
    assert at.page.url.endswith(f"/contacts/{number}")
    at.go("/contacts?q=nobody-of-that-name")
    at.reads("contacts.nobody")
    at.page.fill("input[name=since]", "2099-01-01")
    at.press("contacts.clear")
    assert "?" not in at.page.url


@LANGUAGES
def test_a_contact_is_looked_into_decided_by_hand_and_given_topics(console: Consoles, user: User) -> None:
    with console.database.read() as connection:
        wanted = select(contacts.c.id).where(contacts.c.label == "regular", contacts.c.platform == "twitter")
        number = connection.execute(wanted.limit(1)).scalar_one()
    at = user(Role.MANAGER)
    at.go(f"/contacts/{number}")
    at.page.click(f"summary:has-text({at.said('contacts.reason_to_look')!r})")
    at.page.fill("#why", "asked by phone")
    at.press("contacts.enter")
    at.done("contacts.done_why")
    at.press("contacts.change_label")
    at.press("contacts.cancel") if at.named("contacts.cancel").count() else at.go(f"/contacts/{number}")
    at.press("contacts.change_label")
    at.page.fill("#reason", "parody account")
    at.press("contacts.override_button")
    at.done("contacts.done_override")
    expect(at.page.locator("main .lead .label")).to_contain_text(at.said("words.occasional"))
    at.press("contacts.take_back")
    at.done("contacts.done_take_back")
    expect(at.page.locator("main .lead .label")).to_contain_text(at.said("words.regular"))
    at.check()
    acts = {each["act"] for each in rows(console.database, "journal_texts")}
    assert {"contact.shown", "label.overridden"} <= acts


def ended(console: Consoles, state: str, sentence: str, back: int = 0) -> int:
    """Let one of the newest runs have ended otherwise than it did; returns it."""
    with console.database.write() as connection:
        newest = select(harvest_runs.c.id).where(harvest_runs.c.platform == "twitter")
        run_id: int = (
            connection.execute(newest.order_by(harvest_runs.c.id.desc()).offset(back)).scalars().first()
        )
        changed = update(harvest_runs).where(harvest_runs.c.id == run_id)
        connection.execute(changed.values(state=state, error=sentence, ended_at=utc_now()))
    return run_id


def failed(console: Consoles, run_id: int, cause: str) -> None:
    """Let a run that failed wait for a decision."""
    told = SENTENCE.format(stream="followers")
    failure = Failure(run_id, "followers", None, cause, told, "Replay later.", 12)
    with console.database.write() as connection:
        changed = update(harvest_runs).where(harvest_runs.c.id == run_id).values(state="failed")
        connection.execute(changed)
        failures.add(connection, failure, now=utc_now())


def open_failures(console: Consoles) -> int:
    """Count the failures that wait for a decision."""
    return sum(each["state"] == "open" for each in rows(console.database, "failures"))
