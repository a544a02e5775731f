"""Expiry: nothing outlives its date, whoever leaves so is told to the feed, and a dry run only counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text, update

from classifier.keeping import limits
from domain.contact import ContactKey
from domain.journal import Act, Entry
from domain.signal import Signal, SignalKind
from pipeline.expire import RULES, begin_expire_if_due, expire, expire_step
from pipeline.page import write_page
from pipeline.redecide import redecide
from store import departures, expiring, jobs, journal, messaging
from store.database import Database
from store.jobs import Job
from store.tables import accounts, metadata, walks
from tests.cast import ADA, BO, CNIL, CY, DI, NOW, follows, likes, mentions
from tests.contents import contents, feed, inside, labels, let_be_shown, rows, wipe
from tests.interests import id_of, page

NOTHING = dict.fromkeys(RULES, 0)
#: Columns that say until when a row may stay.
DATES = ("keep_until", "expires_at", "forget_at")
law = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def after(**by: float) -> datetime:
    return NOW + timedelta(**by)


def more(database: Database, acts: Sequence[Signal], now: datetime) -> None:
    """Store another page towards the same account."""
    with database.write() as connection:
        account_id = connection.scalar(select(accounts.c.id)) or 0
        written = write_page(connection, (account_id, "twitter"), acts, CNIL, now=now)
        messaging.publish(connection, written.steps, now=now)


def ends(database: Database, who: ContactKey, now: datetime, kind: SignalKind = SignalKind.FOLLOWS) -> None:
    """Let an act of somebody end, as a whole walk does."""
    let_be_shown(database)
    with database.write() as connection:
        account_id = connection.scalar(select(accounts.c.id)) or 0
        ended = departures.end(
            connection, account_id, "", [(kind, id_of(database, who))], before=now, now=now
        )
        steps = redecide(connection, ended, who.platform, CNIL, "left", now=now)
        messaging.publish(connection, steps, now=now)


def signs_up(who: ContactKey, at: datetime = NOW) -> Signal:
    return Signal(who, SignalKind.SIGNED_UP, started_at=at)


@pytest.fixture(autouse=True)
def told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody's notice be overdue: what follows from that is tested elsewhere."""
    monkeypatch.setattr("pipeline.page.due_at", lambda *_, **__: after(days=40_000))


def expired(database: Database, now: datetime) -> dict[str, int]:
    """Expire after a dry run that says the same and touches nothing; returns the rules that found any."""
    before = contents(database)
    would = expire(database, CNIL, now=now, dry_run=True)
    assert contents(database) == before
    done = expire(database, CNIL, now=now)
    assert done == would
    assert expire(database, CNIL, now=now) == NOTHING
    return {rule: count for rule, count in done.items() if count}


def test_texts_go_before_acts_and_acts_before_nobody_is_left(database: Database) -> None:
    page(database, [mentions(BO, text="a question"), likes(CY), follows(ADA)])
    assert expired(database, after(days=6)) == {}
    assert expired(database, after(days=8)) == {"texts": 1}
    assert set(labels(database)) == {BO.platform_id, CY.platform_id, ADA.platform_id}
    assert expired(database, after(days=30)) == {"occasional_contacts": 2}
    assert labels(database) == {ADA.platform_id: "regular"}
    assert rows(database, "signals")[0]["kind"] == "follows"
    assert inside(database) == {ADA.platform_id}


def test_an_old_act_of_a_contact_who_stays_goes_with_the_decision_that_told_of_it(database: Database) -> None:
    page(database, [likes(ADA), likes(BO)])
    more(database, [follows(ADA), mentions(BO, "8002")], after(days=10))
    assert expired(database, after(days=31)) == {"acts": 2}
    assert labels(database) == {ADA.platform_id: "regular", BO.platform_id: "occasional"}
    assert {each["kind"] for each in rows(database, "decisions")} == {"follows", "mentioned"}
    assert expired(database, after(days=41)) == {"occasional_contacts": 1}


def test_who_ended_leaves_messaging_at_once_and_everything_after_the_grace(database: Database) -> None:
    page(database, [follows(ADA), follows(BO)])
    ends(database, ADA, after(days=1))
    assert inside(database) == {BO.platform_id}
    assert expired(database, after(days=30)) == {}
    assert expired(database, after(days=31)) == {"ended_contacts": 1}
    assert [each[1:] for each in feed(database) if each[1] == ADA.platform_id] == [
        (ADA.platform_id, "remove", "left")
    ]


