"""Suppression: who objected goes from everywhere, and no later page, push or roster brings them back."""

import threading

import pytest
from sqlalchemy import Connection

from config.suppression import Suppressor, new_key, wrapped
from domain.admission import Controller
from domain.batch import Post
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from pipeline.admit import review
from pipeline.heed import heeded
from pipeline.objecting import object_by_handle
from pipeline.page import write_page
from pipeline.rights import ERASED, OBJECTED, end_contact
from pipeline.suppress import erase
from store import messaging, suppressions
from store.database import Database
from tests.cast import ADA, BO, CNIL, CY, EU, LATER, NOW, follows, likes, mentions, objects
from tests.contents import contents, feed, inside, labels, let_be_shown, rows
from tests.interests import page
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel

SUPPRESSOR = Suppressor([new_key()])


def end(database: Database, who: ContactKey, reason: str = OBJECTED, **identifiers: str) -> int:
    with database.write() as connection:
        given = [(kind.replace("_", ":"), each) for kind, each in identifiers.items()]
        return end_contact(connection, [who], SUPPRESSOR, reason, identifiers=given, now=LATER)


def travelling(database: Database) -> Travel:
    connector = ScriptedConnector()
    connector.listings[FOLLOWERS, ""] = [follows(ADA), follows(BO)]
    connector.listings[MENTIONS, ""] = [mentions(ADA, text="hello"), mentions(CY, "8002")]
    return Travel(database, connector, suppressor=SUPPRESSOR)


def test_who_objected_goes_from_everywhere_and_no_harvest_brings_them_back(database: Database) -> None:
    travel = travelling(database)
    travel.harvest(FOLLOWERS, MENTIONS)
    assert inside(database) == {ADA.platform_id, BO.platform_id}
    let_be_shown(database)
    assert end(database, ADA) == 1
    assert feed(database)[-1][1:] == (ADA.platform_id, "remove", "objected")
    travel.clock.forward(days=1)
    travel.harvest(FOLLOWERS, MENTIONS)
    assert inside(database) == {BO.platform_id}
    assert set(labels(database)) == {BO.platform_id, CY.platform_id}
    tombstone = [each for each in feed(database) if each[1] == ADA.platform_id]
    assert [each[2] for each in tombstone] == ["remove"]
    everything = {name: found for name, found in contents(database).items() if name != "changes"}
    for secret in (ADA.platform_id, "Ada Lévy", "'ada'"):
        assert secret not in repr(everything), secret
    assert "Ada Lévy" not in repr(contents(database))


def test_others_who_stay_are_not_taken_to_have_left(database: Database) -> None:
    travel = travelling(database)
    travel.harvest(FOLLOWERS)
    end(database, ADA)
    travel.harvest(FOLLOWERS)
    assert inside(database) == {BO.platform_id}
    assert feed(database) == []


def test_an_objection_works_twice_and_before_anybody_was_met(database: Database) -> None:
    travel = travelling(database)
    assert end(database, ADA) == 0
    assert end(database, ADA, ERASED) == 0
    assert [each["reason"] for each in rows(database, "suppressions")] == ["objected"]
    travel.harvest(FOLLOWERS)
    assert inside(database) == {BO.platform_id}


def test_who_gave_only_a_name_is_known_by_their_id_from_then_on(database: Database) -> None:
    with database.write() as connection:
        values = SUPPRESSOR.values([("handle:twitter", "@ADA")])
        suppressions.add(connection, values, OBJECTED, wraps=1, now=NOW)
    travel = travelling(database)
    travel.harvest(FOLLOWERS)
    assert inside(database) == {BO.platform_id}
    with database.write() as connection:
        assert suppressions.among(connection, [SUPPRESSOR.value(*ADA)])
    renamed = follows(ADA, Profile("another", None))
    travel.connector.listings[FOLLOWERS, ""] = [renamed, follows(BO)]
    travel.harvest(FOLLOWERS)
    assert inside(database) == {BO.platform_id}


def test_who_is_held_without_a_name_goes_once_the_name_that_objected_is_shown(database: Database) -> None:
    page(database, [follows(ADA), follows(BO)], EU)
    let_be_shown(database)
    assert {each["handle"] for each in rows(database, "contacts")} == {None}
    with database.write() as connection:
        object_by_handle(connection, "twitter", "@ada", SUPPRESSOR, now=NOW)
    assert inside(database) == {ADA.platform_id, BO.platform_id}, "nobody knows yet whose name it is"
    with database.write() as connection:
        kept, steps, gone = heeded(connection, [follows(ADA), follows(BO)], SUPPRESSOR, now=LATER)
        messaging.publish(connection, steps, now=LATER)
    assert ([each.contact for each in kept], gone) == ([BO], [ADA])
    assert inside(database) == {BO.platform_id}
    assert set(labels(database)) == {BO.platform_id}
    assert feed(database)[-1][1:] == (ADA.platform_id, "remove", "met_again")


def test_of_who_left_the_feed_before_one_tombstone_stays(database: Database) -> None:
    page(database, [follows(ADA)], EU)
    let_be_shown(database)  # admitted once, then refused: its removal was told
    review(database, EU, Controller.PARTY, now=NOW)
    assert [each[2:] for each in feed(database)][-1] == ("remove", "not_told")
    end(database, ADA)
    assert [each[2:] for each in feed(database)] == [("remove", "objected")]


def test_an_objection_is_told_of_whom_the_feed_had_removed_for_less(database: Database) -> None:
    page(database, [follows(ADA), follows(BO)])
    let_be_shown(database)
    with database.write() as connection:  # of both the tombstone alone is left
        messaging.publish(connection, erase(connection, [ADA, BO], "unfollowed"), now=NOW)
    page(database, [follows(ADA)])
    assert [end(database, each) for each in (ADA, BO, CY, ADA)] == [1, 1, 0, 0]
    assert [each[1:] for each in feed(database)] == [
        (each.platform_id, "remove", "objected") for each in (ADA, BO)
    ]


