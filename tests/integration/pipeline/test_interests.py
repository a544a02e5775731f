"""Interests in the store: of regular contacts only, as the pack allows, gone with what they rest on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from classifier.topic_rules import Inferred
from config.reading import reader_by
from config.topics import load
from domain.contact import ContactKey
from domain.errors import RegularsError
from pipeline import interests as reading
from pipeline.choosing import Wish, choose
from pipeline.interests import allow, begin_reading_if_due, find
from pipeline.reclassify import begin_reclassify, reclassify_step
from pipeline.redecide import redecide
from pipeline.remove import remove_account
from store import accounts, interests, jobs, messaging
from store.database import Database
from store.interests import Spoke
from store.jobs import Job
from store.tables import contacts, harvest_runs, messaging_contacts, signals, texts
from tests.cast import ADA, BO, CNIL, DI, EU, LATER, NOW, follows, objects
from tests.contents import feed, let_be_shown, rows
from tests.interests import id_of, page, read, writes
from tests.scripted import FOLLOWERS
from tests.sensitive import statements
from tests.travel import Travel

TABLES = ("topic_holders", "spoken", "declared_topics", "chosen_topics", "interests")
AN_INTEREST = [follows(ADA), *(writes(ADA, str(each), "about #housing") for each in range(8001, 8004))]


def found(database: Database, who: ContactKey = ADA) -> dict[str, tuple[str, int]]:
    """Return a contact's interests: strength and number of texts by topic."""
    with database.read() as connection:
        return {
            each["topic"]: (each["strength"], each["texts"])
            for each in interests.of_contact(connection, id_of(database, who))
        }


def say(database: Database, wish: Wish, who: ContactKey = ADA) -> None:
    with database.write() as connection:
        choose(connection, who, wish, CNIL, now=NOW)


DECLARED = Wish(declare=("health",), consent="Write to me about health.", source="form of 2026-11-01")


def test_texts_of_regular_contacts_make_interests_with_their_words(database: Database) -> None:
    page(database, AN_INTEREST)
    assert read(database) == {"texts": 3, "contacts": 1}
    assert found(database) == {"housing": ("interest", 3)}
    (row,) = rows(database, "interests")
    assert (row["words"], row["place"], row["platform"]) == ('["word of housing"]', 0, "twitter")
    assert row["last_at"] == NOW
    with database.read() as connection:
        (spoken,) = interests.evidence(connection, [row["contact_id"]], now=NOW).values()
    assert {each.signal.partition(":")[2] for each in spoken} == {
        f"mentioned:{each}" for each in range(8001, 8004)
    }


def test_nothing_is_read_twice_and_nothing_is_written_where_nothing_changed(database: Database) -> None:
    page(database, AN_INTEREST)
    read(database)
    before = {each: rows(database, each) for each in TABLES}
    assert read(database) == {"contacts": 0}
    page(database, AN_INTEREST)
    assert read(database) == {"contacts": 0}
    assert {each: rows(database, each) for each in TABLES} == before


def test_nobody_else_has_topics_tied_to_them(database: Database) -> None:
    page(database, [writes(BO, "8001", "about #housing"), writes(BO, "8002", "about #housing")])
    assert read(database) == {"contacts": 0}
    assert all(rows(database, each) == [] for each in TABLES)
    assert {each["unread"] for each in rows(database, "texts")} == {False}


def test_whoever_becomes_regular_is_read_then(database: Database) -> None:
    page(database, AN_INTEREST[1:])
    read(database)
    page(database, [follows(ADA)])
    assert read(database) == {"texts": 3, "contacts": 1}
    assert found(database) == {"housing": ("interest", 3)}


def test_an_undecided_text_weighs_less(database: Database) -> None:
    page(database, [follows(ADA), *(writes(ADA, str(each), "#housing?") for each in range(8001, 8004))])
    read(database)
    assert found(database) == {"housing": ("hint", 3)}


def test_texts_under_one_post_are_one_vote(database: Database) -> None:
    acts = [writes(ADA, str(each), "#housing", under="9001") for each in range(8001, 8006)]
    page(database, [follows(ADA), *acts])
    read(database)
    assert found(database) == {"housing": ("hint", 1)}


def test_a_text_past_its_date_is_not_read(database: Database) -> None:
    page(database, AN_INTEREST)
    late = NOW + timedelta(days=8)
    assert read(database, now=late) == {"contacts": 0}
    assert begin_reading_if_due(database, now=late) is None