def test_an_ended_act_of_a_contact_who_stays_regular_goes_after_the_grace(database: Database) -> None:
    page(database, [follows(ADA), signs_up(ADA)])
    ends(database, ADA, after(days=1))
    assert expired(database, after(days=31)) == {"acts": 1}
    assert [each["kind"] for each in rows(database, "signals")] == ["signed_up"]
    assert {each["kind"] for each in rows(database, "decisions")} == {"signed_up"}
    assert inside(database) == {ADA.platform_id}


def walked(database: Database, began_at: datetime) -> None:
    """Let a whole walk have shown the followers."""
    with database.write() as connection:
        account_id = connection.scalar(select(accounts.c.id))
        connection.execute(walks.delete())
        row = {"account_id": account_id, "stream": "followers", "post": "", "run_id": 1, "kind": "follows"}
        whole = {"began_at": began_at, "ended_at": began_at, "members": 1, "whole": True, "state": "done"}
        connection.execute(walks.insert().values(**row, **whole))


def test_a_regular_contact_without_a_sign_of_life_goes_with_a_tombstone(database: Database) -> None:
    page(database, [follows(ADA), follows(BO)])
    more(database, [mentions(BO)], after(days=1000))
    let_be_shown(database)
    assert expired(database, after(days=3 * 365 + 1)) == {"acts": 1, "inactive_contacts": 1}
    assert inside(database) == {BO.platform_id}
    assert feed(database)[-1][1:] == (ADA.platform_id, "remove", "expired")


def test_a_follow_that_a_whole_walk_has_shown_since_is_a_sign_of_life(database: Database) -> None:
    page(database, [follows(ADA)])
    walked(database, after(days=900))
    assert expired(database, after(days=1200)) == {}
    assert expired(database, after(days=900 + 3 * 366)) == {"inactive_contacts": 1}
    assert inside(database) == set()


def test_a_sign_up_is_to_be_confirmed_anew_and_ends_at_the_limit(database: Database) -> None:
    page(database, [signs_up(ADA), follows(ADA), signs_up(BO), signs_up(DI)])
    more(database, [signs_up(CY)], after(days=760))

    def due(**by: float) -> list[ContactKey]:
        with database.read() as connection:
            return expiring.to_reconfirm(connection, limits(CNIL, after(**by)))

    assert due(days=700) == []
    assert due(days=800) == [ADA, BO, DI]
    more(database, [signs_up(BO, after(days=800))._replace(item="again")], after(days=800))
    assert due(days=801) == [ADA, DI]
    walked(database, after(days=1000))
    let_be_shown(database)
    more(database, [likes(DI)], after(days=1080))
    assert expired(database, after(days=3 * 365 + 1)) == {"sign_ups": 3}
    assert inside(database) == {ADA.platform_id, BO.platform_id, CY.platform_id}
    assert feed(database)[-1][1:] == (DI.platform_id, "remove", "expired")


def test_a_tombstone_stays_to_its_date_and_the_step_of_who_is_inside_for_ever(database: Database) -> None:
    page(database, [follows(ADA), follows(BO)])
    ends(database, ADA, after(days=1))
    expire(database, CNIL, now=after(days=40))
    assert expired(database, after(days=90)) == {}
    assert expired(database, after(days=91)) == {"steps": 1}
    assert [each[1:3] for each in feed(database)] == [(BO.platform_id, "upsert")]


def test_ends_that_came_before_their_act_are_forgotten(database: Database) -> None:
    account_id = page(database, [])
    row = {"account_id": account_id, "act": "x", "ended_at": NOW, "forget_at": after(days=1)}
    with database.write() as connection:
        connection.execute(metadata.tables["ended_acts"].insert().values(**row))
    assert expired(database, after(days=2)) == {"ended_acts": 1}


