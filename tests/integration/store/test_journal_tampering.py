"""Who tampers with the journal: refused by the database, and found where somebody owns it."""

# ruff: noqa: S608  # tables and columns are named here

import contextlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from domain.journal_proof import Fault, Finding
from store import journal
from store.database import Database
from tests.cast import ADA, BO, LATER
from tests.contents import rows
from tests.journal import shown


@pytest.fixture
def six(database: Database) -> Database:
    """Enter six acts: the even ones are about Ada, the odd ones about Bo."""
    for each in range(1, 7):
        with database.write() as connection:
            journal.record(connection, shown(each, BO if each % 2 else ADA))
    return database


COPY = "INTO journal_chain SELECT {seq}, at, commitment, link FROM journal_chain WHERE seq = {of}"
COPY_TEXT = (
    "INTO journal_texts SELECT {seq}, salt, actor, act, subject_key, why, details "
    "FROM journal_texts WHERE seq = {of}"
)
REFUSED = {
    "an entry is changed": "UPDATE journal_chain SET commitment = link",
    "an entry is changed by an upsert": f"INSERT {COPY.format(seq=2, of=2)} "
    "ON CONFLICT (seq) DO UPDATE SET link = excluded.commitment",
    "an entry is deleted": "DELETE FROM journal_chain WHERE seq = 3",
    "the end is cut off": "DELETE FROM journal_chain WHERE seq = 6",
    "a number is left out": f"INSERT {COPY.format(seq=8, of=6)}",
    "a number comes twice": f"INSERT {COPY.format(seq=6, of=6)}",
    "a text is changed": "UPDATE journal_texts SET why = 'another' WHERE seq = 2",
    "a text comes twice": f"INSERT {COPY_TEXT.format(seq=6, of=6)}",
    "a text is put beside an old entry": "DELETE FROM journal_texts WHERE seq = 2; "
    f"INSERT {COPY_TEXT.format(seq=2, of=1)}",
}
REFUSED_ON_SQLITE = {
    "an entry is replaced": f"REPLACE {COPY.format(seq=2, of=3)}",
    "the newest is replaced": f"REPLACE {COPY.format(seq=6, of=3)}",
    "a text is replaced": f"REPLACE {COPY_TEXT.format(seq=6, of=1)}",
}
REFUSED_ON_POSTGRESQL = {
    "the chain is emptied": "TRUNCATE journal_chain CASCADE",
    "the texts are emptied": "TRUNCATE journal_texts",
    "a link follows from nothing": f"INSERT {COPY.format(seq=7, of=6)}",
}


