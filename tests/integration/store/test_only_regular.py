"""The messaging store holds nobody but regular contacts, whatever statement is tried on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, text

from store.database import Database
from store.tables import contacts, messaging_contacts
from tests.cast import ADA, BO, DI, NOW
from tests.contents import contents, inside

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
STRANGERS = """SELECT count(*) FROM messaging_contacts AS m LEFT JOIN contacts AS c ON c.id = m.contact_id
    WHERE c.label IS NULL OR c.label <> 'regular' OR m.label <> 'regular'"""
ENTER = "INTO messaging_contacts (contact_id, label, admitted_at, seq) VALUES"
ADD = "INTO contacts (id, platform, platform_id, label, first_seen_at) VALUES"
AT = "'2026-11-01T12:00:00.000000+00:00'"

ON_BOTH = {
    "an occasional contact enters as regular": f"INSERT {ENTER} (2, 'regular', {AT}, 2)",
    "an occasional contact enters as occasional": f"INSERT {ENTER} (2, 'occasional', {AT}, 2)",
    "a regular contact enters as occasional": f"INSERT {ENTER} (3, 'occasional', {AT}, 2)",
    "nobody enters": f"INSERT {ENTER} (99, 'regular', {AT}, 2)",
    "an entry becomes an occasional contact's": "UPDATE messaging_contacts SET contact_id = 2",
    "an entry's label is weakened": "UPDATE messaging_contacts SET label = 'occasional'",
    "an upsert weakens an entry": f"INSERT {ENTER} (1, 'regular', {AT}, 2) "
    "ON CONFLICT (contact_id) DO UPDATE SET label = 'occasional'",
    "the contact is demoted": "UPDATE contacts SET label = 'occasional' WHERE id = 1",
    "the contact is suppressed": "UPDATE contacts SET label = 'suppressed' WHERE id = 1",
    "everybody is demoted": "UPDATE contacts SET label = 'none'",
    "an upsert demotes the contact": f"INSERT {ADD} (1, 'twitter', '7001', 'regular', {AT}) "
    "ON CONFLICT (id) DO UPDATE SET label = 'occasional'",
    "the contact gets another id": "UPDATE contacts SET id = 50 WHERE id = 1",
    "the contact is deleted": "DELETE FROM contacts WHERE id = 1",
    "everybody is deleted": "DELETE FROM contacts",
}
ON_SQLITE = {
    "an occasional contact enters by OR IGNORE": f"INSERT OR IGNORE {ENTER} (2, 'regular', {AT}, 2)",
    "an occasional contact replaces the entry": f"INSERT OR REPLACE {ENTER} (2, 'regular', {AT}, 1)",
    "an entry is replaced by a weaker one": f"INSERT OR REPLACE {ENTER} (1, 'occasional', {AT}, 1)",
    "the contact is replaced by its id": f"REPLACE {ADD} (1, 'twitter', '7001', 'occasional', {AT})",
    "the contact is replaced by a regular one": f"REPLACE {ADD} (1, 'twitter', '7005', 'regular', {AT})",
    "the contact is replaced by its key": f"REPLACE {ADD} (51, 'twitter', '7001', 'occasional', {AT})",
    "the contact is replaced by its key alone": f"REPLACE {ADD} (NULL, 'twitter', '7001', 'regular', {AT})",
    "another contact takes its id": "UPDATE OR REPLACE contacts SET id = 1 WHERE id = 2",
    "a regular contact takes its id": "UPDATE OR REPLACE contacts SET id = 1 WHERE id = 3",
    "another contact takes its key": "UPDATE OR REPLACE contacts SET platform_id = '7001' WHERE id = 2",
    "the contact is demoted by OR IGNORE": "UPDATE OR IGNORE contacts SET label = 'none' WHERE id = 1",
}
ON_POSTGRESQL = {
    "the contacts are emptied": "TRUNCATE contacts",
    "a demotion hopes for a later check": "SET CONSTRAINTS ALL DEFERRED; "
    "UPDATE contacts SET label = 'occasional' WHERE id = 1",
}


@contextmanager
def bare(database: Database) -> Iterator[Any]:
    """Connect without any setting of ours: on SQLite foreign keys are off then."""
    if database.on_sqlite:
        connection: Any = sqlite3.connect(str(database.engine.url.database))
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
    else:
        url = database.engine.url
        connection = psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database)
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def admitted(database: Database) -> Database:
    """Let Ada in; Bo is occasional, Di regular and not in."""
    people = ((1, ADA, "regular"), (2, BO, "occasional"), (3, DI, "regular"))
    with database.write() as connection:
        for contact_id, key, label in people:
            row = {"id": contact_id, "label": label, "first_seen_at": NOW}
            connection.execute(insert(contacts).values(**row, **key._asdict()))
        connection.execute(
            insert(messaging_contacts).values(contact_id=1, label="regular", admitted_at=NOW, seq=1)
        )
    return database


def assert_refused(database: Database, statement: str) -> None:
    before = contents(database)
    with bare(database) as connection:
        with pytest.raises((*REFUSED, psycopg.errors.FeatureNotSupported)):
            connection.execute(statement)
        connection.rollback()
        assert connection.execute(STRANGERS).fetchone() == (0,)
    assert contents(database) == before
    assert inside(database) == {ADA.platform_id}


@pytest.mark.parametrize("statement", ON_BOTH.values(), ids=ON_BOTH)
def test_a_bare_statement_is_refused(admitted: Database, statement: str) -> None:
    assert_refused(admitted, statement)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("statement", ON_SQLITE.values(), ids=ON_SQLITE)
def test_a_bare_statement_is_refused_by_sqlite(admitted: Database, statement: str) -> None:
    assert_refused(admitted, statement)


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("statement", ON_POSTGRESQL.values(), ids=ON_POSTGRESQL)
def test_a_bare_statement_is_refused_by_postgresql(admitted: Database, statement: str) -> None:
    assert_refused(admitted, statement)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(f"INSERT {ENTER} (3, 'regular', {AT}, 2)", id="a regular contact enters"),
        pytest.param("DELETE FROM messaging_contacts", id="an entry is taken out"),
        pytest.param("UPDATE contacts SET display_name = 'Ada' WHERE id = 1", id="the contact is renamed"),
        pytest.param("UPDATE contacts SET label = 'none' WHERE id = 3", id="who is not in is demoted"),
        pytest.param("DELETE FROM contacts WHERE id IN (2, 3)", id="who is not in is deleted"),
        pytest.param(
            f"INSERT {ADD} (4, 'facebook', '7001', 'occasional', {AT})", id="the same id on another platform"
        ),
    ],
)
def test_a_rightful_statement_passes(admitted: Database, statement: str) -> None:
    with admitted.write() as connection:
        assert connection.execute(text(statement)).rowcount > 0
