"""No page of contacts goes through a whole table: asked of the databases' own plans, on a crowd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.user import Role
from store.contact_lists import MOST
from store.database import Database
from tests.consoles import Consoles, listening
from tests.crowd import gather
from tests.plans import Asked, listening_in, whole_reads

CROWD = 60_000
LISTS = (
    "",
    "order=oldest",
    "order=name",
    "order=name&label=suppressed&platform=facebook",
    "order=name&after=30004",
    "label=regular",
    "label=suppressed",
    "label=none&platform=facebook",
    "platform=facebook&order=oldest",
    "account=2",
    "account=2&label=suppressed",
    "inside=yes",
    "inside=admitted",
    "inside=refused",
    "inside=not_told&order=oldest",
    "inside=no&label=regular",
    "inside=minor",
    "topic=health",
    "topic=health&platform=facebook",
    "since=2026-01-01",
    "since=2026-01-01&order=oldest",
    "label=occasional&inside=yes",
    "after=30000",
    "q=e",
    "q=elodie",
    "q=%C3%89lodie+6",
    "q=jean&label=suppressed",
    "q=zoe&after=30004",
    "q=%40handle12345",
    "q=12345",
    "q=twitter:p12342",
)
PAGES = ("", "/object", "/erase", "/access", "/override")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Gather a crowd, and let a console listen."""
    with database.write() as connection:
        gather(connection, CROWD)
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def test_no_page_goes_through_a_whole_table(console: Consoles) -> None:
    visitor = console.as_(Role.MANAGER)
    paths = [f"/contacts?{each}" for each in LISTS]
    paths += [f"/contacts/{number}{each}" for number in (30_000, 30_001) for each in PAGES]
    asked: dict[str, list[Asked]] = {}
    with listening_in(console.runtime.database) as noted:
        for path in paths:
            noted.clear()
            assert visitor.get(path).status in (200, 303), path
            asked[path] = list(noted)
    found = set()
    for path, statements in asked.items():
        assert len(statements) > 1, path
        with console.runtime.database.read() as connection:
            for each in statements:
                reads = whole_reads(connection, each, most=MOST)
                found |= {(path, one, each.statement) for one in reads}
    assert found == set()


def test_a_statement_that_does_is_found(console: Consoles) -> None:
    everything = Asked("SELECT count(*) FROM contacts WHERE display_name = 'x'", ())
    hidden = Asked("SELECT c.id FROM contacts AS c WHERE c.handle || '' = 'x' ORDER BY c.id LIMIT 1", ())
    with console.runtime.database.read() as connection:
        for each in (everything, hidden):
            assert whole_reads(connection, each, most=MOST), each
