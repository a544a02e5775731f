"""Scrub: what was deleted leaves the files of the database, too, as far as the database allows."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from store.database import Database
from store.tables import metadata

#: How often the write-ahead log is tried to be emptied while somebody still reads from it, and how patiently.
_TRIES, _PATIENCE_MS = 20, 50
_EMPTY = "PRAGMA wal_checkpoint(TRUNCATE)"
#: A table up to this size is written anew beside everybody else's work: some seconds on a small machine.
QUICK_BYTES = 256 * 1024 * 1024
#: So long others may have to stand behind us for a table that somebody holds.
_PATIENCE = "1s"
_OWNED = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST(:name AS regclass)"
_SIZE = "SELECT pg_total_relation_size(CAST(:name AS regclass))"


def scrub(database: Database, *, whole: bool = False, beside: bool = False) -> bool:
    """Empty what remembers deleted rows; returns whether the database's files hold none of them any more.

    SQLite overwrites what is deleted (secure_delete) and keeps it in its log until that is emptied, which
    a reader can hold up: then it is False, and a later try does it. PostgreSQL keeps deleted rows in its
    tables until these are written anew, which shuts everybody out of each for that time: with `whole` of all,
    with `beside` of those that take seconds and that nobody holds, and neither of them where the tables are
    another role's. Its own log loses them when it is recycled, which no answer here counts in.
    """
    if not database.on_sqlite:
        return (whole or beside) and _write_anew(database, beside=not whole)
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


def _write_anew(database: Database, *, beside: bool) -> bool:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if beside:
            connection.execute(text(f"SET lock_timeout = '{_PATIENCE}'"))
        try:
            done = {each: _one_anew(connection, each, beside=beside) for each in metadata.tables}
            return all(done.values())
        finally:
            connection.execute(text("RESET lock_timeout"))


def _one_anew(connection: Connection, table: str, *, beside: bool) -> bool:
    """Write a table anew; False where it is not ours, too large, or held by somebody."""
    if not connection.scalar(text(_OWNED), {"name": table}):
        return False  # PostgreSQL itself would pass it over with a warning
    if beside and (connection.scalar(text(_SIZE), {"name": table}) or 0) > QUICK_BYTES:
        return False
    try:
        connection.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise
        return False
    return True
