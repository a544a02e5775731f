"""The schema's version: brought up by migrations, and refused when it is newer than we are."""

import uuid
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select

from domain.errors import RegularsError
from store.database import Database
from store.tables import feed_state


class SchemaError(RegularsError):
    """Raised when the database is of another version than this program."""


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the version before and after.

    Raises SchemaError for a database that a newer program made.
    """
    scripts = _scripts()
    head = scripts.get_current_head() or ""
    with database.write() as connection:
        # Two processes that start together: the second finds the work done.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7308604759847137650)")
        before = _version(connection, scripts)
        if before != head:
            command.upgrade(_config(connection), "head")
        if connection.scalar(select(feed_state.c.seq)) is None:
            connection.execute(insert(feed_state).values(id=1, epoch=uuid.uuid4().hex, seq=0))
    return before, head


def downgrade(database: Database, revision: str) -> None:
    """Take the schema down to `revision` ("base" for nothing)."""
    with database.write() as connection:
        command.downgrade(_config(connection), revision)


def require_current(database: Database) -> None:
    """Raise SchemaError unless the database has exactly this program's schema."""
    scripts = _scripts()
    with database.read() as connection:
        version = _version(connection, scripts)
    if version != scripts.get_current_head():
        raise SchemaError(
            "The database's schema is older than this program. Run `regulars db upgrade` first."
            if version
            else "The database is empty. Run `regulars db upgrade` first."
        )


def _version(connection: Connection, scripts: ScriptDirectory) -> str | None:
    version = MigrationContext.configure(connection).get_current_revision()
    if version is not None and version not in {each.revision for each in scripts.walk_revisions()}:
        raise SchemaError(
            f"The database was made by a newer Regulars (schema {version}). "
            "Install that version again; this one would damage it."
        )
    return version


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
