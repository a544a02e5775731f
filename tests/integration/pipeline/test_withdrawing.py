"""Withdrawing: what a person takes back closes at once, and nothing older opens it again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from classifier.policy import Policy
from domain.admission import Controller, OverrideFacts
from domain.contact import ContactKey
from domain.label import Label
from domain.sign_up import PURPOSES
from pipeline.admit import asked, review
from pipeline.expire import expire
from pipeline.override import confirm, override
from pipeline.withdrawing import Withdrawn, withdraw
from store import messaging, overrides
from store.database import Database
from store.tables import contacts
from tests.cast import CNIL, EU, LATER, NOW
from tests.contents import contents, feed, inside, labels, rows
from tests.signing import ADA, join, signed

BOTH = signed(phone="+33 6 39 98 00 01", channels=("email", "sms"), topics=("housing",))


def take_back(database: Database, *purposes: str, policy: Policy = CNIL) -> Withdrawn:
    keys = [ContactKey(each["platform"], each["platform_id"]) for each in rows(database, "contacts")]
    return database.transact(lambda connection: withdraw(connection, keys, purposes, policy, now=LATER))


def open_channels(database: Database, policy: Policy = CNIL) -> list[str]:
    with database.read() as connection:
        (contact_id,) = connection.scalars(select(contacts.c.id))
        *_, ways = asked(connection, contact_id, policy, Controller.CANDIDATE, now=LATER)
    return [each.channel.value for each in ways if each.addressable]


@pytest.mark.parametrize("policy", [CNIL, EU], ids=lambda each: each.name)
def test_one_channel_closes_and_the_others_stand(database: Database, policy: Policy) -> None:
    join(database, BOTH, policy=policy)
    review(database, policy, Controller.CANDIDATE, now=NOW)
    assert open_channels(database, policy) == ["email", "sms"]
    done = take_back(database, "email", policy=policy)
    assert (len(done.contacts), done.sign_ups_ended) == (1, frozenset())
    assert open_channels(database, policy) == ["sms"]
    review(database, policy, Controller.CANDIDATE, now=LATER)
    assert feed(database)[-1][2:] == ("upsert", "channels")
    ended = {each["purpose"]: each["withdrawn_at"] for each in rows(database, "consents")}
    assert ended == {"email": LATER, "sms": None, "topics": None}
    assert take_back(database, "email").contacts == frozenset()


@pytest.mark.parametrize("policy", [CNIL, EU], ids=lambda each: each.name)
def test_with_the_last_channel_the_sign_up_ends_and_its_contact_goes(
    database: Database, policy: Policy
) -> None:
    join(database, BOTH, policy=policy)
    review(database, policy, Controller.CANDIDATE, now=NOW)
    assert len(take_back(database, *PURPOSES, policy=policy).sign_ups_ended) == 1
    assert (inside(database), set(labels(database).values())) == (set(), {"none"})
    assert feed(database)[-1][2:] == ("remove", "consent_withdrawn")
    assert rows(database, "interests") == rows(database, "declared_topics") == []
    expire(database, policy, now=LATER + timedelta(days=31))
    assert "club.example" not in repr(contents(database))


def test_topics_go_alone(database: Database) -> None:
    join(database, BOTH)
    assert take_back(database, "topics").sign_ups_ended == frozenset()
    assert rows(database, "interests") == rows(database, "declared_topics") == []
    assert len(inside(database)) == 1


def test_an_older_form_revives_nothing_and_a_newer_one_does(database: Database) -> None:
    join(database, ADA)
    take_back(database, *PURPOSES)
    assert join(database, ADA, now=LATER).invalid
    assert inside(database) == set()
    again = LATER + timedelta(days=1)
    join(database, signed(at=again), now=again)
    assert len(inside(database)) == 1


def test_a_raise_that_rested_on_the_consent_ends_with_it(database: Database) -> None:
    join(database, ADA)
    (contact,) = rows(database, "contacts")
    key = ContactKey("signup", contact["platform_id"])
    with database.write() as connection:
        override(connection, key, OverrideFacts(Label.REGULAR, NOW, "op", "met"), CNIL, now=NOW)
        confirm(connection, key, "other", CNIL, now=NOW)
    take_back(database, *PURPOSES)
    with database.read() as connection:
        assert overrides.of_contacts(connection, [contact["id"]]) == {}
        assert messaging.inside(connection, [contact["id"]]) == set()


def test_a_stranger_has_nothing_to_take_back(database: Database) -> None:
    join(database, ADA)
    before = contents(database)
    with database.write() as connection:
        done = withdraw(connection, [ContactKey("signup", "nobody")], PURPOSES, CNIL, now=LATER)
    assert done == Withdrawn(frozenset(), frozenset())
    assert contents(database) == before
