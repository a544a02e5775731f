"""Who looks at the console never holds a harvest up, and a page that is being stored holds up no screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.account import Account
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from domain.user import Role
from pipeline.page import write_page
from store import accounts
from store.database import Database
from tests.cast import CNIL, NOW, added
from tests.consoles import Consoles, listening

#: Screens and parts that only read: all but those whose reading the journal keeps.
READ = (
    *("/", "/charts/contacts.svg", "/accounts", "/accounts/1", "/accounts/cards", "/harvests"),
    *("/harvests/running", "/harvests/coming", "/harvests/schedules", "/charts/harvests.svg", "/queues"),
    *("/queues/standing", "/queues/failed", "/queues/limits", "/queues/jobs", "/queues/quarantine"),
    *("/messaging", "/charts/flow.svg", "/privacy", "/privacy/keeping", "/privacy/papers", "/privacy/policy"),
    *("/settings", "/settings/alerts", "/settings/budgets", "/settings/topics", "/settings/users"),
)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen, with an account."""
    with database.write() as connection:
        added(connection)
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def store(database: Database, begin: int, count: int) -> int:
    """Store a page of followers; returns how many contacts there are then."""
    keys = [ContactKey("twitter", str(begin + each)) for each in range(count)]
    acts = [Signal(each, SignalKind.FOLLOWS, profile=Profile(f"h{each}", "Ada Example")) for each in keys]
    with database.write() as connection:
        found: Account = accounts.find(connection, "our profile")
        write_page(connection, (found.id, "twitter"), acts, CNIL, now=NOW)
    return counted(database)


def counted(database: Database) -> int:
    """Count contacts."""
    with database.read() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM contacts")) or 0)


def test_a_long_read_of_the_console_lets_pages_be_stored(console: Consoles) -> None:
    harvest = console.database
    assert store(harvest, 9_000, 300) == 300
    with console.runtime.database.read() as looking:
        rows = looking.execution_options(yield_per=10).execute(text("SELECT id FROM contacts"))
        rows.fetchmany(10)  # the others are still to be read
        for page in range(3):
            # A writer that waited for the reader would end in an error, not here.
            assert store(harvest, 10_000 + 300 * page, 300) == 300 * (page + 2)
        assert len(rows.fetchall()) == 290
    assert counted(console.runtime.database) == 1_200


def test_screens_answer_while_a_page_is_being_stored(console: Consoles) -> None:
    admin = console.as_(Role.ADMIN)
    assert {path: admin.get(path).status for path in READ} == dict.fromkeys(READ, 200)
    with console.database.write() as storing:
        storing.execute(text("UPDATE accounts SET followers_count = 4711"))
        assert {path: admin.get(path).status for path in READ} == dict.fromkeys(READ, 200)
        assert "4,711" not in admin.get("/accounts/1").text.replace(" ", ",")
