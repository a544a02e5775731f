"""Dumps: a whole database as bytes, and back, each kind by its own means."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from store.database import Database, DatabaseError
from store.tables import metadata

_READ = 1 << 20
#: What the programs of PostgreSQL are told in their environment: nothing of it stands in a list of processes.
_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def kind_of(database: Database) -> str:
    """Name the kind of database; a dump goes back into the same kind only."""
    return "sqlite" if database.on_sqlite else "postgresql"


def dump(database: Database) -> Iterator[bytes]:
    """Read a whole database as of one moment, while others go on writing.

    Raises DatabaseError where the programs of PostgreSQL are not there, or refuse.
    """
    if database.on_sqlite:
        yield from _dump_sqlite(database)
    else:
        yield from _dump_postgresql(database)


def load(database: Database, content: Iterable[bytes]) -> None:
    """Put a dump in the place of whatever a database holds; raises DatabaseError where it cannot be.

    On SQLite and PostgreSQL alike readers see the former state or the new one.
    """
    if database.on_sqlite:
        _load_sqlite(database, content)
    else:
        _load_postgresql(database, content)


def _dump_sqlite(database: Database) -> Iterator[bytes]:
    with _beside(database) as path:
        with database.read() as connection, closing(sqlite3.connect(path)) as copy:
            driver: Any = connection.connection.driver_connection
            driver.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with path.open("rb") as file:
            while part := file.read(_READ):
                yield part


def _load_sqlite(database: Database, content: Iterable[bytes]) -> None:
    with _beside(database) as path:
        with path.open("wb") as file:
            file.writelines(content)
        with closing(sqlite3.connect(path)) as copy:
            try:
                sound = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
            except sqlite3.DatabaseError:
                sound = False
            if not sound:
                raise DatabaseError("The backup holds no sound database; nothing was restored.")
            with database.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                copy.backup(driver)
        database.close()


#: Guards are functions; those of extensions are not ours.
_DROP_FUNCTIONS = """
DO $$ DECLARE each regprocedure; BEGIN
FOR each IN SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', each); END LOOP; END $$;
"""


def _dump_postgresql(database: Database) -> Iterator[bytes]:
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  # the server's own program
            command, stdout=subprocess.PIPE, stderr=said, env=_environment(database)
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
        while part := process.stdout.read(_READ):
            yield part
        if process.wait():
            said.seek(0)
            lines = said.read().decode(errors="replace").splitlines() or ["no reason given"]
            raise DatabaseError(f"pg_dump refused ({lines[0]}); mend that and make the backup again.")


def _load_postgresql(database: Database, content: Iterable[bytes]) -> None:
    environment = _environment(database)
    names = ", ".join(f'"{each}"' for each in ("alembic_version", *metadata.tables))
    with tempfile.TemporaryFile() as script:
        # The whole of it before anything is dropped: a backup that cannot be read leaves all as it is.
        reading = [_program("pg_restore"), "--file=-", "--no-owner", "--no-privileges"]
        with subprocess.Popen(  # noqa: S603  # the server's own program
            reading, stdin=subprocess.PIPE, stdout=script, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdin is not None  # noqa: S101  # for the type checker: it is a pipe
            try:
                for each in content:
                    process.stdin.write(each)
                process.stdin.close()
            except BrokenPipeError:
                pass
            if process.wait():
                raise DatabaseError("pg_restore cannot read what the backup holds; nothing was restored.")
        script.seek(0)
        dropping = f"DROP TABLE IF EXISTS {names} CASCADE;\n{_DROP_FUNCTIONS}"
        with tempfile.TemporaryFile() as whole:
            whole.write(dropping.encode())
            shutil.copyfileobj(script, whole)
            whole.seek(0)
            database.close()
            command = [_program("psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--file=-"]
            done = subprocess.run(  # noqa: S603  # the server's own program
                [*command, "--set=ON_ERROR_STOP=1"],
                stdin=whole,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # it repeats rows
                env=environment,
                check=False,
            )
    if done.returncode:
        raise DatabaseError(
            f"psql refused the backup (code {done.returncode}); the database is as it was. "
            "Look at the server's log."
        )
    with database.read() as connection:
        connection.execute(text("SELECT 1"))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise DatabaseError(
            f"The program {name} is not installed here; install your system's package of the PostgreSQL "
            "client, or back the server up by its own means (docs/backup.md)."
        )
    return found


def _environment(database: Database) -> dict[str, str]:
    url = database.engine.url
    told = {str(name): str(value) for name, value in url.query.items()}
    told |= {
        name: str(value)
        for name, value in (
            ("host", url.host),
            ("port", url.port),
            ("user", url.username),
            ("password", url.password),
            ("dbname", url.database),
        )
        if value is not None
    }
    return os.environ | {_LIBPQ[name]: value for name, value in told.items() if name in _LIBPQ}


@contextmanager
def _beside(database: Database) -> Iterator[Path]:
    """Make a file beside a SQLite database, mode 0600, gone afterwards: no other disk sees plain rows."""
    folder = Path(database.engine.url.database or ".").absolute().parent
    descriptor, name = tempfile.mkstemp(prefix=".backup-", dir=folder)
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        for each in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
            each.unlink(missing_ok=True)
