"""Override: an operator's word stands through later harvests; up takes a consent and a second person."""

from datetime import timedelta

import pytest

from domain.admission import OverrideFacts
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.label import Label
from pipeline import override as verbs
from pipeline import redecide
from store import admission_inputs, decisions, messaging, overrides
from store.admission_inputs import Inputs
from store.database import Database
from tests.cast import ADA, BO, CNIL, LATER, NOW, added, follows, likes, objects
from tests.contents import inside, labels, rows
from tests.integration.pipeline.test_admit import write


@pytest.fixture
def harvested(database: Database) -> Database:
    """Let Ada follow and Bo like."""
    with database.write() as connection:
        added(connection)
    write(database, follows(ADA), likes(BO))
    return database


@pytest.fixture
def consent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a consent of everybody be stored."""
    known = Inputs(consented=frozenset({"email"}))
    monkeypatch.setattr(verbs, "inputs_of", lambda _connection, ids: dict.fromkeys(ids, known))


def word(
    database: Database, key: ContactKey, to: Label, *, by: str = "ada", reason: str = "she asked"
) -> Label:
    with database.write() as connection:
        return verbs.override(connection, key, OverrideFacts(to, NOW, by, reason), CNIL, now=NOW)


def confirm(database: Database, key: ContactKey, by: str) -> Label:
    with database.write() as connection:
        return verbs.confirm(connection, key, by, CNIL, now=LATER)


@pytest.mark.parametrize("to", [Label.NONE, Label.OCCASIONAL])
def test_lowering_holds_at_once_and_through_the_next_pages(harvested: Database, to: Label) -> None:
    assert word(harvested, ADA, to) is to
    assert inside(harvested) == set()
    for _ in range(2):
        write(harvested, follows(ADA), likes(ADA, "9009"), at=LATER)
    assert labels(harvested)[ADA.platform_id] == to.word
    assert inside(harvested) == set()
    contact = next(each for each in rows(harvested, "contacts") if each["platform_id"] == ADA.platform_id)
    assert (contact["handle"], contact["keep_until"]) == (None, None)
    with harvested.read() as connection:
        newest = decisions.of_contact(connection, contact["id"])[0]
    assert (newest["label"], newest["decided_by"], newest["reason"]) == (to.word, "ada", "she asked")


def test_a_lowered_contact_that_acts_no_more_is_given_its_date(harvested: Database) -> None:
    word(harvested, ADA, Label.OCCASIONAL)
    ended = follows(ADA)._replace(ended_at=NOW)
    write(harvested, ended, at=NOW)
    with harvested.write() as connection:
        steps = redecide.redecide(connection, [1], "twitter", CNIL, "left", now=LATER)
        messaging.publish(connection, steps, now=LATER)
    contact = next(each for each in rows(harvested, "contacts") if each["platform_id"] == ADA.platform_id)
    assert contact["label"] == "none"
    assert contact["keep_until"] == LATER + timedelta(days=30)


def test_taken_back_the_acts_decide_again(harvested: Database) -> None:
    word(harvested, ADA, Label.NONE)
    with harvested.write() as connection:
        assert verbs.take_back(connection, ADA, CNIL, now=LATER) is Label.REGULAR
    assert inside(harvested) == {ADA.platform_id}
    with harvested.write() as connection, pytest.raises(RegularsError, match="no override"):
        verbs.take_back(connection, ADA, CNIL, now=LATER)


def test_an_objection_outweighs_every_override(harvested: Database) -> None:
    word(harvested, ADA, Label.OCCASIONAL)
    write(harvested, objects(ADA), at=LATER)
    assert labels(harvested)[ADA.platform_id] == "suppressed"
    with pytest.raises(RegularsError, match="objected"):
        word(harvested, ADA, Label.OCCASIONAL)


def test_raising_without_a_stored_consent_is_refused(harvested: Database) -> None:
    with pytest.raises(RegularsError, match="No consent"):
        word(harvested, BO, Label.REGULAR)
    assert labels(harvested)[BO.platform_id] == "occasional"
    assert rows(harvested, "overrides") == []


@pytest.mark.usefixtures("consent")
def test_raising_waits_for_a_second_person(harvested: Database) -> None:
    assert word(harvested, BO, Label.REGULAR) is Label.OCCASIONAL
    assert BO.platform_id not in inside(harvested)
    with pytest.raises(RegularsError, match="somebody else must confirm"):
        confirm(harvested, BO, "ada")
    assert confirm(harvested, BO, "bea") is Label.REGULAR
    assert BO.platform_id in inside(harvested)
    with pytest.raises(RegularsError, match="waits for a second person"):
        confirm(harvested, BO, "bea")
    write(harvested, likes(BO, "9010"), at=LATER)
    assert labels(harvested)[BO.platform_id] == "regular"


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize(("by", "again"), [("console:ada", "cli:ada"), ("cli:ada", "console:ada")])
def test_one_person_in_two_places_is_no_second_one(harvested: Database, by: str, again: str) -> None:
    word(harvested, BO, Label.REGULAR, by=by)
    with pytest.raises(RegularsError, match="somebody else must confirm"):
        confirm(harvested, BO, again)
    assert BO.platform_id not in inside(harvested)
    assert confirm(harvested, BO, "cli:bea") is Label.REGULAR


@pytest.mark.usefixtures("consent")
def test_the_database_itself_wants_a_second_person(harvested: Database) -> None:
    word(harvested, BO, Label.REGULAR)
    with harvested.write() as connection:
        assert not overrides.confirm(connection, 2, "ada", now=NOW)
        assert overrides.of_contacts(connection, [1, 2])[2].confirmed_at is None


@pytest.mark.usefixtures("consent")
def test_a_consent_that_is_gone_meanwhile_confirms_nothing(
    harvested: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    word(harvested, BO, Label.REGULAR)
    monkeypatch.setattr(verbs, "inputs_of", admission_inputs.inputs_of)
    with pytest.raises(RegularsError, match="No consent"):
        confirm(harvested, BO, "bea")


def test_a_reason_and_a_known_contact_are_needed(harvested: Database) -> None:
    with pytest.raises(RegularsError, match="needs a reason"):
        word(harvested, ADA, Label.NONE, reason=" ")
    with pytest.raises(RegularsError, match="nothing under this key"):
        word(harvested, ContactKey("twitter", "1"), Label.NONE)