def test_what_remains_of_a_text_that_is_gone_is_the_evidence(database: Database) -> None:
    page(database, AN_INTEREST)
    read(database)
    with database.write() as connection:
        connection.execute(delete(texts))
    read(database, now=NOW + timedelta(days=2))
    assert found(database) == {"housing": ("interest", 3)}


def test_an_act_that_ended_or_went_counts_no_more(database: Database) -> None:
    page(database, AN_INTEREST)
    read(database)
    with database.write() as connection:
        connection.execute(update(signals).where(signals.c.item == "8001").values(ended_at=NOW))
        connection.execute(delete(signals).where(signals.c.item == "8002"))
    read(database, now=NOW + timedelta(days=2))
    assert found(database) == {"housing": ("hint", 1)}
    assert len(rows(database, "spoken")) == 2


def test_interests_grow_old(database: Database) -> None:
    page(database, AN_INTEREST)
    read(database)
    assert read(database, now=LATER - timedelta(seconds=1)) == {"contacts": 0}
    assert read(database, now=NOW + timedelta(days=900)) == {"contacts": 1}
    assert found(database) == {}


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(Wish(pin=("digital",)), {"digital": "interest", "housing": "interest"}, id="pinned"),
        pytest.param(Wish(remove=("housing",)), {}, id="removed"),
        pytest.param(DECLARED, {"health": "declared", "housing": "interest"}, id="declared"),
        pytest.param(replace_ := DECLARED._replace(declare=("housing",)), {"housing": "declared"}, id="both"),
    ],
)
def test_a_humans_word_holds_whatever_is_read_later(
    database: Database, wish: Wish, expected: dict[str, str]
) -> None:
    page(database, AN_INTEREST)
    read(database)
    say(database, wish)
    for _ in range(2):
        assert {topic: strength for topic, (strength, _) in found(database).items()} == expected
        page(database, [writes(ADA, "8099", "more #housing")])
        read(database, now=NOW + timedelta(hours=1))


def test_a_removal_withdraws_what_was_declared_and_can_be_taken_back(database: Database) -> None:
    page(database, AN_INTEREST)
    read(database)
    say(database, DECLARED._replace(declare=("housing",)))
    say(database, Wish(remove=("housing",)))
    assert (found(database), rows(database, "declared_topics")) == ({}, [])
    say(database, Wish(take_back=("housing",)))
    assert found(database) == {"housing": ("interest", 3)}
    say(database, Wish(remove=("housing",)))
    say(database, DECLARED._replace(declare=("housing",)))
    assert found(database)["housing"][0] == "declared"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        pytest.param(Wish(pin=("health",)), "only where the contact declared it", id="an inferred health"),
        pytest.param(Wish(pin=("party",)), "There is no topic 'party'", id="no topic"),
        pytest.param(Wish(declare=("health",)), "needs --consent", id="without consent"),
        pytest.param(DECLARED._replace(source=" "), "needs --consent", id="without a source"),
        pytest.param(Wish(pin=("digital",), remove=("digital",)), "named twice", id="two things of one"),
        pytest.param(Wish(take_back=("digital",)), "Nobody pinned or removed digital", id="nothing to undo"),
    ],
)
def test_what_may_not_be_said_is_refused_and_changes_nothing(
    database: Database, wish: Wish, sentence: str
) -> None:
    page(database, AN_INTEREST)
    before = {each: rows(database, each) for each in TABLES}
    with pytest.raises(RegularsError, match=sentence):
        say(database, wish)
    assert {each: rows(database, each) for each in TABLES} == before


def test_of_an_occasional_contact_nothing_may_be_said(database: Database) -> None:
    page(database, [writes(BO, "8001", "about #housing")])
    with pytest.raises(RegularsError, match="This contact is occasional"):
        say(database, DECLARED, BO)


# What is tied goes with what it rests on.


def tied(database: Database) -> int:
    """Tie everything to Ada that can be; returns her id."""
    page(database, [*AN_INTEREST, follows(DI)])
    read(database)
    say(database, DECLARED)
    say(database, Wish(pin=("digital",), remove=("economy",)))
    assert all(rows(database, each) for each in TABLES)
    return id_of(database, ADA)


def test_a_demotion_takes_all_topics_along(database: Database) -> None:
    ada = tied(database)
    with database.write() as connection:
        connection.execute(update(signals).where(signals.c.kind == "follows").values(ended_at=NOW))
        steps = redecide(connection, [ada], "twitter", CNIL, "unfollowed", now=LATER)
        messaging.publish(connection, steps, now=LATER)
    assert all(rows(database, each) == [] for each in TABLES)
    assert read(database, now=LATER) == {"contacts": 0}


