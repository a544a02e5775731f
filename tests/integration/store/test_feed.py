"""The feed: one gapless sequence, in which no reader ever sees a smaller number come later."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from domain.contact import ContactKey
from domain.label import Label
from domain.signal import Signal
from pipeline.admit import review
from pipeline.page import write_page
from store import admissions, contacts, feed_rows, messaging
from store.admissions import Said
from store.contacts import Fresh
from store.database import Database, DeadlockError
from store.messaging import Step
from store.tables import changes
from tests.cast import ADA, BO, CNIL, DI, NOW, PROFILES, added, follows, likes, objects
from tests.contents import feed, inside, let_be_shown, rows

WRITERS, PAGES = 4, 12


def admit(connection: Connection, *keys: ContactKey) -> list[Step]:
    """Add regular contacts whom the gates admit; returns the steps that show them."""
    fresh = [Fresh(each.platform_id, Label.REGULAR, PROFILES[each], None) for each in keys]
    ids = contacts.add(connection, "twitter", fresh, now=NOW)
    steps = [Step(ids[each.platform_id], *each, "upsert", "admitted") for each in keys]
    messaging.publish(connection, steps, now=NOW)  # they come in, and take no number
    admissions.put(
        connection, [Said(each.contact_id, None, "[]", "{}", told=True) for each in steps], now=NOW
    )
    return steps


def write(database: Database, acts: list[Signal]) -> None:
    """Write a page and publish its steps, as a harvest does."""

    def act(connection: Connection) -> None:
        written = write_page(connection, (1, "twitter"), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)

    database.transact(act)


def test_each_change_takes_the_next_number(database: Database) -> None:
    with database.write() as connection:
        added(connection)
    write(database, [follows(ADA), likes(BO)])
    let_be_shown(database)
    write(database, [follows(DI), follows(BO)])
    assert len(feed(database)) == 1
    let_be_shown(database)
    write(database, [objects(ADA)])
    assert [(seq, op) for seq, _, op, _ in feed(database)] == [
        (1, "upsert"),
        (2, "upsert"),
        (3, "upsert"),
        (4, "remove"),
    ]
    with database.read() as connection:
        assert messaging.counts(connection) == (2, 4)


def test_a_transaction_that_fails_leaves_no_gap(database: Database) -> None:
    with database.engine.connect() as connection:
        messaging.publish(connection, admit(connection, ADA), now=NOW)
        connection.rollback()
    with database.write() as connection:
        messaging.publish(connection, admit(connection, DI), now=NOW)
    assert feed(database) == [(1, DI.platform_id, "upsert", "admitted")]


def test_without_a_step_the_counter_stays_free(database: Database) -> None:
    with database.write() as connection:
        messaging.publish(connection, [], now=NOW)
    with database.read() as connection:
        assert messaging.counts(connection) == (0, 0)


def test_a_tombstone_stands_until_its_contact_comes_back(database: Database) -> None:
    with database.write() as connection:
        steps = admit(connection, ADA, DI)
        messaging.publish(connection, steps, now=NOW)
    with database.write() as connection:
        assert messaging.take_out(connection, [each.contact_id for each in steps]) == {1, 2}
        assert messaging.take_out(connection, [1]) == set()
        removals = [each._replace(op="remove", reason="unfollowed") for each in steps]
        messaging.publish(connection, removals, now=NOW)
    with database.write() as connection:
        messaging.publish(connection, [steps[1]], now=NOW)
    let_be_shown(database)
    with database.read() as connection:
        tombstones = [each._asdict() for each in feed_rows.tombstones(connection)]
    assert [(each["platform_id"], each["seq"], each["reason"]) for each in tombstones] == [
        (ADA.platform_id, 3, "unfollowed")
    ]
    assert inside(database) == {DI.platform_id}
    assert rows(database, "messaging_contacts")[0]["seq"] == 5


def in_thread(pool: ThreadPoolExecutor, database: Database, key: ContactKey) -> Future[None]:
    def act() -> None:
        with database.write() as connection:
            messaging.publish(connection, admit(connection, key), now=NOW)

    return pool.submit(act)


def await_waiting(database: Database, future: Future[None]) -> None:
    """Look until the other transaction waits for a lock; fails where it went through instead."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while True:
        assert not future.done(), "the second transaction took a number before the first one ended"
        with database.read() as connection:
            if connection.scalar(waiting):
                return


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("commits", [True, False], ids=["commits", "rolls back"])
def test_who_comes_second_waits_for_the_number_until_the_first_one(database: Database, commits: bool) -> None:  # noqa: FBT001
    with ThreadPoolExecutor(1) as pool:
        with database.engine.connect() as connection:
            messaging.publish(connection, admit(connection, ADA), now=NOW)
            second = in_thread(pool, database, DI)
            await_waiting(database, second)
            assert feed(database) == []
            connection.commit() if commits else connection.rollback()
        second.result(timeout=20)
    expected = [ADA.platform_id, DI.platform_id] if commits else [DI.platform_id]
    assert [each[:2] for each in feed(database)] == list(enumerate(expected, start=1))


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_long_transaction_that_publishes_last_holds_nobody_up(database: Database) -> None:
    with database.engine.connect() as connection:
        steps = admit(connection, ADA)
        with ThreadPoolExecutor(1) as pool:
            other = in_thread(pool, database, DI)
            try:
                other.result(timeout=10)
            except TimeoutError:
                connection.rollback()  # or the other one would wait for ever
                raise
        assert [each[:2] for each in feed(database)] == [(1, DI.platform_id)]
        messaging.publish(connection, steps, now=NOW)
        connection.commit()
    assert [each[:2] for each in feed(database)] == [(1, DI.platform_id), (2, ADA.platform_id)]


