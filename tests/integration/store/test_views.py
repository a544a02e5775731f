"""The views give their readers what an export gives, and nothing else, on a real PostgreSQL."""

from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import text

from domain.recipient import Part, Recipient, RecipientError
from exports.files import export
from exports.record import FIELDS, GIVEN_FIELDS, TOMBSTONE_FIELDS
from pipeline.halting import halt
from pipeline.recipients import add_recipient, remove_recipient
from pipeline.standing import begin_review_if_due
from pipeline.viewing import grant_views, revoke_views
from store import recipients, view_readers
from store.database import Database
from store.tables import metadata
from store.view_readers import VIEWS, ViewError
from tests.cast import ADA, DI, NOW
from tests.contents import rows
from tests.delivered import follow, object_, shown, unfollow

pytestmark = pytest.mark.postgresql
CRM = Recipient("The CRM", "FR", Part.PROCESSOR, None)
ROLE, OTHER = 'the "crm"', "another_reader"
DOCUMENT = Path(__file__).parents[3] / "docs" / "views.md"


@pytest.fixture
def kind() -> str:
    """Ask for PostgreSQL alone: a SQLite file has no roles."""
    return "postgresql"


@pytest.fixture(scope="module", autouse=True)
def _roles(postgresql_server: str) -> None:
    with psycopg.connect(f"{postgresql_server} user=postgres dbname=postgres", autocommit=True) as connection:
        for each in (ROLE, OTHER):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(each)))


@pytest.fixture
def recipient(database: Database) -> Recipient:
    """Let a role read for a recipient."""
    with database.write() as connection:
        add_recipient(connection, CRM, "cli:ada", now=NOW)
        found = recipients.called(connection, CRM.name)
    grant_views(database, database, ROLE, found, "cli:ada", now=NOW)
    return found


def asked(database: Database, statement: str, role: str = ROLE) -> list[dict[str, Any]]:
    """Ask as a reader does."""
    url = database.engine.url
    place = {"host": str(url.query["host"]), "dbname": url.database}
    with psycopg.connect(**place, user=role, row_factory=dict_row) as connection:  # type: ignore[arg-type]  # as libpq takes them
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]  # a table of statements


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(each) for each in path.read_bytes().splitlines()]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Write a row as NDJSON does: no moment's fraction, no field of what nobody gave."""
    told = orjson.loads(orjson.dumps(row, option=orjson.OPT_OMIT_MICROSECONDS))
    return {name: value for name, value in told.items() if value is not None or name not in GIVEN_FIELDS}


def test_the_views_give_what_an_export_of_the_same_step_gives(
    database: Database, recipient: Recipient, tmp_path: Path
) -> None:
    assert recipient.id
    shown(database)
    done = export(database, "ndjson", tmp_path, now=NOW)
    contacts = asked(database, "SELECT * FROM regular_contacts_v1 ORDER BY seq")
    told = lines(done.contacts)
    assert len(told) == 4  # Ada, Di and two who signed up; whoever waits for the gates is not among them
    assert [*contacts[0]] == [*FIELDS, *GIVEN_FIELDS]
    assert [plain(each) for each in contacts] == told
    assert any(each["topics"] == ["climate", "housing"] for each in contacts)
    assert any(each["consents"] for each in contacts)
    gone = asked(database, "SELECT * FROM contact_tombstones_v1 ORDER BY seq")
    assert [*gone[0]] == [*TOMBSTONE_FIELDS]
    assert [plain(each) for each in gone] == lines(done.tombstones)
    assert [each["reason"] for each in gone] == ["unfollowed", "objected"]


def test_while_anybody_reads_the_gates_are_asked_every_hour(database: Database, recipient: Recipient) -> None:
    assert begin_review_if_due(database, now=NOW) is not None
    with database.write() as connection:
        connection.execute(text("DELETE FROM jobs"))
        remove_recipient(connection, recipient.id, "cli:ada", now=NOW)
    assert begin_review_if_due(database, now=NOW) is None


def test_whoever_moved_since_a_step_is_found(database: Database, recipient: Recipient) -> None:
    assert recipient.id
    follow(database, ADA)
    (first,) = asked(database, "SELECT seq FROM regular_contacts_v1")
    follow(database, DI)
    moved = asked(database, f"SELECT platform_id FROM regular_contacts_v1 WHERE seq > {first['seq']}")  # noqa: S608  # a number
    assert [each["platform_id"] for each in moved] == [DI.platform_id]


