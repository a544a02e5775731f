"""What people gave stands in their records, as the store holds it, on both databases."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from exports.given import with_given
from exports.presets import PRESETS
from pipeline.page import write_page
from store import consents, given, messaging
from store.database import Database
from tests.cast import ADA, CNIL, NOW, added, follows
from tests.exported import contact, taken
from tests.signing import by_phone, join, signed


def keys(database: Database) -> dict[str | None, tuple[str, str]]:
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT display_name, platform, platform_id FROM contacts")
        return {row[0]: (row[1], row[2]) for row in found}


def test_what_people_gave_is_found_by_their_keys(database: Database) -> None:
    join(database, signed(area="Port"), by_phone(name="Bo", language="fr"))
    who = keys(database)
    with database.read() as connection:
        gave = given.given(connection, [*who.values(), ("twitter", "7001")])
    ada, bo = gave[who["Ada Lévy"]], gave[who["Bo"]]
    assert (ada.addresses, ada.language, ada.area) == ({"email": "ada@club.example"}, "en", "Port")
    assert (bo.addresses, bo.language, bo.area) == ({"sms": "+33639980001"}, "fr", None)
    assert ada.consents["email"] == (NOW, None)
    assert gave.keys() == set(who.values())


def test_a_consent_that_was_withdrawn_says_when(database: Database) -> None:
    join(database, signed())
    (who,) = keys(database).values()
    later = NOW + timedelta(days=2)
    with database.write() as connection:
        (number,) = connection.exec_driver_sql("SELECT id FROM contacts").one()
        consents.withdraw(connection, [number], ["email"], now=later)
    with database.read() as connection:
        assert given.given(connection, [who])[who].consents["email"] == (NOW, later)


def test_an_act_that_stands_tells_when_it_was_last_seen(database: Database) -> None:
    with database.write() as connection:
        added(connection)
    with database.write() as connection:
        written = write_page(connection, (1, "twitter"), [follows(ADA)], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    with database.read() as connection:
        assert given.confirmed(connection, [ADA, ("twitter", "1")], now=NOW) == {tuple(ADA): NOW}


def test_a_sign_up_reaches_a_target_with_its_address(database: Database, tmp_path: Path) -> None:
    join(database, signed())
    ((platform, platform_id),) = keys(database).values()
    record = contact(f"{platform}:{platform_id}", display_name="Ada Lévy", addressable=["email"])
    with database.read() as connection:
        ask = partial(given.given, connection), partial(given.confirmed, connection, now=NOW)
        done = taken(PRESETS["mautic"], tmp_path, with_given([record], *ask))
    (row,) = done.of("contacts")
    assert (row["email"], row["lastname"], row["preferred_locale"]) == ("ada@club.example", "Ada Lévy", "en")