def test_an_objection_takes_all_topics_along(database: Database) -> None:
    tied(database)
    page(database, [objects(ADA)])
    assert all(rows(database, each) == [] for each in (*TABLES, "texts"))


def test_a_deletion_takes_all_topics_along(database: Database) -> None:
    ada = tied(database)
    with database.write() as connection:
        connection.execute(delete(messaging_contacts))
        connection.execute(delete(contacts).where(contacts.c.id == ada))
    assert all(rows(database, each) == [] for each in TABLES)


def test_a_removed_account_takes_along_what_was_said_to_it(database: Database) -> None:
    account_id = page(database, AN_INTEREST)
    with database.write() as connection:
        other = replace(accounts.get(connection, account_id), platform_id="5001", name="other", id=0)
        other_id = accounts.add(connection, other, accounts.Sealed(b"sealed", None, None), now=NOW)
        connection.execute(
            signals.insert().values(
                account_id=other_id, kind="follows", item="", contact_id=id_of_ada(connection), seen_at=NOW
            )
        )
    read(database)
    let_be_shown(database)
    assert found(database) == {"housing": ("interest", 3)}
    before = len(feed(database))
    with database.write() as connection:
        remove_account(connection, accounts.get(connection, account_id), CNIL, now=LATER)
    assert found(database) == {}
    assert rows(database, "spoken") == []
    assert [each[2:] for each in feed(database)[before:]] == [("upsert", "interests")]


def id_of_ada(connection: object) -> int:
    return int(connection.scalar(contacts.select().with_only_columns(contacts.c.id)))  # type: ignore[attr-defined]


# The database says it, too.


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE contacts SET label = 'occasional' WHERE id = :ada", id="the contact is demoted"),
        pytest.param(
            "INSERT INTO topic_holders (contact_id, label) VALUES (:bo, 'regular')", id="occasional"
        ),
        pytest.param(
            "INSERT INTO topic_holders (contact_id, label) VALUES (:bo, 'occasional')", id="as such"
        ),
        pytest.param("UPDATE spoken SET topic = 'health'", id="health is inferred from texts"),
        pytest.param("UPDATE spoken SET platform = 'radio'", id="something is inferred from elsewhere"),
        pytest.param("UPDATE interests SET topic = 'security' WHERE strength = 'interest'", id="an interest"),
        pytest.param("UPDATE interests SET platform = NULL WHERE strength = 'interest'", id="an origin"),
        pytest.param(
            "UPDATE interests SET strength = 'interest' WHERE topic = 'health'", id="inferred at last"
        ),
        pytest.param("UPDATE chosen_topics SET topic = 'social' WHERE choice = 'pinned'", id="a pinned one"),
        pytest.param("UPDATE declared_topics SET consent = ''", id="a consent of no words"),
        pytest.param("UPDATE interests SET strength = 'opinion'", id="another strength"),
    ],
)
def test_the_database_refuses(database: Database, statement: str) -> None:
    page(database, [writes(BO, "8001", "about #housing")])
    tied(database)
    with database.write() as connection:
        connection.execute(delete(messaging_contacts))
    ids = {"ada": id_of(database, ADA), "bo": id_of(database, BO)}
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})


# The pack decides.


def put_in_force(database: Database, pack: str) -> None:
    with database.write() as connection:
        begin_reclassify(connection, pack, now=NOW)
    reached: dict[str, object] = {}
    ended: list[bool] = []

    def save(_connection: object, so_far: object, *, done: bool) -> None:
        reached.update(so_far)  # type: ignore[call-overload]
        ended.append(done)

    while not (ended and ended[-1]):
        job = Job(1, 0, jobs.RECLASSIFY, {"pack": pack}, dict(reached), 1)
        reclassify_step(database, job, save, NOW)


def test_2016_infers_all_but_health_security_and_social(database: Database) -> None:
    every = ("health", "security", "social", "digital", "local_life")
    acts = [
        writes(ADA, f"{8001 + place * 2 + each}", f"#{topic}")
        for place, topic in enumerate(every)
        for each in range(2)
    ]
    page(database, [follows(ADA), *acts])
    read(database)
    assert {each["topic"] for each in rows(database, "spoken")} == {"digital", "local_life"}
    assert set(found(database)) == {"digital", "local_life"}