def polled(database: Database, ended: threading.Event) -> int:
    """Read the feed over and over; each look must show the numbers from 1 on without a gap."""
    looks = 0
    while True:
        last_look = ended.is_set()
        with database.read() as connection:
            seen = connection.scalars(select(changes.c.seq).order_by(changes.c.seq)).all()
        assert list(seen) == list(range(1, len(seen) + 1))
        looks += 1
        if last_look:
            return looks


def written_by(database: Database, start: threading.Barrier, writer: int) -> int:
    """Write pages whose people the other writers meet too, in another order."""
    start.wait(timeout=20)
    for page in range(PAGES):
        people = [ContactKey("twitter", str(7000 + 10 * page + each)) for each in range(20)]
        turned = people[writer * 5 :] + people[: writer * 5]
        write(database, [follows(each) for each in (turned if writer % 2 else reversed(turned))])
        review(database, CNIL, None, now=NOW)
    return writer


def test_writers_at_once_make_one_feed_for_every_reader(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlocks: list[Any] = []
    monkeypatch.setattr(DeadlockError, "__init__", lambda self, *given: deadlocks.append((self, given)))
    with database.write() as connection:
        added(connection)
    ended, start = threading.Event(), threading.Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(polled, database, ended)
        writers = [pool.submit(written_by, database, start, each) for each in range(WRITERS)]
        try:
            assert [each.result(timeout=60) for each in writers] == list(range(WRITERS))
        finally:
            ended.set()
        assert reader.result(timeout=60) > 1
    # A page whose people another one added meanwhile may deadlock and is then written again: rarely.
    assert len(deadlocks) <= WRITERS
    people = {str(7000 + each) for each in range(10 * (PAGES - 1) + 20)}
    assert inside(database) == people
    assert sorted(each[1] for each in feed(database)) == sorted(people)
    assert len(rows(database, "decisions")) == len(people)


def test_a_reader_sees_one_state_of_the_feed_however_long_it_reads(database: Database) -> None:
    with database.write() as connection:
        messaging.publish(connection, admit(connection, ADA), now=NOW)
    with database.read() as connection:
        assert messaging.counts(connection) == (1, 1)
        with database.write() as other:
            messaging.publish(other, admit(other, DI), now=NOW)
        assert messaging.counts(connection) == (1, 1)
    assert len(feed(database)) == 2