def test_a_reader_reads_the_views_and_nothing_else(database: Database, recipient: Recipient) -> None:
    assert recipient.id
    shown(database)
    for table in (*metadata.tables, "alembic_version"):
        for statement in (f"SELECT 1 FROM {table}", f"DELETE FROM {table}"):  # noqa: S608  # names of ours
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                asked(database, statement)
    for view in VIEWS:
        for statement in (f"DELETE FROM {view}", f"UPDATE {view} SET seq = 0", f"DROP VIEW {view}"):  # noqa: S608  # the same
            with pytest.raises((psycopg.errors.Error,)):
                asked(database, statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(database, "CREATE TABLE mine (x int)")
    assert asked(database, "SELECT * FROM regular_contacts_by_area_v1") == []  # counts that are published


def test_a_function_of_a_readers_own_sees_nobody_who_is_not_shown(
    database: Database, recipient: Recipient
) -> None:
    """Without a barrier the planner would ask a cheap function of each row before it leaves rows out."""
    assert recipient.id
    shown(database)
    leak = (
        "CREATE FUNCTION pg_temp.seen(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
        "$$ BEGIN INSERT INTO pg_temp.leaked VALUES (x); RETURN true; END $$; "
    )
    url = database.engine.url
    with psycopg.connect(host=str(url.query["host"]), dbname=url.database, user=ROLE) as connection:
        connection.execute("CREATE TEMP TABLE leaked (x text)")
        connection.execute(leak)
        connection.execute("SELECT count(*) FROM regular_contacts_v1 WHERE pg_temp.seen(platform_id)")
        leaked = {row[0] for row in connection.execute("SELECT x FROM leaked")}
        there = {row[0] for row in connection.execute("SELECT platform_id FROM regular_contacts_v1")}
    assert leaked == there


def test_nobody_reads_without_a_recipient(database: Database, recipient: Recipient) -> None:
    follow(database, ADA)
    with database.write() as connection:  # granted by hand, for nobody
        for view in VIEWS:
            connection.execute(text(f"GRANT SELECT ON {view} TO {OTHER}"))
    for view in VIEWS:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no registered recipient"):
            asked(database, f"SELECT * FROM {view}", OTHER)  # noqa: S608  # a name of ours
    with database.write() as connection:
        remove_recipient(connection, recipient.id, "cli:ada", now=NOW)
        assert view_readers.every(connection) == []
    for view in VIEWS:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no registered recipient"):
            asked(database, f"SELECT * FROM {view}")  # noqa: S608  # the same


def test_while_anything_is_halted_removals_alone_are_read(database: Database, recipient: Recipient) -> None:
    assert recipient.id
    follow(database, ADA, DI)
    unfollow(database, DI)
    with database.write() as connection:
        halt(connection, None, "cli:ada", "a wrong list", now=NOW)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="halted"):
        asked(database, "SELECT * FROM regular_contacts_v1")
    object_(database, ADA)
    gone = asked(database, "SELECT reason FROM contact_tombstones_v1 ORDER BY seq")
    assert [each["reason"] for each in gone] == ["unfollowed", "objected"]


def test_a_role_that_may_do_more_is_refused(database: Database, recipient: Recipient) -> None:
    with database.write() as connection:
        connection.execute(text(f"GRANT SELECT (handle) ON contacts TO {OTHER}"))
    for role, said in (
        (OTHER, "may do more"),
        ("postgres", "may do more"),
        ("nobody_at_all", "no role"),
    ):
        with pytest.raises(ViewError, match=said):
            grant_views(database, database, role, recipient, "cli:ada", now=NOW)
    assert [each["role"] for each in rows(database, "view_readers")] == [ROLE]


def test_a_third_party_gets_no_view(database: Database) -> None:
    party = Recipient("Another party", "FR", Part.THIRD_PARTY, None, id=9)
    with pytest.raises(RecipientError, match="third party"):
        grant_views(database, database, OTHER, party, "cli:ada", now=NOW)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        asked(database, "SELECT * FROM regular_contacts_v1", OTHER)


def test_what_was_granted_is_taken_back(database: Database, recipient: Recipient) -> None:
    assert recipient.id
    revoke_views(database, database, ROLE, "cli:ada", now=NOW)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        asked(database, "SELECT * FROM contact_tombstones_v1")
    with pytest.raises(ViewError, match="reads the views"):
        revoke_views(database, database, ROLE, "cli:ada", now=NOW)


def test_every_column_is_told_of_in_the_database_and_in_the_document(database: Database) -> None:
    statement = text("""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relname = ANY(:views) ORDER BY c.relname DESC, a.attnum
    """)
    with database.read() as connection:
        found = connection.execute(statement, {"views": list(VIEWS)}).all()
    told = DOCUMENT.read_text(encoding="utf-8")
    for _, name, kind, words in found:
        assert f"| `{name}` | {kind} | {words} |" in told
