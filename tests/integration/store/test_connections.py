"""The connections of a database: none outlives its closing, and each may be told to remember less."""

import pytest
from sqlalchemy import text

from store.database import Database


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


def test_memory_is_spared_on_each_later_connection(database: Database) -> None:
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    database.spare_memory(8)
    if database.on_sqlite:
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA cache_size").scalar_one() == -8192
