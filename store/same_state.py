"""The same state for several processes: each reads what the first one reads, whatever is written since."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from store.database import Database, DatabaseError

_SNAPSHOT = re.compile("[0-9A-F]+(-[0-9A-F]+)+")


@contextmanager
def offered(database: Database, connection: Connection) -> Iterator[str]:
    """Let others `join` the state that a reading transaction is about to read, until the block ends.

    The transaction must have read nothing yet. Yields what the others need to know. On SQLite nobody writes
    meanwhile, so the block should be short.
    """
    if database.on_sqlite:
        with database.write():
            _look(connection)
            yield ""
        return
    yield str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


@contextmanager
def joined(database: Database, offer: str) -> Iterator[Connection]:
    """Read the state that another process offers, also after it has stopped offering it."""
    with database.read() as connection:
        if database.on_sqlite:
            _look(connection)
        elif _SNAPSHOT.fullmatch(offer):
            connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{offer}'")
        else:
            raise DatabaseError("What was offered is no state of the database. Report this.")
        yield connection


def _look(connection: Connection) -> None:
    """Read something: SQLite takes the state of a transaction with its first look."""
    connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").first()