@pytest.mark.parametrize("statements", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses_every_other_change(six: Database, statements: str) -> None:
    _refused(six, statements)


def test_each_database_refuses_what_only_it_can_do(six: Database) -> None:
    for each in (REFUSED_ON_SQLITE if six.on_sqlite else REFUSED_ON_POSTGRESQL).values():
        _refused(six, each)


def _refused(database: Database, statements: str) -> None:
    def act() -> None:
        with database.write() as connection:
            for each in statements.split("; "):
                connection.execute(text(each))

    before = rows(database, "journal_chain"), rows(database, "journal_texts")
    with pytest.raises(IntegrityError):
        act()
    assert (rows(database, "journal_chain"), rows(database, "journal_texts")) == before


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """Open a transaction in which nothing is refused, and take everything back at its end."""
    with database.write() as connection:
        if database.on_sqlite:
            guards = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for each in guards:
                connection.execute(text(f"DROP TRIGGER {each}"))
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            for table in ("journal_chain", "journal_texts"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        yield connection
        connection.rollback()


#: Takes a value from the entry that follows, the last from the first.
TAKE = (
    "UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE seq = {seq} % 6 + 1) WHERE seq = {seq}"
)
REMOVE = ("DELETE FROM journal_texts WHERE seq = {seq}", "DELETE FROM journal_chain WHERE seq = {seq}")
TABLES = ("journal_chain", "journal_texts")


def exchanged(tables: tuple[str, ...], one: int, other: int) -> list[str]:
    """Let two entries change places."""
    return [
        f"UPDATE {table} SET seq = {new} WHERE seq = {old}"
        for table in tables
        for new, old in ((-1, one), (one, other), (other, -1))
    ]


TAMPERED = {
    "a commitment is another": ["UPDATE journal_chain SET commitment = link WHERE seq = 3"],
    "a link is another": ["UPDATE journal_chain SET link = commitment WHERE seq = 3"],
    "a moment is another": [TAKE.format(table="journal_chain", column="at", seq=3)],
    "the first entry is removed": [each.format(seq=1) for each in REMOVE],
    "one in the middle is removed": [each.format(seq=3) for each in REMOVE],
    "one in the middle is removed, its text stays": [REMOVE[1].format(seq=3)],
    "one is removed and the others move up": [
        *(each.format(seq=3) for each in REMOVE),
        *(f"UPDATE {table} SET seq = {old - 1} WHERE seq = {old}" for old in (4, 5, 6) for table in TABLES),
    ],
    "two change places": exchanged(TABLES, 2, 4),
    "two texts change places": exchanged(TABLES[1:], 2, 4),
    "an actor is another": ["UPDATE journal_texts SET actor = 'cli:bo' WHERE seq = 3"],
    "an act is another": ["UPDATE journal_texts SET act = 'contacts.listed' WHERE seq = 3"],
    "a subject is another": ["UPDATE journal_texts SET subject_key = 'twitter:7001' WHERE seq = 3"],
    "a subject is taken away": ["UPDATE journal_texts SET subject_key = NULL WHERE seq = 3"],
    "a reason is another": ["UPDATE journal_texts SET why = '' WHERE seq = 3"],
    "details are others": ["UPDATE journal_texts SET details = '{}' WHERE seq = 3"],
    "a salt is another": [TAKE.format(table="journal_texts", column="salt", seq=3)],
    "a text is removed": [REMOVE[0].format(seq=3)],
    "all texts are removed": ["DELETE FROM journal_texts"],
    "an entry is put before the first": [f"INSERT {COPY.format(seq=0, of=1)}"],
    "an entry is added that follows from nothing": [f"INSERT {COPY.format(seq=7, of=6)}"],
    "a text is added without an entry": [f"INSERT {COPY_TEXT.format(seq=9, of=1)}"],
}
#: What SQLite takes for a value, and what PostgreSQL does.
NONSENSE = {
    "a moment is none": ("journal_chain SET at = 'yesterday'", "journal_chain SET at = 'infinity'"),
    "a salt is no salt": ("journal_texts SET salt = 'salt'", "journal_texts SET salt = ''"),
    "a commitment is none": ("journal_chain SET commitment = 7", "journal_chain SET commitment = ''"),
    "a link is none": ("journal_chain SET link = 'x'", "journal_chain SET link = ''"),
    "details are no JSON": ("journal_texts SET details = x'00ff'", "journal_texts SET details = '['"),
}
#: What only an anchor finds.
CUT = {
    "the last entry is cut off": "DELETE FROM journal_{table} WHERE seq = 6",
    "half of it is cut off": "DELETE FROM journal_{table} WHERE seq > 3",
    "everything is cut off": "DELETE FROM journal_{table}",
}


@pytest.mark.parametrize("statements", TAMPERED.values(), ids=TAMPERED)
def test_whatever_is_done_to_the_journal_is_found(six: Database, statements: list[str]) -> None:
    with unguarded(six) as connection:
        assert journal.verify(connection).findings == ()
        for each in statements:
            connection.execute(text(each))
        found = journal.verify(connection)
    assert found.findings
    assert found.proven == 0
    with six.read() as connection:
        assert journal.verify(connection).findings == ()


@pytest.mark.parametrize("statements", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_found_and_ends_no_proof(six: Database, statements: tuple[str, str]) -> None:
    with unguarded(six) as connection:
        statement = statements[0 if six.on_sqlite else 1]
        connection.execute(text(f"UPDATE {statement} WHERE seq = 3"))
        assert 3 in {each.first for each in journal.verify(connection).findings}


@pytest.mark.parametrize("statement", CUT.values(), ids=CUT)
@pytest.mark.parametrize("goes_on", [False, True])
def test_an_end_that_was_cut_off_is_found_by_an_anchor_alone(
    six: Database, statement: str, *, goes_on: bool
) -> None:
    with unguarded(six) as connection:
        anchor = journal.newest(connection)
        for table in ("texts", "chain"):
            connection.execute(text(statement.format(table=table)))
        for each in range(7, 20 if goes_on else 7):
            journal.record(connection, shown(each))
        assert journal.verify(connection).findings == ()
        found = journal.verify(connection, [anchor])
    assert [each.fault for each in found.findings] == [Fault.OTHER if goes_on else Fault.CUT_OFF]
    assert found.proven == 0


def test_a_chain_written_anew_is_found_by_an_anchor_alone(six: Database) -> None:
    with unguarded(six) as connection:
        anchor = journal.newest(connection)
        connection.execute(text("DELETE FROM journal_texts"))
        connection.execute(text("DELETE FROM journal_chain"))
        for each in range(1, 7):
            journal.record(connection, replace(shown(each), actor="cli:nobody"))
        assert journal.verify(connection).findings == ()
        assert journal.verify(connection, [anchor]).findings == (Finding(6, 6, Fault.OTHER),)


def test_a_text_that_an_old_copy_brings_back_is_found(six: Database) -> None:
    old = next(each for each in rows(six, "journal_texts") if each["seq"] == 2)
    with six.write() as connection:
        journal.forget(connection, [ADA], now=LATER)
    with unguarded(six) as connection:
        connection.execute(journal.texts.insert().values(**old))
        assert journal.verify(connection).findings == (Finding(2, 2, Fault.TEXT_BACK),)


COLUMNS = {
    "journal_chain": ("at", "commitment", "link"),
    "journal_texts": ("salt", "actor", "act", "subject_key", "why", "details"),
}
NUMBERS = st.integers(1, 6)
ACTS = st.one_of(
    st.builds(
        lambda place, seq: [TAKE.format(table=place[0], column=place[1], seq=seq)],
        st.sampled_from([(table, column) for table in TABLES for column in COLUMNS[table]]),
        NUMBERS,
    ),
    st.builds(lambda statement, seq: [statement.format(seq=seq)], st.sampled_from(REMOVE), NUMBERS),
    st.builds(exchanged, st.sampled_from([TABLES, *((each,) for each in TABLES)]), NUMBERS, NUMBERS),
    st.builds(lambda seq: [f"DELETE FROM {table} WHERE seq >= {seq}" for table in TABLES], NUMBERS),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=3))
def test_exactly_what_changes_the_journal_is_found(six: Database, acts: list[list[str]]) -> None:
    """Values taken from other entries, removals, exchanges and cut ends, up to three of them together."""
    with unguarded(six) as connection:
        anchor, before = journal.newest(connection), everything(connection)
        for each in itertools.chain.from_iterable(acts):
            with contextlib.suppress(IntegrityError), connection.begin_nested():
                connection.execute(text(each))
        changed = everything(connection) != before
        assert bool(journal.verify(connection, [anchor]).findings) is changed


def everything(connection: Connection) -> list[tuple[object, ...]]:
    """Return every row of both tables."""
    read = (connection.execute(text(f"SELECT * FROM {table} ORDER BY seq")) for table in COLUMNS)
    return [tuple(each) for rows_read in read for each in rows_read]
