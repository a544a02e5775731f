"""The jobs of delivery and of doubt, as a user does them, in both languages."""

import csv
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect
from sqlalchemy import Connection, select, text

from domain.contact import ContactKey
from domain.user import Role
from pipeline.rights import end_contact
from store import exports, inbox, leavers, withheld
from store.tables import contacts, harvest_runs, messaging_contacts, signals
from store.withheld import Doubt
from tests.browser.conftest import LANGUAGES, User
from tests.consoles import Consoles
from tests.contents import inside, rows
from tests.people import signed_up
from tests.signing import ADA
from workers.runtime import utc_now


@LANGUAGES
def test_a_file_is_given_to_a_recipient_and_told_who_has_left(console: Consoles, user: User) -> None:
    at = user()
    at.go("/messaging/recipients")
    at.page.fill("#name", "Our CRM")
    at.press("messaging.recipient_add")
    expect(at.page.locator("tbody tr")).to_contain_text("Our CRM")
    at.check()
    at.go("/messaging/export")
    at.page.select_option("#format", "csv")
    at.page.select_option("#recipient", label=at.page.locator("#recipient option").nth(1).inner_text())
    with at.page.expect_download() as given:
        at.named("messaging.download").click()
    (told,) = people(given.value.path(), "contacts")[:1]
    assert len(people(given.value.path(), "contacts")) == len(inside(console.database)) > 0
    leave(console, ContactKey(*told["contact_key"].split(":", 1)))
    at.go("/messaging")
    files = at.page.locator("#files")
    # The demo wrote a file before: they are two.
    expect(files).to_contain_text(at.said("messaging.holding", n=2))
    expect(files.locator("tbody tr").first).to_contain_text(f"{at.said('messaging.export_downloaded')} admin")
    with at.page.expect_download() as removals:
        files.get_by_role("button", name=at.said("messaging.export_removals_of", n=2)).click()
    (removed,) = people(removals.value.path(), "removals")
    assert removed["contact_key"] == told["contact_key"]
    for left in (2, 1):
        at.go("/messaging")
        with at.page.expect_navigation():
            at.page.get_by_role("button", name=at.said("messaging.export_destroyed_of", n=left)).click()
    expect(at.page.locator("#files")).to_contain_text(at.said("messaging.no_files"))
    at.check()


@LANGUAGES
@pytest.mark.parametrize("decision", ["release", "confirm"])
def test_who_vanished_at_once_is_decided_about(console: Consoles, user: User, decision: str) -> None:
    before = doubted(console)
    at = user(Role.MANAGER)
    at.go("/harvests")
    at.press("harvests.decide")
    at.check()
    form = at.page.locator(f'form[action="/harvests/withheld/{decision}"]')
    with at.page.expect_navigation():
        form.get_by_role("button").click()
    at.reads("harvests.vanished_none")
    assert rows(console.database, "withheld") == []
    with console.database.read() as connection:
        still = set(connection.execute(select(messaging_contacts.c.contact_id)).scalars())
    assert (before <= still) is (decision == "release")


@LANGUAGES
def test_pushes_that_were_put_aside_are_taken_in_again(console: Consoles, user: User) -> None:
    with console.runtime.inbox.write() as connection:
        came = [inbox.Arrived("twitter", b"{}", utc_now())]
        inbox.put(connection, inbox.to_store(came, bytes, keep=timedelta(days=1)))
        connection.execute(text("UPDATE inbox SET state = 'aside', problem = 'It failed.'"))
    at = user(Role.OPERATOR)
    at.go("/queues/pushes")
    at.page.locator("tbody input[type=checkbox]").check()
    at.check()
    at.press("queues.take_in_again")
    expect(at.page.locator("tbody input[type=checkbox]")).to_have_count(0)
    assert {each["state"] for each in rows(console.runtime.inbox, "inbox")} == {"waiting"}


@LANGUAGES
def test_a_label_is_raised_by_two_people(console: Consoles, user: User) -> None:
    signed_up(console, ADA)
    (found,) = [each["id"] for each in rows(console.database, "contacts") if each["platform"] == "signup"]
    path = f"/contacts/{found}"
    first = user(Role.MANAGER)
    for to, reason in (("none", "a mistake"), ("regular", "asked again by phone")):
        first.go(f"{path}/override")
        first.page.select_option("#to", to)
        first.page.fill("#reason", reason)
        first.press("contacts.override_button")
    first.go(path)
    first.reads("contacts.override_waits")
    assert first.named("contacts.confirm").count() == 0
    second = user(Role.ADMIN)
    second.go(path)
    second.press("contacts.confirm")
    second.go(path)
    expect(second.page.locator("main .lead .label")).to_contain_text(second.said("words.regular"))
    second.check()


def people(path: Path, name: str) -> list[dict[str, str]]:
    """Read a CSV of an export that was downloaded."""
    with ZipFile(path) as archive:
        (entry,) = [each for each in archive.namelist() if name in each]
        return list(csv.DictReader(archive.read(entry).decode("utf-8-sig").splitlines()))


def leave(console: Consoles, who: ContactKey) -> None:
    """Let somebody object."""

    def act(connection: Connection) -> None:
        suppressor = console.runtime.suppressor_of(connection)
        end_contact(connection, [who], suppressor, "objected", now=utc_now())

    console.database.transact(act)
    with console.database.write() as connection:  # as the dispatcher does each minute
        leavers.keep(connection, leavers.count(connection), exports.newest_seq(connection))


def doubted(console: Consoles) -> set[int]:
    """Let two people of the store be in doubt, as after a list that was short; returns them."""
    with console.database.write() as connection:
        found = connection.execute(
            select(messaging_contacts.c.contact_id, signals.c.account_id)
            .join(signals, signals.c.contact_id == messaging_contacts.c.contact_id)
            .join(contacts, contacts.c.id == messaging_contacts.c.contact_id)
            .where(signals.c.kind == "follows")
            .limit(2)
        ).all()
        run = connection.execute(select(harvest_runs.c.id).limit(1)).scalar_one()
        acts = [("follows", "", row.contact_id) for row in found]
        withheld.add(connection, Doubt(found[0].account_id, run, utc_now(), None), acts, now=utc_now())
    return {row.contact_id for row in found}
