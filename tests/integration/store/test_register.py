"""Figures for the record of processing, and what the database says of its own safety."""

from domain.signal import SignalKind
from pipeline.page import write_page
from store import counts, messaging, register
from store.counts import Tally
from store.database import Database
from store.register import Acts
from tests.cast import ADA, BO, CNIL, DI, NOW, added, follows, likes, mentions


def test_acts_are_counted_by_kind_stored_or_only_counted(database: Database) -> None:
    with database.write() as connection:
        account = added(connection)
        acts = [follows(ADA), follows(DI), likes(BO), mentions(BO, text="Hello?")]
        written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
        for post, many in (("1", 9), ("2", 4)):
            act = (account.id, SignalKind.LIKED, post)
            counts.add(connection, act, Tally(many, NOW), now=NOW, whole=True)
        assert register.acts(connection) == {
            "follows": Acts(2, 0),
            "liked": Acts(1, 13),
            "mentioned": Acts(1, 0),
        }
        assert register.held(connection) == {
            "messaging": 2,
            "texts": 1,
            "suppressions": 0,
            "declared_topics": 0,
            "interests": 0,
        }


def test_an_empty_database_has_nothing_to_count(database: Database) -> None:
    with database.read() as connection:
        assert register.acts(connection) == {}
        assert set(register.held(connection).values()) == {0}


def test_the_database_tells_how_safe_it_is(database: Database) -> None:
    with database.read() as connection:
        assert register.erases_freed_space(connection) is (True if database.on_sqlite else None)
        assert register.is_link_encrypted(connection) is None  # a file, or a socket of this machine
        assert register.refuses_irregular(connection)


def test_a_safeguard_that_is_switched_off_is_seen(database: Database) -> None:
    with database.write() as connection:
        if database.on_sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")
            assert register.erases_freed_space(connection) is False
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        else:
            name = "ck_messaging_contacts_only_regular"
            connection.exec_driver_sql(f"ALTER TABLE messaging_contacts DROP CONSTRAINT {name}")
            assert not register.refuses_irregular(connection)
            connection.rollback()
