"""Fixtures for all tests: no network but loopback, and a migrated database of each kind."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pytest_socket import socket_allow_hosts

from store import schema
from store.database import Database, sqlite_url
from tests import compiling, hosting, servers

TEMPLATE = "regulars_template"
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
_names = (f"regulars_{each}" for each in itertools.count())

# What tests write goes to memory where there is room: there a commit of SQLite waits for no disk.
if (_memory := servers.in_memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _memory)

#: Makes a new migrated database of the kind under test.
NewDatabase = Callable[[], Database]


@pytest.fixture(autouse=True)
def loopback_only() -> None:
    """Refuse every connection but to this machine; pytest-socket lifts it after the test."""
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def haste() -> Iterator[None]:
    """Wait for no web server of this process longer than it takes, and compile no statement twice."""
    with pytest.MonkeyPatch.context() as patch:
        hosting.hasten(patch)
        compiling.hasten(patch)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Run one PostgreSQL for all tests of this process, with a migrated database to copy."""
    with servers.postgresql() as place:
        _command(place, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        database = Database(f"postgresql://postgres@/{TEMPLATE}?{place}")
        schema.upgrade(database)
        compiling.share(database)
        database.close()
        yield place


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "regulars.db"
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    compiling.share(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """Run one Valkey for all tests of this process."""
    with servers.valkey() as url:
        yield url


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the slow run what another test of the usual one guards as well (see the markers)."""
    for each in items:
        call = getattr(each, "callspec", None)
        if call is None:
            continue
        repeats = each.get_closest_marker("either") and call.params.get("kind") == "postgresql"
        if repeats or (each.get_closest_marker("crossed") and sum(call.indices.values()) % 2):
            each.add_marker(pytest.mark.slow)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kind(request: pytest.FixtureRequest) -> str:
    """Name the kind of database; everything that asks for it runs on each."""
    return str(request.param)


@pytest.fixture
def new_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Make migrated databases of one kind, gone after the test."""
    with ExitStack() as stack:
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")
            yield lambda: stack.enter_context(_sqlite(template, tmp_path))
        else:
            place: str = request.getfixturevalue("postgresql_server")
            yield lambda: stack.enter_context(_postgresql(place, TEMPLATE))


@pytest.fixture
def database(new_database: NewDatabase) -> Database:
    """Make one migrated database."""
    return new_database()


@pytest.fixture
def empty_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Make one database without any table."""
    if kind == "sqlite":
        database = Database(sqlite_url(tmp_path / "empty.db"))
        yield database
        database.close()
    else:
        with _postgresql(request.getfixturevalue("postgresql_server"), "template0") as database:
            yield database


@contextmanager
def _sqlite(template: Path, folder: Path) -> Iterator[Database]:
    path = folder / f"{next(_names)}.db"
    shutil.copyfile(template, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


@contextmanager
def _postgresql(place: str, template: str) -> Iterator[Database]:
    name = next(_names)
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")  # nine times as fast as the default
    _command(place, made.format(sql.Identifier(name), sql.Identifier(template)))
    database = Database(f"postgresql://postgres@/{name}?{place}")
    yield database
    database.close()
    _command(place, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _command(place: str, command: sql.Composed) -> None:
    with psycopg.connect(f"{place} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(command)
