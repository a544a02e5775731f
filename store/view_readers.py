"""View readers: the roles of PostgreSQL that read the views, and for which recipient each does."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from domain.errors import RegularsError
from domain.recipient import Recipient
from store.database import Database
from store.sets import run
from store.tables import recipients, view_readers

#: The views of people, which ask for whom their reader reads; docs/views.md tells of each column.
VIEWS = ("regular_contacts_v1", "contact_tombstones_v1")
#: What readers are granted: the published counts by area, in which nobody can be found, besides.
GRANTED = (*VIEWS, "regular_contacts_by_area_v1")
_MORE = """
    SELECT r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR EXISTS (
        SELECT 1 FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace
        AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT c.relname = ANY(:views)
        AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
            OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE') END
    ) FROM pg_roles AS r WHERE r.rolname = :role
"""


class ViewError(RegularsError):
    """Raised where a role cannot read the views."""


class Reader(NamedTuple):
    """A role that reads the views, and for whom."""

    role: str
    recipient: str
    granted_at: datetime
    granted_by: str


def grant(owner: Database, role: str) -> None:
    """Let a role read the views and nothing else, as the owner of the tables.

    Raises ViewError where there is no such role, and where it may read or change more than the views.
    """
    _require_postgresql(owner)
    with owner.write() as connection:
        more = connection.scalar(text(_MORE), {"role": role, "views": list(GRANTED)})
        if more is None:
            raise ViewError(f"PostgreSQL has no role {role!r}: make one first (docs/views.md).")
        if more:
            raise ViewError(
                f"The role {role!r} may do more than read the views: give the reader a role of its own, that "
                "owns nothing and is a member of none (docs/views.md)."
            )
        place, grantee = _schema(connection), _quoted(connection, role)
        run(connection, f"GRANT USAGE ON SCHEMA {place} TO {grantee}")
        run(connection, f"GRANT SELECT ON {', '.join(GRANTED)} TO {grantee}")


def revoke(owner: Database, role: str) -> None:
    """Take the views from a role again, if it is still there."""
    _require_postgresql(owner)
    with owner.write() as connection:
        if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
            grantee = _quoted(connection, role)
            run(connection, f"REVOKE ALL ON {', '.join(GRANTED)} FROM {grantee}")
            run(connection, f"REVOKE USAGE ON SCHEMA {_schema(connection)} FROM {grantee}")


def add(connection: Connection, role: str, recipient: Recipient, by: str, *, now: datetime) -> None:
    """Note for whom a role reads from now on; one that read for another reads for that one no more."""
    end(connection, role, now=now)
    values = {"role": role, "recipient_id": recipient.id, "granted_at": now, "granted_by": by}
    connection.execute(insert(view_readers).values(**values))


def end(connection: Connection, role: str, *, now: datetime) -> bool:
    """Note that a role reads for nobody any more; False where it did not."""
    standing = (view_readers.c.role == role, view_readers.c.ended_at.is_(None))
    return connection.execute(update(view_readers).where(*standing).values(ended_at=now)).rowcount == 1


def every(connection: Connection) -> Sequence[Reader]:
    """Return who reads the views, by role; whose recipient has ended reads nothing and stands not in it."""
    found = connection.execute(
        select(view_readers.c.role, recipients.c.name, view_readers.c.granted_at, view_readers.c.granted_by)
        .join(recipients, recipients.c.id == view_readers.c.recipient_id)
        .where(view_readers.c.ended_at.is_(None), recipients.c.ended_at.is_(None))
        .order_by(view_readers.c.role)
    )
    return [Reader(*each) for each in found]


def _require_postgresql(database: Database) -> None:
    if database.on_sqlite:
        raise ViewError(
            "The views are for PostgreSQL: a SQLite file has no roles, so nobody could be kept from the rest "
            "of it. `regulars export` and `regulars tap` serve it."
        )


def _schema(connection: Connection) -> str:
    return _quoted(connection, connection.scalar(text("SELECT current_schema()")) or "public")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
