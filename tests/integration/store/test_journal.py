"""The journal in real databases: written with its act, one chain whoever writes, and texts that go."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.contact import ContactKey
from domain.journal import Act, Entry, JournalError, written_at
from domain.journal_proof import Anchor
from store import journal
from store.database import Database
from tests.cast import ADA, BO, LATER, NOW
from tests.contents import rows
from tests.journal import shown

ROOT = Path(__file__).parents[3]


def write(database: Database, *entries: Entry) -> None:
    for each in entries:
        with database.write() as connection:
            journal.record(connection, each)


def verdict(database: Database, *anchors: Anchor) -> journal.Verdict:
    with database.read() as connection:
        return journal.verify(connection, anchors)


@pytest.fixture
def six(database: Database) -> Database:
    """Enter six acts: the even ones are about Ada, the odd ones about Bo."""
    write(database, *(shown(each, ADA if each % 2 == 0 else BO) for each in range(1, 7)))
    return database


def test_an_entry_is_read_as_it_was_written(database: Database) -> None:
    entry = Entry(
        "cli:zoé", Act.EXPORT_WRITTEN, NOW, ADA, "the\nnewsletter\0", {"form": "csv", "contacts": 3}
    )
    write(database, entry, Entry("worker", Act.PURGED, LATER))
    with database.read() as connection:
        newest, first = journal.listed(connection, count=9)
        assert [each["seq"] for each in journal.listed(connection, count=1)] == [2]
        assert [each["seq"] for each in journal.listed(connection, count=9, subject=ADA)] == [1]
    assert dict(first) == {
        "seq": 1,
        "at": NOW,
        "actor": "cli:zoé",
        "act": "export.written",
        "subject_key": "twitter:7001",
        "why": "the newsletter",
        "details": '{"contacts":3,"form":"csv"}',
    }
    assert (newest["subject_key"], newest["why"], newest["details"]) == (None, "", "{}")
    assert verdict(database) == (2, 0, 0, ())


def test_what_is_taken_back_leaves_neither_entry_nor_gap(six: Database) -> None:
    def act() -> None:
        with six.write() as connection:
            journal.record(connection, shown(7))
            raise LookupError

    with pytest.raises(LookupError):
        act()
    write(six, shown(8))
    assert [each["seq"] for each in rows(six, "journal_chain")] == [1, 2, 3, 4, 5, 6, 7]
    assert verdict(six) == (7, 0, 0, ())


def test_a_process_that_dies_in_the_middle_leaves_neither_entry_nor_gap(six: Database) -> None:
    url = six.engine.url.render_as_string(hide_password=False)
    program = (
        "import os, sys; from store import journal; from store.database import Database; "
        "from tests.journal import shown\n"
        "with Database(sys.argv[1]).write() as connection:\n"
        "    print(journal.record(connection, shown(7)), flush=True); os._exit(9)"
    )
    died = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, check=False)
    assert (died.returncode, died.stdout) == (9, b"7\n"), died.stderr
    write(six, shown(8))
    assert verdict(six) == (7, 0, 0, ())


def test_many_writers_make_one_chain(database: Database) -> None:
    """Some of them take their act back after it was entered."""
    begin = threading.Barrier(6)

    def work(writer: int) -> None:
        begin.wait()
        for each in range(12):
            with database.write() as connection:
                journal.record(connection, shown(100 * writer + each))
                if each % 4 == 3:
                    connection.rollback()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, each) for each in range(6)]:
            done.result()
    assert [each["seq"] for each in rows(database, "journal_chain")] == list(range(1, 55))
    assert verdict(database) == (54, 0, 0, ())


# Forgetting


def test_forgetting_deletes_what_was_said_and_leaves_the_chain(six: Database) -> None:
    before = rows(six, "journal_chain")
    with six.write() as connection:
        assert journal.forget(connection, [ADA, "twitter:7003"], now=LATER) == 3
    assert rows(six, "journal_chain")[:6] == before
    said = rows(six, "journal_texts")
    assert [each["seq"] for each in said] == [1, 3, 5, 7]
    assert "twitter:7001" not in str(said)
    assert (said[-1]["actor"], said[-1]["act"]) == ("journal", "journal.texts_deleted")
    assert said[-1]["details"] == '{"entries":"2,4,6"}'
    assert verdict(six) == (7, 3, 0, ())


def test_forgetting_whom_nothing_is_known_of_enters_nothing(six: Database) -> None:
    with six.write() as connection:
        assert journal.forget(connection, ["twitter:7099"], now=LATER) == 0
        assert journal.forget(connection, [], now=LATER) == 0
    assert verdict(six) == (6, 0, 0, ())


def test_an_entry_that_is_being_written_is_forgotten_too(six: Database) -> None:
    """Who forgets waits for whoever is just entering something about the same person."""
    started = threading.Event()

    def forget() -> int:
        with six.write() as connection:
            started.set()
            return journal.forget(connection, [ADA], now=LATER)

    with ThreadPoolExecutor(1) as pool:
        with six.write() as connection:
            journal.record(connection, shown(7))
            forgetting = pool.submit(forget)
            if not six.on_sqlite:  # there `write` itself waits
                started.wait()
                while not waiting_for_a_lock(six):
                    assert not forgetting.done()
        assert forgetting.result() == 4
    assert verdict(six) == (8, 4, 0, ())


def waiting_for_a_lock(database: Database) -> bool:
    with database.read() as connection:
        statement = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.scalar(text(statement)))


def test_what_is_old_is_deleted_and_with_it_what_told_of_earlier_deletions(six: Database) -> None:
    with six.write() as connection:
        journal.forget(connection, [ADA], now=NOW + timedelta(seconds=8))
    write(six, shown(9))
    with six.write() as connection:
        assert journal.expire(connection, before=NOW + timedelta(seconds=9), now=LATER) == 4
    assert [each["seq"] for each in rows(six, "journal_texts")] == [8, 9]
    assert rows(six, "journal_texts")[-1]["details"] == '{"entries":"1-7"}'
    assert verdict(six) == (9, 7, 0, ())
    with six.write() as connection:
        assert journal.expire(connection, before=NOW + timedelta(seconds=9), now=LATER) == 0


def test_what_is_younger_stays_where_a_clock_went_wrong(database: Database) -> None:
    write(database, shown(1), shown(90), shown(2), shown(91))
    with database.write() as connection:
        assert journal.expire(connection, before=NOW + timedelta(seconds=50), now=LATER) == 1
    assert [each["seq"] for each in rows(database, "journal_texts")] == [2, 3, 4, 5]
    with database.write() as connection:
        assert journal.expire(connection, before=LATER + timedelta(days=1), now=LATER) == 4
    assert verdict(database) == (6, 5, 0, ())


STEPS = st.lists(
    st.tuples(st.just("record"), st.sampled_from([ADA, BO, None]))
    | st.tuples(st.just("forget"), st.sampled_from([ADA, BO]))
    | st.tuples(st.just("expire"), st.integers(0, 15)),
    max_size=15,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS)
def test_whatever_is_forgotten_in_whatever_order_the_chain_holds(
    database: Database, steps: list[tuple[str, ContactKey | int | None]]
) -> None:
    gone: set[str] = set()
    with database.write() as connection:
        for moment, (verb, what) in enumerate(steps):
            now = NOW + timedelta(seconds=moment)
            if verb == "record":
                subject = what if isinstance(what, ContactKey) else None
                journal.record(connection, replace(shown(moment), subject=subject, at=now))
                gone.discard(str(subject))
            elif verb == "forget":
                journal.forget(connection, [str(what)], now=now)
                gone.add(str(what))
            else:
                journal.expire(connection, before=NOW + timedelta(seconds=int(str(what))), now=now)
            listed = journal.listed(connection, count=99)
            silent = [each for each in listed if each["act"] is None]
            assert not {each["subject_key"] for each in listed} & gone
            assert journal.verify(connection, [journal.newest(connection)]) == (
                len(listed),
                len(silent),
                len(listed),
                (),
            )
        connection.rollback()


# Anchors


def test_the_newest_entry_is_an_anchor(six: Database, database: Database) -> None:
    with six.read() as connection:
        anchor = journal.newest(connection)
        journal.require(connection, [Anchor(0, journal.GENESIS), anchor])
        for wrong in (anchor._replace(link=bytes(32)), Anchor(9, anchor.link), Anchor(0, anchor.link)):
            with pytest.raises(JournalError, match="another entry"):
                journal.require(connection, [wrong])
    write(database, shown(7))
    assert verdict(six, anchor) == (7, 0, 6, ())


def test_moments_keep_their_microseconds(database: Database) -> None:
    """The link holds the moment as it is written, so a database that rounds would break it."""
    moment = NOW + timedelta(microseconds=1)
    write(database, replace(shown(1), at=moment))
    assert rows(database, "journal_chain")[0]["at"] == moment
    assert written_at(moment).endswith(".000001+00:00")
    assert verdict(database).findings == ()
