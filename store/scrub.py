"""Scrub: what was deleted leaves the files of the database, too, as far as the database allows."""

from sqlalchemy import text

from store.database import Database
from store.tables import metadata

#: How often the write-ahead log is tried to be emptied while somebody still reads from it, and how patiently.
_TRIES, _PATIENCE_MS = 20, 50
_EMPTY = "PRAGMA wal_checkpoint(TRUNCATE)"


def scrub(database: Database, *, whole: bool = False) -> bool:
    """Empty what remembers deleted rows; returns whether nothing of them is left in the database's files.

    SQLite overwrites what is deleted (secure_delete) and keeps it in its log until that is emptied, which
    a reader can hold up: then it is False, and a later try does it. PostgreSQL keeps deleted rows in its
    tables until these are written anew, which shuts everybody out for that time and is done with `whole`
    only, and in its own log until that is recycled: always False.
    """
    if not database.on_sqlite:
        if whole:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for each in metadata.sorted_tables:
                    connection.execute(text(f"VACUUM (FULL, ANALYZE) {each.name}"))
        return False
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101  # a connection that is open has one
        (patience_ms,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            # Not once with all the patience: a reader that comes meanwhile would be waited for, too.
            return any(not driver.execute(_EMPTY).fetchone()[0] for _ in range(_TRIES))
        finally:
            driver.execute(f"PRAGMA busy_timeout = {patience_ms}")
