"""The connections of a database: none outlives its closing, and one of a process writes."""

import itertools
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import QueuePool, text

from store.database import Database, DatabaseError


def test_a_connection_in_use_is_closed_when_it_is_given_back(database: Database) -> None:
    with database.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        database.close()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    with pytest.raises(Exception, match="closed"):
        driver.cursor().execute("SELECT 1")


def test_a_connection_at_rest_is_closed_at_once(database: Database) -> None:
    with database.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
    driver.cursor().execute("SELECT 1")
    database.close()
    with pytest.raises(Exception, match="closed"):
        driver.cursor().execute("SELECT 1")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_only_what_writes_remembers_much(database: Database) -> None:
    for begin, remembers in ((database.read, 8), (database.write, 64)):
        with begin() as connection:
            assert connection.exec_driver_sql("PRAGMA cache_size").scalar_one() == -1024 * remembers


def test_a_glance_reads_what_was_written_and_writes_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE seen (n INTEGER)"))
    with database.glance() as connection:
        assert connection.execute(text("SELECT count(*) FROM seen")).scalar_one() == 0
    if not database.on_sqlite:  # the server refuses it
        with pytest.raises(Exception, match="read-only"), database.glance() as connection:
            connection.execute(text("INSERT INTO seen VALUES (1)"))
    with database.write() as connection:  # and what writes is let alone by it
        connection.execute(text("INSERT INTO seen VALUES (2)"))
    with database.glance() as connection:
        assert connection.execute(text("SELECT sum(n) FROM seen")).scalar_one() == 2


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_glance_is_one_round_trip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[bytes] = []
    real = psycopg.Connection._exec_command

    def note(self: Any, command: bytes, *given: Any) -> Any:
        commands.append(command)
        return real(self, command, *given)

    with database.glance() as connection:  # what a new connection sets is none of it
        connection.execute(text("SELECT 1"))
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    monkeypatch.setattr(psycopg.Connection, "_exec_command", note)
    with database.glance() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert commands == []
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    assert len(commands) == 2  # a transaction begins, and ends


def test_writers_of_a_process_go_one_after_another(database: Database) -> None:
    came: list[int] = []

    def write(number: int) -> None:
        with database.write() as connection:
            came.append(number)
            connection.execute(text("SELECT 1"))
            came.append(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    if database.on_sqlite:
        assert came[::2] == came[1::2]
    assert sorted(came[::2] + came[1::2]) == sorted([*range(40), *range(40)])


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_writer_that_waits_too_long_is_told_why(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast("QueuePool", database.writer.pool), "_timeout", 0.01)
    with (
        database.write(),
        ThreadPoolExecutor(1) as other,
        pytest.raises(DatabaseError, match="another thread has been writing"),
    ):
        other.submit(lambda: database.write().__enter__()).result()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_whoever_waits_writes_next_though_another_goes_on_at_once(database: Database) -> None:
    busy, patient = (Database(str(database.engine.url)) for _ in range(2))  # as two processes
    ended, written = threading.Event(), [0]

    def go_on() -> None:
        while not ended.is_set():
            with busy.write():
                written[0] += 1
                time.sleep(0.01)

    waited = []
    with ThreadPoolExecutor(1) as other:
        other.submit(go_on)
        try:
            for _ in range(10):
                time.sleep(0.03)
                before = written[0]
                with patient.write():
                    waited.append(written[0] - before)
        finally:
            ended.set()
    busy.close()
    patient.close()
    assert max(waited) <= 2


@pytest.mark.parametrize("kind", ["sqlite"])
def test_whom_somebody_looks_at_goes_before_a_queue(database: Database) -> None:
    others = [Database(str(database.engine.url)) for _ in range(6)]
    looked_at = Database(str(database.engine.url))
    looked_at.go_first()
    ended, written = threading.Event(), itertools.count()

    def go_on(each: Database) -> None:
        while not ended.is_set():
            with each.write():
                next(written)
                time.sleep(0.01)

    waited = []
    with ThreadPoolExecutor(6) as pool:
        list(map(partial(pool.submit, go_on), others))
        try:
            for _ in range(20):
                time.sleep(0.03)
                before = next(written)
                with looked_at.write():
                    waited.append(next(written) - before - 1)
        finally:
            ended.set()
    for each in (*others, looked_at):
        each.close()
    assert sum(waited) / 20 < 4  # six in the queue would be six


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_lock_ends_with_its_process(database: Database) -> None:
    held = (
        "import sys; from store.database import Database\n"
        "with Database(sys.argv[1]).write():\n"
        "    print('writing', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", held, str(database.engine.url)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.kill()
        with database.write() as connection:
            connection.execute(text("SELECT 1"))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_whoever_waits_too_long_for_another_process_is_told_why(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(str(database.engine.url))
    monkeypatch.setattr(other._lock, "_patience_s", 0.01)
    with database.write(), pytest.raises(DatabaseError, match="others have been writing"), other.write():
        pass
    other.close()
