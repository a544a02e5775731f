"""The engine and the two kinds of transaction: one that writes, one that only reads."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import RegularsError
from store.fair_lock import FairLock, LockedError
from store.interrupts import held_back

#: How long a writer waits for another on SQLite, in seconds.
BUSY_TIMEOUT_S = 30
#: What a connection to SQLite may remember, in MB: the one that writes needs all blocks that a page of
#: contacts changes among a million, the others of a process (the console has a dozen) read a screen each.
WRITER_MB, READER_MB = 64, 8
#: How often a transaction is tried again after a deadlock.
MAX_DEADLOCKS = 5
_UNUSABLE = (
    "The database cannot be used ({}). Check REGULARS_DATABASE_URL, the server, and the space on its disk."
)
_NO_ADDRESS = (
    "REGULARS_DATABASE_URL is not an address such as postgresql://user@host/name or sqlite:///file; mend it."
)

Result = TypeVar("Result")


class DatabaseError(RegularsError):
    """Raised when the database cannot be used; the sentence says why and what to do."""


class DeadlockError(DatabaseError):
    """Raised when the server ended a transaction so that another could go on; trying again helps."""


class Database:
    """One database; make one a process, after any fork."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.on_sqlite = self.engine.dialect.name == "sqlite"
        #: SQLite lets one write at a time, so a process has one connection that writes and keeps its memory
        #: of the file; threads wait for it in the order they came.
        self.writer = _engine(url, writes=True) if self.on_sqlite else self.engine
        #: What looks at one thing needs no transaction around it: on PostgreSQL two round trips fewer.
        self.looker = self.engine if self.on_sqlite else _engine(url, looks=True)
        path = self.engine.url.database if self.on_sqlite else None
        self._lock = FairLock(path, BUSY_TIMEOUT_S) if path else None

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write; it commits at the end, or rolls back on an error.

        Ctrl-C waits until then: a transaction that it tore would stay open and shut everybody else out.
        On SQLite it begins as BEGIN IMMEDIATE: a transaction that reads first and writes later is
        refused there as soon as another writer came between (measured: 298 of 600).
        """
        with _said(), held_back(), self.writer.connect() as connection, self._locked(), connection.begin():
            yield connection

    @contextlib.contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """Open a writing transaction in which tables may be written anew, for migrations.

        SQLite can change no constraint, so its tables are copied and dropped, and dropping one deletes
        what points at it. Foreign keys are off meanwhile (they cannot be switched inside a transaction)
        and checked before the commit.
        """
        if not self.on_sqlite:
            with self.write() as connection:
                yield connection
            return
        with _said(), held_back(), self.writer.connect() as connection, self._locked():
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise DatabaseError(
                            "A change of the schema would have left rows that point at nothing; it was "
                            "taken back. Report this."
                        )
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and changes nothing."""
        options: dict[str, Any] = {"reading": True}
        if not self.on_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _said(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextlib.contextmanager
    def glance(self) -> Iterator[Connection]:
        """Open a connection for one statement, which changes nothing; of two, each sees its own state."""
        if self.on_sqlite:
            with self.read() as connection:
                yield connection
            return
        with _said(), self.looker.connect() as connection:
            yield connection

    def transact(self, act: Callable[[Connection], Result]) -> Result:
        """Run `act` in a writing transaction, again where PostgreSQL ended it to break a deadlock."""
        for _ in range(MAX_DEADLOCKS):
            try:
                with self.write() as connection:
                    return act(connection)
            except DeadlockError:
                continue
        with self.write() as connection:
            return act(connection)

    def go_first(self) -> None:
        """Let what this process writes go before what others wait to write: somebody looks at it."""
        if self._lock:
            self._lock.in_queue = False

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return self._lock.held() if self._lock else contextlib.nullcontext()

    def close(self) -> None:
        """Close all connections; one that another thread still uses, as soon as it is given back."""
        for each in {self.engine, self.writer, self.looker}:
            event.listen(each, "checkin", _close_returned)
            each.dispose()


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file."""
    return f"sqlite:///{path}"


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Turn a dead server, a full disk or a read-only file into one sentence."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise
        cause = str(error.orig).strip().splitlines()[0]
        raise DatabaseError(
            f"The role of REGULARS_DATABASE_URL may not do this ({cause}). The schema is brought up with "
            "REGULARS_DATABASE_OWNER_URL: `regulars db upgrade`."
        ) from error
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in ("40P01", "40001"):
            raise DeadlockError("Two transactions waited for each other; try again.") from error
        cause = str(error.orig).strip().splitlines()[0] if error.orig else "unknown"
        raise DatabaseError(_UNUSABLE.format(cause)) from error
    except LockedError as error:
        raise DatabaseError(_UNUSABLE.format(error)) from error
    except PoolTimeoutError as error:
        raise DatabaseError(_UNUSABLE.format("another thread has been writing for too long")) from error


def _close_returned(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.close()


def _engine(url: str, *, writes: bool = False, looks: bool = False) -> Engine:
    more: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_size": 4} if looks else {}
    if writes:
        more = {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_S}
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        # hide_parameters: names and texts are parameters, and errors reach logs.
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=parsed.host is not None, **more)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DatabaseError(_NO_ADDRESS) from error
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise DatabaseError(_NO_ADDRESS)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, WRITER_MB if writes else READER_MB))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", partial(_prepare_postgresql, looks))
    return engine


def _prepare_postgresql(
    looks: bool,  # noqa: FBT001  # bound before SQLAlchemy calls it
    connection: psycopg.Connection[Any],
    _record: object,
) -> None:
    # No statistics are kept of what names people, so the planner takes our small sets for large ones and
    # would compile them for longer than they run (measured: a second for an objection among a million).
    connection.execute("SET jit = off")
    if looks:
        connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def _prepare_sqlite(cache_mb: int, connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
        "journal_mode = WAL",
        # A commit that was answered for survives a power cut.
        "synchronous = FULL",
        # A page changes hundreds of blocks, many of them again with the next: fewer, larger checkpoints.
        "wal_autocheckpoint = 8000",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"cache_size = {-1024 * cache_mb}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
