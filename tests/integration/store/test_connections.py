"""The connections of a database: none outlives its closing, and one of a process writes."""

from concurrent.futures import ThreadPoolExecutor
from typing import cast

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
        pytest.raises(DatabaseError, match="Another thread has been writing"),
    ):
        other.submit(lambda: database.write().__enter__()).result()
