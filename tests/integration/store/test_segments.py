"""Segments: whom each holds, and that a topic takes consent to being chosen by it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.area import Area, AreaKind
from domain.contact import ContactKey
from domain.segment import Segment, SegmentError
from domain.sign_up import FOR_TOPICS
from pipeline.areas import take_partition
from pipeline.segments import add_segment, remove_segment
from pipeline.withdrawing import withdraw
from store import consents, segment_told, segments
from store.database import Database
from tests.cast import ADA, CNIL, NOW, follows
from tests.contents import rows
from tests.interests import page
from tests.segmented import AGREED, joined, keys_by_name, person
from tests.signing import join, signed

HEALTH = Segment("health", topic="health")


def names(database: Database, segment: Segment, *, needs_consent: bool = True) -> set[str]:
    who = {key: name for name, key in keys_by_name(database).items()}
    with database.read() as connection:
        found = set(segments.keys(connection, segment, needs_consent=needs_consent))
        assert segments.count(connection, segment, needs_consent=needs_consent) == len(found)
    return {who[each] for each in found}


def saved(database: Database, segment: Segment) -> Segment:
    with database.write() as connection:
        return segment._replace(id=add_segment(connection, segment, "cli:ada", now=NOW))


def test_a_topic_holds_who_declared_it_and_agreed_to_be_chosen_by_it(database: Database) -> None:
    joined(
        database,
        person("Ada", "health", "housing"),
        person("Bo", "housing"),
        person("Cy", "health", consent="I agree that the club writes to me, and I care for health."),
        person("Di", consent="No topic at all."),
    )
    assert names(database, HEALTH) == {"Ada"}
    assert names(database, HEALTH, needs_consent=False) == {"Ada", "Cy"}
    with database.read() as connection:
        assert segments.undeclared(connection, HEALTH) == 1
        assert len(segments.wordings(connection)) == 1


def test_the_words_of_a_list_count_where_they_hold_the_sentence(database: Database) -> None:
    joined(database, person("Ada", "health", consent=f"Signed at the market.\n{AGREED}"))
    assert names(database, HEALTH) == {"Ada"}


def test_whoever_withdraws_the_consent_is_chosen_no_more(database: Database) -> None:
    joined(database, person("Ada", "health"), person("Bo", "health"))
    key = ContactKey(*keys_by_name(database)["Ada"])
    with database.write() as connection:
        withdraw(connection, [key], [FOR_TOPICS], CNIL, now=NOW)
    assert names(database, HEALTH) == {"Bo"}
    assert names(database, HEALTH, needs_consent=False) == {"Bo"}


def test_a_consent_that_is_withdrawn_alone_is_enough(database: Database) -> None:
    """Though the topic stood still, as in a store of before."""
    joined(database, person("Ada", "health"))
    with database.write() as connection:
        (number,) = connection.exec_driver_sql("SELECT id FROM contacts").one()
        consents.withdraw(connection, [number], [FOR_TOPICS], now=NOW)
    assert names(database, HEALTH) == set()


def test_nobody_is_held_whom_no_gate_admitted(database: Database) -> None:
    join(database, person("Ada", "health"))
    assert names(database, HEALTH) == set()


def test_an_area_holds_whose_form_means_it(database: Database) -> None:
    port = Segment("port", area="01")
    with pytest.raises(SegmentError, match="no area '01'"):
        saved(database, port)
    joined(database, person("Ada", area="Quartier du Port"), person("Bo", area="Centre"))
    with database.write() as connection:
        given = [Area("01", "Port", ("quartier du port",)), Area("02", "Centre")]
        take_partition(connection, AreaKind.COMMUNE, given, "cli:ada", now=NOW)
    joined(database, person("Cy", area="le port, 01"), person("Di", area="port"))
    saved(database, port)
    assert names(database, port) == {"Ada", "Di"}
    later = person("Bo", area="PORT", at=NOW + timedelta(seconds=1))
    silent = person("Ada", area=None, at=NOW + timedelta(seconds=1))
    joined(database, later, silent)
    assert names(database, port) == {"Ada", "Bo", "Di"}


def test_an_account_holds_who_follows_it_and_a_day_who_is_regular_since(database: Database) -> None:
    account = page(database, [follows(ADA)])
    joined(database, person("Bo", "health"))
    with pytest.raises(SegmentError, match="no such account"):
        saved(database, Segment("others", account_id=account + 99))
    ours = saved(database, Segment("ours", account_id=account))
    with database.read() as connection:
        assert list(segments.keys(connection, ours)) == [tuple(ADA)]
        for day, count in ((NOW.date(), 2), (NOW.date() + timedelta(days=1), 0), (date(2000, 1, 1), 2)):
            assert segments.count(connection, Segment("new", since=day)) == count
        both = Segment("both", topic="health", account_id=account)
        assert segments.count(connection, both) == 0


def test_a_segment_is_saved_under_a_name_of_its_own_until_it_is_removed(database: Database) -> None:
    kept = saved(database, HEALTH._replace(since=date(2026, 1, 2)))
    with pytest.raises(SegmentError, match="already"):
        saved(database, HEALTH)
    with database.write() as connection:
        assert segments.called(connection, "health")[:5] == kept[:5]
        assert segments.one(connection, kept.id) == segments.every(connection)[0]
        remove_segment(connection, kept.id, "cli:ada", now=NOW)
        with pytest.raises(SegmentError, match="no such segment"):
            remove_segment(connection, kept.id, "cli:ada", now=NOW)
        with pytest.raises(SegmentError, match="There is no segment"):
            segments.called(connection, "health")
    assert saved(database, HEALTH).id != kept.id
    acts = [each["act"] for each in rows(database, "journal_texts")]
    assert acts.count("segment.added") == 2
    assert acts.count("segment.removed") == 1


def test_who_is_told_is_forgotten_with_the_feed_or_in_time(database: Database) -> None:
    joined(database, person("Ada", "health"), person("Bo", "health"))
    kept = saved(database, HEALTH)
    who = keys_by_name(database)
    with database.write() as connection:
        segment_told.note(connection, kept.id, [*who.values(), ("twitter", "long gone")])
        withdraw(connection, [ContactKey(*who["Ada"])], [FOR_TOPICS], CNIL, now=NOW)
        segment_told.part(connection, kept, now=NOW)
        left = {row[2]: row[4] for row in segment_told.left(connection, kept)}
        assert left == {who["Ada"][1]: "left_segment", "long gone": "left_segment"}
        assert segment_told.forget_told(connection, NOW) == 1
        assert segment_told.forget_told(connection, NOW + timedelta(days=1)) == 1
    assert [each["platform_id"] for each in rows(database, "segment_told")] == [who["Bo"][1]]


def test_a_segment_by_nothing_is_refused_by_the_database_too(database: Database) -> None:
    with pytest.raises(SegmentError), database.write() as connection:
        segments.add(connection, Segment("everybody"), "cli:ada", now=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_sign_up_without_topics_targets_nobody(database: Database) -> None:
    joined(database, signed())
    assert [each["for_targeting"] for each in rows(database, "consent_texts")] == [False]
