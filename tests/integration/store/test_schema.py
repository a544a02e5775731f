"""The schema: brought up and down again, refused when newer, and the same as the tables in code."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import IntegrityError

from domain.errors import OperatorNeededError
from store import admissions, messaging, schema
from store.admissions import Said
from store.database import Database
from store.messaging import Step
from store.schema import SchemaError
from store.tables import metadata
from tests.cast import ADA, BO, DI, follows
from tests.contents import rows
from tests.scripted import FOLLOWERS
from tests.travel import Travel


def names(database: Database) -> dict[str, set[str | None]]:
    """Return the names of every constraint and index, by table."""
    with database.engine.connect() as connection:
        inspector = inspect(connection)
        return {
            table: {
                inspector.get_pk_constraint(table)["name"],
                *(each["name"] for each in inspector.get_foreign_keys(table)),
                *(each["name"] for each in inspector.get_unique_constraints(table)),
                *(each["name"] for each in inspector.get_check_constraints(table)),
                *(each["name"] for each in inspector.get_indexes(table)),
            }
            for table in inspector.get_table_names()
        }


def objects(database: Database) -> set[str]:
    """Return every table, view, sequence, trigger and function of the database."""
    of_sqlite = "SELECT name FROM sqlite_master WHERE type <> 'index'"
    of_postgresql = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"""
    with database.engine.connect() as connection:
        return set(connection.scalars(text(of_sqlite if database.on_sqlite else of_postgresql)))


def test_upgrading_twice_changes_nothing(empty_database: Database) -> None:
    assert schema.upgrade(empty_database) == (None, schema.HEAD)
    before = names(empty_database)
    assert schema.upgrade(empty_database) == (schema.HEAD, schema.HEAD)
    assert names(empty_database) == before
    schema.require_current(empty_database)


def test_a_second_upgrade_leaves_the_feed_its_epoch(empty_database: Database) -> None:
    epochs = []
    for _ in range(2):
        schema.upgrade(empty_database)
        with empty_database.read() as connection:
            epochs.append(connection.execute(text("SELECT epoch, seq FROM feed_state")).all())
    assert epochs[0] == epochs[1]
    assert len(epochs[0]) == 1


def test_the_schema_goes_down_to_nothing_and_up_again(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    before = names(empty_database), objects(empty_database)
    schema.downgrade(empty_database, "base")
    assert not {each for each in objects(empty_database) if "alembic" not in each}
    schema.upgrade(empty_database)
    assert (names(empty_database), objects(empty_database)) == before


def test_changing_a_table_loses_nothing_that_points_at_it(database: Database) -> None:
    """SQLite writes the runs anew to change a check; dropping the old table must not empty the failures."""
    travel = Travel(database)
    travel.connector.upsets = [OperatorNeededError("The token is dead.", code="token_dead")]
    travel.finish(travel.begin(FOLLOWERS)[FOLLOWERS])
    schema.downgrade(database, "0001")
    schema.upgrade(database)
    assert [each["cause"] for each in rows(database, "failures")] == ["token_dead"]
    assert [each["state"] for each in rows(database, "harvest_runs")] == ["failed"]
    with database.read() as connection:
        if database.on_sqlite:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_the_feed_of_before_loses_the_steps_of_whom_no_gate_admitted(database: Database) -> None:
    """Up and down again nothing is lost: Ada is shown, Di was and is refused, of Bo no gate was asked."""
    travel = Travel(database)
    travel.connector.listings[FOLLOWERS, ""] = [follows(each) for each in (ADA, DI, BO)]
    travel.finish(travel.begin(FOLLOWERS)[FOLLOWERS])
    with database.write() as connection:
        held = admissions.inside_after(connection, 0, 9)
        said = [Said(each.contact_id, None, "[]", "{}", told=True) for each in held[:2]]
        admissions.put(connection, said, now=travel.clock())
        steps = [Step(*each[:3], "upsert", "admitted") for each in held[:2]]
        messaging.publish(connection, steps, now=travel.clock())
        admissions.put(connection, [said[1]._replace(refusal="minor")], now=travel.clock())
        messaging.publish(connection, [steps[1]._replace(op="remove")], now=travel.clock())
    tables = ("changes", "messaging_contacts", "admissions")
    before = {each: sorted(rows(database, each), key=repr) for each in tables}
    assert [each["unasked"] for each in before["messaging_contacts"]] == [False, False, True]
    schema.downgrade(database, "0025")
    with database.read() as connection:
        placed = connection.execute(text("SELECT contact_id, seq FROM messaging_contacts")).all()
        newest = connection.scalar(text("SELECT seq FROM feed_state"))
    assert sorted(seq for _, seq in placed) == [1, 4, 5]
    assert newest == 5
    schema.upgrade(database)
    assert {each: sorted(rows(database, each), key=repr) for each in tables} == before


def test_a_stopped_run_is_a_cancelled_one_to_a_program_that_knows_no_budgets(database: Database) -> None:
    travel = Travel(database)
    travel.begin(FOLLOWERS)
    with database.write() as connection:
        connection.execute(text("UPDATE harvest_runs SET state = 'stopped'"))
    schema.downgrade(database, "0001")
    with database.write() as connection:
        assert connection.scalar(text("SELECT state FROM harvest_runs")) == "cancelled"
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE harvest_runs SET state = 'stopped'"))
        connection.rollback()


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (schema.upgrade, schema.require_current):
        with pytest.raises(SchemaError, match="newer Regulars"):
            act(database)
    with database.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_an_empty_database_asks_for_an_upgrade(empty_database: Database) -> None:
    with pytest.raises(SchemaError, match="regulars db upgrade"):
        schema.require_current(empty_database)


def test_migrations_make_what_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_make_every_check_that_the_code_declares(database: Database) -> None:
    """Alembic compares no CHECK constraints, so their names are compared here."""
    made = names(database)
    for each in metadata.sorted_tables:
        checks = {str(check.name) for check in each.constraints if isinstance(check, CheckConstraint)}
        declared = {name if name.startswith("ck_") else f"ck_{each.name}_{name}" for name in checks}
        found = {name for name in made[each.name] if name and name.startswith("ck_")}
        assert found == declared, each.name


def test_every_constraint_and_index_has_a_name_of_ours(database: Database) -> None:
    for table, found in names(database).items():
        if table == "alembic_version":
            continue
        for each in found:
            assert each, f"{table} has a constraint without a name"
            assert each.split("_")[0] in {"pk", "fk", "uq", "ck", "ix"}, each
            assert each.split("_", 1)[1].startswith(table), each


def test_every_revision_is_known_by_name() -> None:
    folder = Path(schema.__file__).parent / "migrations" / "versions"
    assert tuple(sorted(each.name.partition("_")[0] for each in folder.glob("0*.py"))) == schema.REVISIONS
