"""Signing up: consent with its proof makes regular; known again by address; the newest word counts."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from classifier.policy import Policy
from domain.contact import ContactKey
from domain.errors import RegularsError
from domain.sign_up import SignUp, hash_of
from pipeline.choosing import Wish, choose
from pipeline.expire import expire
from pipeline.redecide import redecide
from pipeline.remove import remove_account
from pipeline.signing_up import Outcome
from pipeline.suppress import suppress as suppress_all
from store import accounts, consents, installation, messaging, suppressions
from store.database import Database
from store.tables import contacts, messaging_contacts
from tests.cast import CNIL, EU, LATER, NOW, OURS, added
from tests.contents import contents, feed, inside, labels, let_be_shown, rows, wipe
from tests.listening import listens
from tests.signing import ADA, CONSENT, SUPPRESSOR, by_phone, join, signed, suppress

EARLIER = NOW - timedelta(days=30)
BO = signed(name="Bo", email="bo@club.example")


def contact_id(database: Database) -> int:
    (row,) = rows(database, "contacts")
    return int(row["id"])


def channels(database: Database) -> list[frozenset[str]]:
    with database.read() as connection:
        ids = [each["id"] for each in rows(database, "contacts")]
        return list(consents.channels(connection, ids).values())


def withdraw(database: Database, *purposes: str) -> None:
    with database.write() as connection:
        consents.withdraw(connection, [contact_id(database)], purposes, now=LATER)


@pytest.mark.parametrize("policy", [CNIL, EU], ids=lambda each: each.name)
def test_a_sign_up_makes_a_regular_contact_with_its_proof(database: Database, policy: Policy) -> None:
    outcome = join(database, ADA, policy=policy)
    (key,) = inside(database)
    assert labels(database) == {key: "regular"}
    assert feed(database) == [], "nothing is shown before the gates were asked"
    assert outcome.new == [0]
    assert outcome.contact_ids == {0: contact_id(database)}
    (proof,) = rows(database, "consents")
    assert (proof["purpose"], proof["given_at"], proof["withdrawn_at"]) == ("email", NOW, None)
    assert (proof["source"], proof["taken_by"], proof["text"]) == ("join page", "page", hash_of(CONSENT))
    (text,) = rows(database, "consent_texts")
    assert (text["wording"], text["language"]) == (CONSENT, "en")
    assert channels(database) == [{"email"}]
    assert rows(database, "contacts")[0]["display_name"] == "Ada Lévy"


def test_who_signs_up_was_told_at_the_form_and_stays(database: Database) -> None:
    join(database, ADA, BO)
    assert [(each["how"], each["given_by"], each["given_at"]) for each in rows(database, "notices")] == [
        ("given_at_form", "page", NOW)
    ] * 2
    expire(database, CNIL, now=NOW + timedelta(days=60))
    assert len(inside(database)) == 2


def test_the_key_tells_nothing_of_its_person(database: Database) -> None:
    join(database, ADA, BO)
    keys = [each["platform_id"] for each in rows(database, "contacts")]
    assert len(set(keys)) == 2
    assert [each for each in keys if not re.fullmatch("[0-9a-f]{24}", each)] == []


def test_signing_up_twice_is_once(database: Database) -> None:
    join(database, ADA)
    before = contents(database)
    assert join(database, ADA, now=LATER).known == [0]
    assert contents(database) == before


def test_one_list_that_holds_somebody_twice_makes_one_contact(database: Database) -> None:
    outcome = join(database, ADA, signed(email=" ADA@Club.Example "), BO)
    assert (outcome.new, outcome.known) == ([0, 2], [1])
    assert len(rows(database, "contacts")) == 2


def test_the_same_name_is_not_the_same_person(database: Database) -> None:
    join(database, ADA, signed(email="ada@other.example"))
    assert len(rows(database, "contacts")) == 2


def test_a_phone_knows_again_who_gave_no_address(database: Database) -> None:
    join(database, by_phone())
    assert join(database, by_phone("06.39.98.00.01"), now=LATER).known == [0]
    both = signed(email="ada@club.example", phone="0639980001", channels=("email", "sms"))
    assert join(database, both).new == [0], "somebody else may use the same phone"
    assert join(database, by_phone()).known == [0], "the one who gave no address"
    assert len(rows(database, "contacts")) == 2


def test_a_phone_of_several_people_tells_nobody(database: Database) -> None:
    two = [
        signed(email=f"{each}@club.example", phone="0639980001", channels=("email", "sms")) for each in "ab"
    ]
    join(database, *two)
    ((place, reason),) = join(database, by_phone()).invalid
    assert (place, "several contacts" in reason) == (0, True)
    assert len(rows(database, "contacts")) == 2


def test_an_address_without_consent_is_not_kept(database: Database) -> None:
    join(database, signed(phone="0639980001"))
    assert [each["channel"] for each in rows(database, "addresses")] == ["email"]
    assert "0639980001" not in str(contents(database))
    assert "+33639980001" not in str(contents(database))


@pytest.mark.parametrize("identifier", [("email", "ada@club.example"), ("phone", "+33639980001")])
def test_whoever_objected_leaves_no_trace(database: Database, identifier: tuple[str, str]) -> None:
    join(database, BO)
    suppress(database, [identifier])
    before = contents(database)
    outcome = join(database, signed(phone="0639980001"))
    assert (outcome.suppressed, outcome.new, outcome.invalid) == ([0], [], [])
    assert contents(database) == before


def test_one_who_objected_keeps_nobody_else_out(database: Database) -> None:
    suppress(database, [("email", "ada@club.example")])
    outcome = join(database, ADA, BO, signed(channels=()))
    assert (outcome.suppressed, outcome.new) == ([0], [1])
    assert [place for place, _ in outcome.invalid] == [2]
    assert len(rows(database, "contacts")) == 1


def test_nothing_is_made_for_nobody(database: Database) -> None:
    join(database, signed(channels=()))
    assert rows(database, "accounts") == rows(database, "contacts") == []


def test_an_older_list_changes_nothing_that_a_newer_one_said(database: Database) -> None:
    new = signed(phone="0639980001", channels=("email", "sms"), area="Lyon")
    join(database, new)
    old = signed(name="Old Name", phone="0639980002", channels=("email", "sms"), area="Brest", at=EARLIER)
    assert join(database, old, now=LATER).known == [0]
    (row,) = rows(database, "contacts")
    assert row["display_name"] == "Ada Lévy"
    assert rows(database, "sign_ups")[0]["area"] == "Lyon"
    assert {each["address"] for each in rows(database, "addresses")} == {"ada@club.example", "+33639980001"}
    join(database, new._replace(name="Ada Moved", phone="0639980003", area=None, at=LATER), now=LATER)
    (row,) = rows(database, "contacts")
    assert row["display_name"] == "Ada Moved"
    assert rows(database, "sign_ups")[0]["area"] == "Lyon"
    assert {each["address"] for each in rows(database, "addresses")} == {"ada@club.example", "+33639980003"}


def test_within_one_list_the_newest_line_counts_whatever_their_order(database: Database) -> None:
    join(database, signed(name="Ada New", area="Lyon"), signed(name="Ada Old", area="Brest", at=EARLIER))
    assert rows(database, "contacts")[0]["display_name"] == "Ada New"
    assert rows(database, "sign_ups")[0]["area"] == "Lyon"
    assert len(rows(database, "consents")) == 2


def test_a_list_from_before_revives_no_consent_that_was_withdrawn_since(database: Database) -> None:
    join(database, ADA)
    withdraw(database, "email")
    assert channels(database) == []
    before = contents(database)
    outcome = join(database, ADA, signed(at=EARLIER), now=LATER)
    assert [place for place, _ in outcome.invalid] == [0, 1]
    assert contents(database) == before
    again = LATER + timedelta(days=1)
    assert join(database, signed(at=again), now=again).known == [0]
    assert channels(database) == [{"email"}]


def test_what_was_not_withdrawn_stands(database: Database) -> None:
    both = signed(phone="0639980001", channels=("email", "sms"))
    join(database, both)
    withdraw(database, "sms")
    assert channels(database) == [{"email"}]
    join(database, both, now=LATER)
    assert channels(database) == [{"email"}]


def test_declared_topics_are_kept_with_the_words_agreed_to(database: Database) -> None:
    join(database, signed(topics=("housing", "health")), BO)
    kept = {each["topic"]: each for each in rows(database, "declared_topics")}
    assert set(kept) == {"housing", "health"}
    assert (kept["health"]["consent"], kept["health"]["source"]) == (CONSENT, "join page")
    assert {each["strength"] for each in rows(database, "interests")} == {"declared"}
    assert {each["purpose"] for each in rows(database, "consents")} == {"email", "topics"}
    assert feed(database) == []


def test_a_topic_that_was_removed_since_stays_away_and_comes_back_when_named_anew(database: Database) -> None:
    join(database, signed(topics=("housing",)))
    (key,) = labels(database)
    with database.write() as connection:
        choose(connection, ContactKey("signup", key), Wish(remove=("housing",)), CNIL, now=LATER)
    join(database, signed(topics=("housing",)), now=LATER)
    assert rows(database, "interests") == []
    again = LATER + timedelta(days=1)
    join(database, signed(topics=("housing",), at=again), now=again)
    assert [each["topic"] for each in rows(database, "interests")] == ["housing"]


def test_a_contact_that_objected_is_refused_as_suppressed(database: Database) -> None:
    join(database, ADA)
    with database.write() as connection:
        ours = [contact_id(database)]
        messaging.take_out(connection, ours)
        connection.execute(contacts.update().values(label="suppressed"))
    before = contents(database)
    assert join(database, signed(at=LATER), now=LATER).suppressed == [0]
    assert contents(database) == before


def test_all_of_a_contact_goes_with_the_contact(database: Database) -> None:
    join(database, signed(topics=("housing",), area="Lyon"))
    with database.write() as connection:
        connection.execute(delete(messaging_contacts))
        connection.execute(delete(contacts))
        assert consents.forget_unused_wordings(connection) == 1
    left = {name: found for name, found in contents(database).items() if "ada@club" in str(found)}
    assert left == {}
    for each in ("addresses", "consents", "sign_ups", "consent_texts", "declared_topics"):
        assert rows(database, each) == [], each


def test_a_wording_that_others_agreed_to_stays(database: Database) -> None:
    join(database, ADA)
    with database.write() as connection:
        assert consents.forget_unused_wordings(connection) == 0


def test_removing_the_account_takes_everybody_out(database: Database) -> None:
    join(database, ADA)
    let_be_shown(database)
    with database.write() as connection:
        account = accounts.find(connection, "sign-ups")
        assert remove_account(connection, account, CNIL, now=LATER) == 1
    assert inside(database) == set()


def test_a_thousand_take_as_many_statements_as_one(database: Database) -> None:
    def count(first: int, last: int) -> int:
        people = [signed(email=f"a{each}@club.example", topics=("housing",)) for each in range(first, last)]
        statements: list[str] = []

        def heard(*given: object) -> None:
            statements.append(str(given[2]))

        with listens(database, "before_cursor_execute", heard):
            join(database, *people)
        return len(statements)

    join(database, BO._replace(topics=("housing",)))
    assert count(0, 1_000) == count(1_000, 1_001)


def test_a_decision_taken_anew_keeps_who_signed_up(database: Database) -> None:
    join(database, ADA)
    with database.write() as connection:
        assert redecide(connection, [contact_id(database)], "signup", EU, "policy", now=LATER) == []
    assert set(labels(database).values()) == {"regular"}


def test_who_is_suppressed_is_so_by_every_address(database: Database) -> None:
    both = signed(phone="0639980001", channels=("email", "sms"))
    join(database, both)
    (key,) = labels(database)
    with database.write() as connection:
        suppressions.take(connection)
        gone = [ContactKey("signup", key)]
        messaging.publish(
            connection, suppress_all(connection, gone, "objected", SUPPRESSOR, now=LATER), now=LATER
        )
    assert "+33639980001" not in str(contents(database))
    for again in (signed(at=LATER), by_phone(at=LATER), both):
        assert join(database, again, now=LATER).suppressed == [0]
    assert rows(database, "contacts") == rows(database, "addresses") == []


def test_two_who_sign_up_with_one_address_at_once_are_one(database: Database) -> None:
    join(database, BO)
    barrier = threading.Barrier(4)

    def press() -> Outcome:
        barrier.wait()
        return join(database, ADA, by_phone())

    with ThreadPoolExecutor(4) as pool:
        outcomes = [each.result() for each in [pool.submit(press) for _ in range(4)]]
    assert sorted(len(each.new) for each in outcomes) == [0, 0, 0, 2]
    assert len(rows(database, "contacts")) == 3
    assert len(rows(database, "addresses")) == 3


def test_the_first_two_at_once_make_one_account(database: Database) -> None:
    with database.write() as connection:
        installation.settle_key(connection, "key", now=NOW)
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(join, database, signed(email=f"{n}@club.example")) for n in range(8)]:
            assert each.result().new == [0]
    assert len(rows(database, "accounts")) == 1
    assert len(inside(database)) == 8


def test_a_name_that_is_taken_is_told(database: Database) -> None:
    with database.write() as connection:
        added(connection, replace(OURS, name="sign-ups"))
    with pytest.raises(RegularsError, match="connect it again under another name"):
        join(database, ADA)
    assert rows(database, "contacts") == []


@given(st.lists(st.sampled_from([ADA, BO, by_phone(), signed(at=EARLIER), signed(channels=())]), max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_how_a_list_is_cut_changes_nothing(database: Database, people: list[SignUp]) -> None:
    found = []
    for cut in (1, 8):
        wipe(database)
        for start in range(0, len(people), cut):
            join(database, *people[start : start + cut])
        keys = {each["id"]: each["display_name"] for each in rows(database, "contacts")}
        given_ = sorted(
            (keys[each["contact_id"]], each["channel"], each["address"])
            for each in rows(database, "addresses")
        )
        agreed = sorted(
            (keys[each["contact_id"]], each["purpose"], each["given_at"])
            for each in rows(database, "consents")
        )
        found.append((given_, agreed))
    assert found[0] == found[1]