def test_more_contacts_than_one_part_holds(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipeline.expire.SLICE", 2)
    page(database, [likes(each) for each in (ADA, BO, CY, DI)] + [follows(ADA)])
    assert expired(database, after(days=31)) == {"occasional_contacts": 3, "acts": 1}


def test_who_acts_again_while_expiry_runs_stays(database: Database) -> None:
    page(database, [likes(BO)])
    with database.read() as connection:
        found = expiring.due(connection, "occasional_contacts", limits(CNIL, after(days=31)))
    more(database, [likes(BO, "9002")], after(days=30))
    with database.read() as connection:
        bounds = limits(CNIL, after(days=31))
        again = expiring.due(connection, "occasional_contacts", bounds, only=[each.place for each in found])
    assert (len(found), again) == (1, [])


def test_a_job_expires_once_a_day(database: Database) -> None:
    page(database, [likes(BO)])
    assert begin_expire_if_due(database, now=after(hours=1)) is None
    job_id = begin_expire_if_due(database, now=after(days=31))
    assert job_id is not None
    assert begin_expire_if_due(database, now=after(days=31)) is None
    reached: dict[str, Any] = {}
    ended: list[bool] = []

    def save(_: Connection, so_far: Any, *, done: bool) -> None:
        reached.update(so_far)
        ended.append(done)

    while not (ended and ended[-1]):
        job = Job(job_id, 0, jobs.EXPIRE, {"on": after(days=31).isoformat()}, dict(reached), 1)
        expire_step(database, job, save, after(days=31))
    assert reached["counts"] == NOTHING | {"occasional_contacts": 1}
    assert labels(database) == {}
    with database.write() as connection:
        connection.execute(update(metadata.tables["jobs"]).values(state="done"))
    assert begin_expire_if_due(database, now=after(days=31, hours=23)) is None
    assert begin_expire_if_due(database, now=after(days=32)) is not None


WHO = st.sampled_from([ADA, BO, CY])
ACTS = st.one_of(
    st.builds(follows, WHO),
    st.builds(likes, WHO, st.sampled_from(["9001", "9002"])),
    st.builds(lambda who, item: mentions(who, item, text="words"), WHO, st.sampled_from(["8001", "8002"])),
    st.builds(signs_up, WHO),
)
DAYS = st.sampled_from([0, 1, 7, 20, 40, 400, 1100])
EVENTS = st.lists(st.one_of(st.tuples(DAYS, ACTS), st.tuples(DAYS, WHO)), max_size=8)


@law
@given(EVENTS, DAYS)
def test_nothing_lives_past_its_date(database: Database, events: list[tuple[int, Any]], last: int) -> None:
    wipe(database)
    page(database, [])
    now = NOW
    was_inside: set[str] = set()
    for days, event in events:
        now += timedelta(days=days)
        if isinstance(event, Signal):
            more(database, [event], now)
        elif event.platform_id in labels(database):
            ends(database, event, now)
        was_inside |= inside(database)
    now += timedelta(days=last)
    expired(database, now)
    for table in metadata.sorted_tables:
        for column in DATES:
            if column in table.columns:
                late = [each for each in rows(database, table.name) if each[column] and each[column] <= now]
                assert late == [], table.name
    assert [
        each
        for each in rows(database, "signals")
        if each["ended_at"] and each["ended_at"] <= now - timedelta(days=30)
    ] == []
    acts = {(each["contact_id"], each["kind"], each["item"]) for each in rows(database, "signals")}
    assert {each["contact_id"] for each in rows(database, "signals")} == {
        each["id"] for each in rows(database, "contacts")
    }
    for each in rows(database, "decisions"):
        assert each["kind"] is None or (each["contact_id"], each["kind"], each["item"]) in acts
    told = {platform_id: op for _, platform_id, op, _ in feed(database)}
    assert {each for each, op in told.items() if op == "upsert"} <= inside(database)
    with database.read() as connection:
        cutoff = limits(CNIL, now).steps_before
        old = connection.execute(text("SELECT count(*) FROM changes WHERE op = 'remove'"))
        assert old.scalar_one() == sum(
            each["op"] == "remove" and each["at"] > cutoff for each in rows(database, "changes")
        )


def test_what_the_journal_says_of_longer_ago_goes_and_its_chain_holds(database: Database) -> None:
    page(database, [])
    with database.write() as connection:
        for at in (NOW, after(days=1), after(days=400)):
            journal.record(connection, Entry("cli:op", Act.EXPORT_WRITTEN, at))
    last_day = after(days=3 * 365)  # a leap day lies between
    assert expired(database, last_day) == {}
    assert expired(database, last_day + timedelta(days=2, seconds=1)) == {"old_journal": 2}
    assert expired(database, last_day + timedelta(days=2, seconds=1)) == {}
    with database.read() as connection:
        assert [each["act"] for each in journal.listed(connection, count=9)] == [
            "journal.texts_deleted",
            "export.written",
            None,
            None,
        ]
        assert journal.verify(connection).findings == ()


def test_what_the_journal_says_of_people_who_are_gone_goes(database: Database) -> None:
    page(database, [follows(ADA)])
    with database.write() as connection:
        for who in (ADA, BO):
            journal.record(connection, Entry("cli:op", Act.CONTACT_SHOWN, NOW, who))
    assert expired(database, NOW) == {"journal": 1}
    with database.read() as connection:
        known = {each["subject_key"] for each in journal.listed(connection, count=9)}
        assert journal.verify(connection).findings == ()
    assert known == {str(ADA), None}
