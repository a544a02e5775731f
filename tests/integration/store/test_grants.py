"""Two roles on a real PostgreSQL: the application adds to the journal and can do nothing else to it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from domain.journal import Act, Entry
from store import grants, journal, schema
from store.database import Database, DatabaseError, sqlite_url
from tests.cast import ADA, NOW

pytestmark = pytest.mark.postgresql
#: What needs quoting must be quoted.
OWNER, APPLICATION = "journal owner", 'the "application"'
NAMES = {"owner": sql.Identifier(OWNER), "application": sql.Identifier(APPLICATION)}
FALSE_LINK = "decode(repeat('00', 32), 'hex')"
#: The link that would follow from an entry 8 whose link is `FALSE_LINK`.
FOLLOWS = f"""sha256({FALSE_LINK} || int8send(9)
    || convert_to('2026-11-01T12:00:00.000000+00:00', 'UTF8') || {FALSE_LINK})"""
CHAIN = "INTO journal_chain (seq, at, commitment, link) VALUES"
AT = "'2026-11-01T12:00:00+00:00'"
FORBIDDEN = {
    "an entry is changed": "UPDATE journal_chain SET commitment = link",
    "an entry is deleted": "DELETE FROM journal_chain WHERE seq = 1",
    "the end is cut off": "DELETE FROM journal_chain WHERE seq = 2",
    "the chain is emptied": "TRUNCATE journal_chain CASCADE",
    "the chain is dropped": "DROP TABLE journal_chain CASCADE",
    "an entry is written over": f"INSERT {CHAIN} (1, {AT}, {FALSE_LINK}, {FALSE_LINK}) "
    "ON CONFLICT (seq) DO UPDATE SET seq = 3",
    "a number is left out": f"INSERT {CHAIN} (4, {AT}, {FALSE_LINK}, {FALSE_LINK})",
    "a number comes twice": f"INSERT {CHAIN} (2, {AT}, {FALSE_LINK}, {FALSE_LINK})",
    "a link follows from nothing": f"INSERT {CHAIN} (3, {AT}, {FALSE_LINK}, {FALSE_LINK})",
    "a text is changed": "UPDATE journal_texts SET why = 'another'",
    "a text is put beside an old entry": "INSERT INTO journal_texts VALUES (1, '', 'a', 'b', NULL, '', '{}')",
    "the texts are emptied": "TRUNCATE journal_texts",
    "the guards are switched off": "ALTER TABLE journal_chain DISABLE TRIGGER ALL",
    "a guard is dropped": "DROP TRIGGER journal_chain_next ON journal_chain",
    "a guard is written anew": "CREATE OR REPLACE FUNCTION journal_takes_next() RETURNS trigger "
    "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "triggers are passed by": "SET session_replication_role = replica",
    "the table is taken": "ALTER TABLE journal_chain OWNER TO CURRENT_USER",
    "the right is taken": "GRANT ALL ON journal_chain TO CURRENT_USER; DELETE FROM journal_chain",
    "another becomes the owner": f'SET ROLE "{OWNER}"',
    "a table of its own takes the chain's place": "CREATE TEMP TABLE journal_chain AS "  # noqa: S608  # names of ours
    f"SELECT CAST(8 AS bigint) AS seq, {FALSE_LINK} AS link; "
    f"INSERT INTO public.journal_chain VALUES (9, {AT}, {FALSE_LINK}, {FOLLOWS})",
    "the schema's version is changed": "UPDATE alembic_version SET version_num = '0001'",
}
#: What lets the application take more, and what takes it back.
TAKES_MORE = {
    "superuser": ("ALTER ROLE {application} SUPERUSER", "ALTER ROLE {application} NOSUPERUSER"),
    "maker of roles": ("ALTER ROLE {application} CREATEROLE", "ALTER ROLE {application} NOCREATEROLE"),
    "member": ("GRANT {owner} TO {application}", "REVOKE {owner} FROM {application}"),
    "owner of the database": (
        "ALTER DATABASE two_roles OWNER TO {application}",
        "ALTER DATABASE two_roles OWNER TO {owner}",
    ),
    "owner of the schema": (
        "ALTER SCHEMA public OWNER TO {application}",
        "ALTER SCHEMA public OWNER TO pg_database_owner",
    ),
    "owner of the chain": (
        "ALTER TABLE journal_chain OWNER TO {application}",
        "ALTER TABLE journal_chain OWNER TO {owner}",
    ),
    "owner of a table": (
        "ALTER TABLE contacts OWNER TO {application}",
        "ALTER TABLE contacts OWNER TO {owner}",
    ),
}


@pytest.fixture(scope="module")
def server(postgresql_server: str) -> Iterator[str]:
    """Make a database with two roles and nothing in it; yields where it is."""
    names = ("owner", "application")
    _as_superuser(postgresql_server, "postgres", *(f"CREATE ROLE {{{each}}} LOGIN" for each in names))
    _as_superuser(postgresql_server, "postgres", "CREATE DATABASE two_roles OWNER {owner}")
    yield postgresql_server
    _as_superuser(postgresql_server, "postgres", "DROP DATABASE two_roles WITH (FORCE)")
    _as_superuser(postgresql_server, "postgres", *(f"DROP ROLE {{{each}}}" for each in names))


def _as_superuser(place: str, name: str, *statements: str) -> None:
    with psycopg.connect(f"{place} user=postgres dbname={name}", autocommit=True) as connection:
        for each in statements:
            connection.execute(sql.SQL(each).format(**NAMES))


def asked_as(role: str, place: str, name: str = "two_roles") -> Database:
    """Ask a database as a role."""
    url = make_url(f"postgresql:///{name}?{place}").set(username=role)
    return Database(url.render_as_string(hide_password=False))


@pytest.fixture(scope="module")
def owner(server: str) -> Iterator[Database]:
    """Ask as the role that owns the tables."""
    database = asked_as(OWNER, server)
    yield database
    database.close()


@pytest.fixture(scope="module")
def application(server: str, owner: Database) -> Iterator[Database]:
    """Ask as the application's role, once the owner has brought the schema up, and enter two acts."""
    database = asked_as(APPLICATION, server)
    assert grants.upgrade(owner, database) == (None, schema.HEAD)
    with database.write() as connection:
        for each in (ADA, None):
            journal.record(connection, Entry("cli:ada", Act.CONTACT_SHOWN, NOW, each))
    yield database
    database.close()


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_application_can_not_change_the_journal(
    application: Database, owner: Database, statement: str
) -> None:
    url = application.engine.url
    with (
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)),
        psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database) as connection,
    ):
        connection.execute(statement)  # type: ignore[arg-type]  # a table of statements
    with owner.read() as connection:
        verdict = journal.verify(connection, [journal.newest(connection)])
    assert (verdict.proven, verdict.findings) == (verdict.entries, ())


