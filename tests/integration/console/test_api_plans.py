"""No request of the API goes through a whole table that grows: asked of both databases' own plans."""

from pathlib import Path

from store.database import Database
from store.tables import metadata
from tests.consoles import Consoles, listening
from tests.consumers import Mirror, let_in
from tests.crowd import gather
from tests.history import SMALL
from tests.plans import listening_in, whole_reads

CROWD, PAGE = 20_000, 200
#: Rows of one table that a request may look at: those of its page, looked up in each table that a record has.
ROWS = 12 * PAGE
BIG = frozenset(metadata.tables) - frozenset(SMALL) | {"received"}


def test_no_request_reads_a_table_whole(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        gather(connection, CROWD)
    with listening(Consoles(database, tmp_path / "data")) as console:
        mirror = Mirror(console.port, let_in(console), limit=PAGE)
        first = mirror.get("/v1/regular-contacts", limit=5_000).json
        assert len(first["items"]) == 5_000
        with listening_in(database) as asked:
            page = mirror.get("/v1/regular-contacts", limit=PAGE, cursor=first["next_cursor"])
            assert len(page.json["items"]) == PAGE
            assert mirror.contact(page.json["items"][0]["contact_key"]).status == 200
            mirror.begin()
            assert mirror.get("/v1/changes", cursor=mirror.cursor, limit=PAGE).status == 200
        with database.read() as connection:
            wrong = {
                (each.statement, one)
                for each in {one.statement: one for one in asked}.values()
                for one in whole_reads(connection, each, most=ROWS, big=BIG, forced=True)
            }
    assert wrong == set()
