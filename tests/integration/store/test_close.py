"""Closing a database: no connection outlives it, not even one that another thread still reads with."""

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
