"""What people gave stands in their records, as the store holds it, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.signal import SignalKind
from exports.presets import PRESETS
from exports.record import GIVEN_FIELDS, record
from pipeline.page import write_page
from store import consents, feed_rows, messaging
from store.database import Database
from store.given import Proofs, Said
from tests.cast import ADA, BO, CNIL, NOW, added, follows
from tests.contents import let_be_shown
from tests.exported import taken
from tests.hostile import HOSTILE
from tests.signing import by_phone, join, signed

FOLLOWS, SIGNED_UP = SignalKind.FOLLOWS, SignalKind.SIGNED_UP


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


def test_rows_come_in_parts_as_they_are_in_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*HOSTILE[:7], 'quoted "twice" \\ and \x01 broken\n', "Élodie 😀"]
    join(database, *(by_phone(name=each, phone=f"+3363998{place:04}") for place, each in enumerate(names)))
    let_be_shown(database)
    with database.read() as connection:
        whole = list(feed_rows.rows(connection, given_at=NOW))
        monkeypatch.setattr(feed_rows, "AT_ONCE", 2)
        assert list(feed_rows.rows(connection, given_at=NOW)) == whole
        parts = [len(each) for each in feed_rows.batches(connection)]
        assert (max(parts), sum(parts)) == (2, len(whole))
        last = whole[-1][6]
        assert feed_rows.rows_between(connection, 0, last, 20, given_at=NOW) == whole
        assert feed_rows.rows_between(connection, whole[1][6], last, 3, given_at=NOW) == whole[2:5]
    assert len(whole) > 6
    assert {each[3] for each in whole} == {each[0] for each in _names(database)}


def test_the_oldest_proof_is_of_those_who_must_be_seen_again(database: Database) -> None:
    earlier, later = NOW - timedelta(days=3), NOW - timedelta(days=1)
    with database.write() as connection:
        added(connection)
    for moment, contact in ((later, ADA), (earlier, BO)):
        with database.write() as connection:
            written = write_page(connection, (1, "twitter"), [follows(contact)], CNIL, now=moment)
            messaging.publish(connection, written.steps, now=moment)
    join(database, signed())
    let_be_shown(database)
    assert (oldest(database, {FOLLOWS}, {SIGNED_UP}), oldest(database, set(), {SIGNED_UP})) == (earlier, None)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE signals SET ended_at = seen_at WHERE kind = 'follows'")
    assert oldest(database, {FOLLOWS}, {SIGNED_UP}) is None


def oldest(database: Database, aging: set[SignalKind], lasting: set[SignalKind]) -> datetime | None:
    proofs = Proofs(aging, lasting)
    with database.read() as connection:
        assert len(list(feed_rows.rows(connection, given_at=NOW, proofs=proofs))) == 3
    return proofs.oldest


def _names(database: Database) -> Any:
    with database.read() as connection:
        return connection.exec_driver_sql("SELECT display_name FROM contacts").all()
