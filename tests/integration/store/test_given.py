"""What people gave stands in their records, as the store holds it, on both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from exports.presets import PRESETS
from exports.record import GIVEN_FIELDS, record
from pipeline.page import write_page
from store import consents, feed_rows, messaging
from store.database import Database
from store.given import Said
from tests.cast import ADA, CNIL, NOW, added, follows
from tests.contents import let_be_shown
from tests.exported import taken
from tests.signing import by_phone, join, signed


def records(database: Database) -> dict[str | None, dict[str, Any]]:
    """Return by name the records of all whom the store holds."""
    let_be_shown(database)
    with database.read() as connection:
        shown = map(record, feed_rows.rows(connection, given_at=NOW))
        return {each["display_name"]: each for each in shown}


def given(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a record holds beside the feed's row."""
    return {name: value for name, value in told.items() if name in GIVEN_FIELDS}


def test_what_people_gave_stands_in_their_records(database: Database) -> None:
    join(database, signed(area="Port"), by_phone(name="Bo", language="fr"))
    told = records(database)
    ada, bo = given(told["Ada Lévy"]), given(told["Bo"])
    assert (ada["email"], ada["language"], ada["area"]) == ("ada@club.example", "en", "Port")
    assert (bo["phone"], bo["language"], "area" in bo) == ("+33639980001", "fr", False)
    assert ada["consents"]["email"] == Said(NOW, None)._asdict()


def test_a_consent_that_was_withdrawn_says_when(database: Database) -> None:
    join(database, signed())
    told = records(database)
    later = NOW + timedelta(days=2)
    with database.write() as connection:
        (number,) = connection.exec_driver_sql("SELECT id FROM contacts").one()
        consents.withdraw(connection, [number], ["email"], now=later)
    told = records(database)
    assert told["Ada Lévy"]["consents"]["email"] == Said(NOW, later)._asdict()


def test_an_act_that_stands_tells_when_it_was_last_seen(database: Database) -> None:
    with database.write() as connection:
        added(connection)
    with database.write() as connection:
        written = write_page(connection, (1, "twitter"), [follows(ADA)], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    (told,) = records(database).values()
    assert given(told) == {"last_confirmed_at": NOW}


def test_a_sign_up_reaches_a_target_with_its_address(database: Database, tmp_path: Path) -> None:
    join(database, signed())
    told = {**records(database)["Ada Lévy"], "addressable": ["email"]}
    done = taken(PRESETS["mautic"], tmp_path, [told])
    (row,) = done.of("contacts")
    assert (row["email"], row["lastname"], row["preferred_locale"]) == ("ada@club.example", "Ada Lévy", "en")