def test_the_application_does_its_work_with_what_it_was_given(application: Database) -> None:
    schema.require_current(application)
    with application.write() as connection:
        connection.execute(text("LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text("INSERT INTO workers VALUES ('w', 'worker', 'h', 1, '', now(), now())"))
        connection.execute(text("DELETE FROM workers"))
        journal.record(connection, Entry("cli:ada", Act.CONTACT_SHOWN, NOW, ADA))
        assert journal.forget(connection, [ADA], now=NOW) > 0
        assert journal.verify(connection).findings == ()


def test_what_the_application_may_not_do_is_told_in_a_sentence(application: Database) -> None:
    with pytest.raises(DatabaseError, match=r"may not do this \(must be owner.*REGULARS_DATABASE_OWNER_URL"):
        schema.downgrade(application, "base")


def test_the_application_has_no_right_that_it_does_not_need(application: Database) -> None:
    """Beside the guards, which refuse whoever has the right."""
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    asked = text("SELECT has_table_privilege(:table, :verb)")
    with application.read() as connection:
        held = {
            table: [each for each in verbs if connection.scalar(asked, {"table": table, "verb": each})]
            for table in ("journal_chain", "journal_texts", "alembic_version", "contacts")
        }
    assert held == {
        "journal_chain": ["SELECT", "INSERT"],
        "journal_texts": ["SELECT", "INSERT", "DELETE"],
        "alembic_version": ["SELECT"],
        "contacts": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    }


def test_another_upgrade_changes_nothing(application: Database, owner: Database) -> None:
    assert grants.upgrade(owner, application) == (schema.HEAD, schema.HEAD)


@pytest.mark.parametrize(("more", "back"), TAKES_MORE.values(), ids=TAKES_MORE)
def test_a_role_that_could_take_more_is_refused(
    application: Database, owner: Database, server: str, more: str, back: str
) -> None:
    _as_superuser(server, "two_roles", more)
    try:
        with pytest.raises(DatabaseError, match="REASSIGN OWNED"):
            grants.upgrade(owner, application)
    finally:
        _as_superuser(server, "two_roles", back)


def test_one_role_for_both_is_refused(owner: Database) -> None:
    with pytest.raises(DatabaseError, match="REASSIGN OWNED"):
        grants.upgrade(owner, owner)


def test_two_databases_are_refused(owner: Database, server: str) -> None:
    other = asked_as(APPLICATION, server, "postgres")
    with pytest.raises(DatabaseError, match="lead to two databases"):
        grants.upgrade(owner, other)
    other.close()


def test_a_file_has_no_roles(owner: Database, tmp_path: Path) -> None:
    file = Database(sqlite_url(tmp_path / "regulars.db"))
    for pair in ((owner, file), (file, owner)):
        with pytest.raises(DatabaseError, match="has no roles"):
            grants.upgrade(*pair)
    file.close()
