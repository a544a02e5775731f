"""The schema's version: brought up by migrations, and refused when it is newer than we are."""

import uuid
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text

from domain.errors import RegularsError
from store.database import Database
from store.tables import feed_state


class SchemaError(RegularsError):
    """Raised when the database is of another version than this program."""


#: Every revision in `migrations/versions`, oldest first; a test compares.
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
    "0031",
    "0032",
    "0033",
    "0036",
    "0037",
    "0038",
    "0039",
    "0040",
)
HEAD = REVISIONS[-1]


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the version before and after.

    Raises SchemaError for a database that a newer program made.
    """
    with database.rebuild() as connection:
        # Two processes that start together: the second finds the work done.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7308604759847137650)")
        before = _version(connection)
        if before != HEAD:
            _alembic(connection, "upgrade", HEAD)
        if connection.scalar(select(feed_state.c.seq)) is None:
            connection.execute(insert(feed_state).values(id=1, epoch=uuid.uuid4().hex, seq=0))
    return before, HEAD


def downgrade(database: Database, revision: str) -> None:
    """Take the schema down to `revision` ("base" for nothing)."""
    with database.rebuild() as connection:
        _alembic(connection, "downgrade", revision)


def require_current(database: Database) -> None:
    """Raise SchemaError unless the database has exactly this program's schema."""
    with database.read() as connection:
        version = _version(connection)
    if version != HEAD:
        raise SchemaError(
            "The database's schema is older than this program. Run `regulars db upgrade` first."
            if version
            else "The database is empty. Run `regulars db upgrade` first."
        )


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version is not None and version not in REVISIONS:
        raise SchemaError(
            f"The database was made by a newer Regulars (schema {version}). "
            "Install that version again; this one would damage it."
        )
    return version


def _alembic(connection: Connection, direction: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # slow to load, and most starts migrate nothing
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    getattr(command, direction)(config, revision)
