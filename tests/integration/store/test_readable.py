"""Texts in which own terms are tried: only those that may still be read, and nobody's name with them."""

from datetime import timedelta

from pipeline.page import write_page
from store import texts
from store.database import Database
from tests.cast import BO, CNIL, DI, NOW, added, mentions


def test_only_texts_that_may_still_be_read_are_returned(database: Database) -> None:
    acts = [mentions(BO, "1", text="Where is the bus?"), mentions(DI, "2", text="The school is cold")]
    with database.write() as connection:
        account = added(connection)
        write_page(connection, (account.id, account.platform), acts, CNIL, now=NOW)
    with database.read() as connection:
        assert texts.readable(connection, 10, now=NOW) == ["Where is the bus?", "The school is cold"]
        assert len(texts.readable(connection, 1, now=NOW)) == 1
        assert texts.readable(connection, 10, now=NOW + timedelta(days=8)) == []