@pytest.mark.parametrize("text", ["STOP", "Désabonnez-moi svp", "unsubscribe"])
def test_a_message_that_says_stop_is_an_objection(database: Database, text: str) -> None:
    page(database, [follows(ADA), follows(BO)])
    let_be_shown(database)
    said = Signal(ADA, SignalKind.MESSAGED, "m1", NOW, text=text)
    with database.write() as connection:
        kept, steps, gone = heeded(connection, [said, likes(ADA), likes(BO)], SUPPRESSOR, now=LATER)
        messaging.publish(connection, steps, now=LATER)
    assert [each.contact for each in kept] == [BO]
    assert gone == [ADA]
    assert inside(database) == {BO.platform_id}
    assert feed(database)[-1][1:] == (ADA.platform_id, "remove", "said_stop")


@pytest.mark.parametrize(
    "act", [mentions(ADA, text="STOP"), Signal(ADA, SignalKind.MESSAGED, "m1", NOW, text="Stop the cuts")]
)
def test_stop_elsewhere_or_inside_a_sentence_is_none(database: Database, act: Signal) -> None:
    with database.write() as connection:
        kept, steps, gone = heeded(connection, [act], SUPPRESSOR, now=LATER)
    assert (kept, steps, gone) == ([act], [], [])


def test_an_act_of_objection_leaves_no_contact(database: Database) -> None:
    page(database, [follows(CY)])
    with database.write() as connection:
        kept, steps, _ = heeded(connection, [objects(CY), follows(CY)], SUPPRESSOR, now=LATER)
        messaging.publish(connection, steps, now=LATER)
    assert kept == []
    assert labels(database) == {}


def test_a_further_key_wraps_what_is_there_and_knows_everybody(database: Database) -> None:
    keys = [new_key(), new_key()]
    first, second = Suppressor(keys[:1]), Suppressor(keys)
    with database.write() as connection:
        suppressions.add(connection, [first.value(*ADA), first.value(*BO)], OBJECTED, wraps=1, now=NOW)
        added = bytes.fromhex(keys[1])
        assert suppressions.wrap(connection, 2, lambda value: wrapped(bytes.fromhex(value), [added])) == 2
        found = suppressions.among(connection, second.values([ADA, BO, CY]))
    assert found == set(second.values([ADA, BO]))


@pytest.mark.postgresql
def test_an_objection_waits_for_pages_under_way_and_takes_what_they_wrote(
    kind: str, database: Database
) -> None:
    if kind == "sqlite":
        pytest.skip("one writer at a time there")
    page(database, [])
    looked, go_on = threading.Event(), threading.Event()

    def writes_a_page(connection: Connection) -> None:
        kept, _, _ = heeded(connection, [follows(ADA)], SUPPRESSOR, now=NOW)
        looked.set()
        go_on.wait(10)
        written = write_page(connection, (1, "twitter"), kept, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)

    def harvest() -> None:
        with database.write() as connection:
            writes_a_page(connection)

    harvester = threading.Thread(target=harvest)
    harvester.start()
    looked.wait(10)
    objector = threading.Thread(target=lambda: end(database, ADA))
    objector.start()
    objector.join(0.1)
    assert objector.is_alive()
    go_on.set()
    harvester.join(10)
    objector.join(10)
    assert labels(database) == {}
    assert inside(database) == set()


def test_likers_who_objected_are_not_counted_either(database: Database) -> None:
    connector = ScriptedConnector(own_posts=[Post("9001", NOW)])
    connector.listings[LIKERS, "9001"] = [likes(ADA), likes(BO)]
    travel = Travel(database, connector, policy=EU, suppressor=SUPPRESSOR)
    end(database, ADA)
    travel.harvest(LIKERS)
    assert [each["count"] for each in rows(database, "kept_counts")] == [1]


def test_who_objected_under_a_name_goes_where_they_are_stored_under_another(database: Database) -> None:
    travel = travelling(database)
    travel.harvest(FOLLOWERS)
    let_be_shown(database)
    with database.write() as connection:
        values = SUPPRESSOR.values([("handle:twitter", "renamed")])
        suppressions.add(connection, values, OBJECTED, wraps=1, now=NOW)
    travel.connector.listings[FOLLOWERS, ""] = [follows(ADA, Profile("Renamed", None)), follows(BO)]
    travel.harvest(FOLLOWERS)
    assert set(labels(database)) == {BO.platform_id}
    assert [each[2:] for each in feed(database) if each[1] == ADA.platform_id] == [("remove", "met_again")]


def test_all_who_bear_a_name_are_known_by_it_and_by_every_name_of_a_page(database: Database) -> None:
    with database.write() as connection:
        values = SUPPRESSOR.values([("handle:twitter", "shared")])
        suppressions.add(connection, values, OBJECTED, wraps=1, now=NOW)
        shared, other = Profile("shared", None), Profile("other", None)
        acts = [follows(ADA, shared), follows(BO, shared), likes(CY)]
        acts += [Signal(CY, SignalKind.MENTIONED, "1", NOW, profile=each) for each in (shared, other)]
        kept, _, gone = heeded(connection, acts, SUPPRESSOR, now=LATER)
    assert (kept, gone) == ([], [ADA, BO, CY])


def test_who_is_met_again_objects_no_later_than_they_did(database: Database) -> None:
    end(database, ADA)
    before = rows(database, "suppressions")
    with database.write() as connection:
        heeded(connection, [follows(ADA)], SUPPRESSOR, now=LATER.replace(year=2030))
    assert rows(database, "suppressions") == before
