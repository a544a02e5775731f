"""Two roles on PostgreSQL: the owner brings the schema up, the application can only add to the journal."""

from sqlalchemy import Connection, text

from store import schema
from store.database import Database, DatabaseError
from store.sets import run

#: What stays to the owner of tables that the application otherwise reads and writes.
_REVOKED = {
    "journal_chain": "UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER",
    "journal_texts": "UPDATE, TRUNCATE, REFERENCES, TRIGGER",
    "alembic_version": "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER",
}
_OWNS = """
    SELECT bool_or(r.rolsuper OR r.rolcreaterole OR pg_has_role(r.oid, owned.owner, 'MEMBER'))
    FROM pg_roles AS r CROSS JOIN (
        SELECT relowner AS owner FROM pg_class WHERE relnamespace = current_schema()::regnamespace
        UNION ALL SELECT nspowner FROM pg_namespace WHERE nspname = current_schema()
        UNION ALL SELECT datdba FROM pg_database WHERE datname = current_database()
    ) AS owned WHERE r.rolname = :role
"""


def upgrade(owner: Database, application: Database) -> tuple[str | None, str]:
    """Bring the schema up as its owner, and give the application's role no more of it than it needs.

    Returns the version before and after. Raises DatabaseError where the addresses lead to two databases, and
    where the application could take more for itself: as a superuser, or as an owner of what is there.
    """
    if owner.on_sqlite or application.on_sqlite:
        raise DatabaseError(
            "REGULARS_DATABASE_OWNER_URL is for PostgreSQL, beside REGULARS_DATABASE_URL; a SQLite file has "
            "no roles. Unset it."
        )
    role, place = _who_and_where(application)
    if place != _who_and_where(owner)[1]:
        raise DatabaseError(
            "REGULARS_DATABASE_OWNER_URL and REGULARS_DATABASE_URL lead to two databases; give both the "
            "same server and name."
        )
    with owner.read() as connection:
        if connection.scalar(text(_OWNS), {"role": role}):
            raise DatabaseError(
                f"The role {role} of REGULARS_DATABASE_URL owns tables, the schema or the database, or may "
                "make itself their owner, so the journal would not be safe from it. Give all to another role "
                f"(REASSIGN OWNED BY {role} TO that role, as a superuser), then upgrade again."
            )
    done = schema.upgrade(owner)
    with owner.write() as connection:
        _grant(connection, role)
    return done


def _grant(connection: Connection, role: str) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    grantee, place = quote(role), quote(connection.scalar(text("SELECT current_schema()")))
    for each in (
        f"GRANT USAGE ON SCHEMA {place} TO {grantee}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {place} TO {grantee}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {place} TO {grantee}",
        *(f"REVOKE {rights} ON {table} FROM {grantee}, PUBLIC" for table, rights in _REVOKED.items()),
    ):
        run(connection, each)


def _who_and_where(database: Database) -> tuple[str, tuple[str, str]]:
    """Return the role that a database is asked as, and what tells the database from others."""
    with database.read() as connection:
        role, name, began = run(
            connection, "SELECT current_user, current_database(), pg_postmaster_start_time()::text"
        ).one()
    return role, (name, began)
