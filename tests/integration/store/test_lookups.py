"""What a right asks among a million contacts is found by an index, on both databases."""

import pytest
from sqlalchemy import text

from domain.contact import Profile
from store import contacts
from store.database import Database
from tests.cast import ADA, BO, CY, follows
from tests.interests import page


@pytest.mark.parametrize("written", ["ADA_example", "ada_EXAMPLE"])
def test_a_name_is_found_however_its_letters_are_written(database: Database, written: str) -> None:
    names = {ADA: "Ada_Example", BO: "ada_example", CY: "ada_examples"}
    page(database, [follows(who, Profile(name, None)) for who, name in names.items()])
    with database.read() as connection:
        assert sorted(contacts.named(connection, "twitter", written)) == [ADA.platform_id, BO.platform_id]
        assert contacts.named(connection, "facebook", written) == []


def test_small_statements_are_not_compiled(database: Database) -> None:
    if database.on_sqlite:
        pytest.skip("SQLite compiles nothing")
    with database.read() as connection:
        assert connection.execute(text("SHOW jit")).scalar_one() == "off"


def test_nobody_is_walked_through_for_a_name(database: Database) -> None:
    page(database, [follows(ADA)])
    with database.write() as connection:
        if database.on_sqlite:
            asking = f"EXPLAIN QUERY PLAN {contacts.NAMED}"
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # it walks through a table of one row
            asking = f"EXPLAIN {contacts.NAMED}"
        plan = repr(connection.execute(text(asking), {"handle": "ada", "platform": "twitter"}).all())
    assert "ix_contacts_handle" in plan, plan