def test_2026_takes_away_what_was_inferred_and_keeps_what_was_declared(database: Database) -> None:
    tied(database)
    let_be_shown(database)
    before = len(feed(database))
    put_in_force(database, "eu-2026")
    assert found(database) == {"health": ("declared", 0)}
    assert rows(database, "spoken") == []
    assert [each["choice"] for each in rows(database, "chosen_topics")] == ["removed"]
    assert rows(database, "inferable_topics") == []
    assert [each[1:3] for each in feed(database)[before:]].count((ADA.platform_id, "upsert")) == 1
    with pytest.raises(RegularsError, match="eu-2026 lets digital"), database.write() as connection:
        choose(connection, ADA, Wish(pin=("digital",)), EU, now=NOW)


def test_under_2026_nothing_inferred_can_be_written(database: Database) -> None:
    account_id = page(database, AN_INTEREST)
    ada = id_of(database, ADA)
    spoke = Spoke(ada, account_id, "mentioned", "8001", "housing", "twitter", "", 4.0, ("rent",), NOW)
    with database.write() as connection:
        allow(connection, EU)
        interests.hold(connection, [ada])
        interests.keep(connection, [spoke])
    assert rows(database, "spoken") == []
    with database.write() as connection:
        allow(connection, CNIL)
        interests.keep(connection, [spoke])
    assert len(rows(database, "spoken")) == 1


def test_a_pack_that_comes_into_force_meanwhile_is_read_under(database: Database) -> None:
    page(database, AN_INTEREST)
    page(database, [], EU)
    read(database)
    assert rows(database, "spoken") == []


def test_each_pack_says_of_each_platform_what_is_inferred(database: Database) -> None:
    only_x = replace(
        CNIL,
        topics={
            each: replace(rule, platforms=("facebook",)) if rule.inferred is Inferred.CONTACTS else rule
            for each, rule in CNIL.topics.items()
        },
    )
    page(database, AN_INTEREST)
    read(database)
    with database.write() as connection:
        allow(connection, only_x)
        (step,) = find(connection, [id_of_ada(connection)], now=NOW)
    assert (step.op, step.reason) == ("upsert", "interests")
    assert found(database) == {}


# The feed and the job.


def test_the_feed_tells_of_shown_topics_only_and_of_those_inside_only(database: Database) -> None:
    acts = [writes(who, f"{item}{who.platform_id}", "#housing") for who in (ADA, DI) for item in (80, 81, 82)]
    page(database, [follows(ADA), follows(DI), *acts])
    with database.write() as connection:
        connection.execute(
            delete(messaging_contacts).where(messaging_contacts.c.contact_id == id_of(database, DI))
        )
    let_be_shown(database)
    before = len(feed(database))
    read(database)
    assert [each[1:] for each in feed(database)[before:]] == [(ADA.platform_id, "upsert", "interests")]
    page(database, [writes(ADA, "8500", "a hint of #digital")])
    read(database)
    assert found(database)["digital"] == ("hint", 1)
    assert len(feed(database)) == before + 1
    assert {each["contact_id"] for each in rows(database, "messaging_contacts")} == {id_of(database, ADA)}


def test_a_reading_begins_when_texts_wait_and_no_harvest_runs(database: Database) -> None:
    travel = Travel(database)
    assert begin_reading_if_due(database, now=NOW) is None
    page(database, AN_INTEREST)
    travel.begin(FOLLOWERS)
    assert begin_reading_if_due(database, now=NOW) is None
    with database.write() as connection:
        connection.execute(update(harvest_runs).values(state="done"))
    assert begin_reading_if_due(database, now=NOW) is not None
    assert begin_reading_if_due(database, now=LATER) is None  # one at a time
    with database.write() as connection:
        connection.execute(text("UPDATE jobs SET state = 'done'"))
    assert begin_reading_if_due(database, now=NOW) is None  # not every second
    assert begin_reading_if_due(database, now=NOW + timedelta(minutes=1)) is not None


def test_texts_are_read_in_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    page(database, [follows(DI), writes(DI, "8101", "#digital"), *AN_INTEREST])
    assert read(database) == {"texts": 4, "contacts": 2}
    assert found(database) == {"housing": ("interest", 3)}
    assert found(database, DI) == {"digital": ("hint", 1)}


def test_nothing_of_a_thousand_sensitive_sentences_is_stored(database: Database) -> None:
    said = [writes(ADA, str(place), text) for place, text in enumerate(statements(1000, seed=3))]
    page(
        database,
        [follows(ADA), *said, writes(ADA, "public", "Encadrer les loyers, construire des logements")],
    )
    assert read(database, reader=lambda: reader_by(load()))["texts"] == 1001
    assert {each["item"] for each in rows(database, "spoken")} == {"public"}
    assert [each["topic"] for each in rows(database, "interests")] == ["housing"]
