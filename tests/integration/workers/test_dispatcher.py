"""The dispatcher: what is due goes out once, what was lost again, what dead workers held is free."""

import os
import socket
import subprocess
import threading
from datetime import timedelta
from typing import Any

import pytest
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed
from sqlalchemy import insert, update

from config.settings import Settings
from store.database import Database, DatabaseError
from store.runs import LEASE
from store.tables import harvest_runs, outbox, workers
from tests.contents import rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS
from tests.travel import Travel
from workers.broker import depth
from workers.dispatcher import RESEND_AFTER, Dispatcher
from workers.life import SILENCE, Life, at_work, bury_dead
from workers.runtime import utc_now

HARVEST = "harvest.twitter"
ME = f"worker {os.getpid()}"


@pytest.fixture
def dispatcher(travel: Travel, queue: RedisBroker) -> Dispatcher:
    """Make a dispatcher that has just looked at the workers and the queue's memory."""
    dispatcher = Dispatcher(travel.database, queue, Settings(queue_high_water=100))
    dispatcher.tick()
    return dispatcher


def look_again(dispatcher: Dispatcher) -> int:
    """Let the second pass between two looks at the workers, and tick."""
    dispatcher._looked_at_workers = 0.0
    return dispatcher.tick()


def sent_ago(database: Database, ago: timedelta) -> None:
    with database.write() as connection:
        connection.execute(update(outbox).values(sent_at=utc_now() - ago))


def test_what_is_due_goes_out_once(travel: Travel, queue: RedisBroker, dispatcher: Dispatcher) -> None:
    travel.begin(FOLLOWERS, MENTIONS)
    assert dispatcher.tick() == 2
    assert dispatcher.tick() == 0
    assert look_again(dispatcher) == 0
    assert Dispatcher(travel.database, queue, Settings(queue_high_water=100)).tick() == 0
    assert depth(queue, HARVEST) == 2


def test_what_is_not_due_stays(travel: Travel, dispatcher: Dispatcher) -> None:
    travel.begin(FOLLOWERS)
    with travel.database.write() as connection:
        connection.execute(update(outbox).values(due_at=utc_now() + timedelta(seconds=30)))
    assert dispatcher.tick() == 0


def test_a_clock_that_is_put_back_stalls_nothing(
    travel: Travel, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = travel.begin(FOLLOWERS, MENTIONS)
    ahead = utc_now() + timedelta(hours=5)
    with travel.database.write() as connection:
        connection.execute(update(outbox).values(due_at=ahead, sent_at=ahead))
        connection.execute(update(harvest_runs).values(due_at=ahead, claimed_until=ahead))
    listed(travel.database, os.getpid(), seen_at=ahead)
    monkeypatch.setattr("workers.dispatcher.utc_now", lambda: ahead)
    dispatcher.tick()
    monkeypatch.undo()
    assert dispatcher.tick() == len(waiting)
    now = utc_now()
    assert all(each["due_at"] <= now for each in rows(travel.database, "harvest_runs"))
    assert all(each["claimed_until"] <= now + LEASE for each in rows(travel.database, "harvest_runs"))
    assert all(each["seen_at"] <= now for each in rows(travel.database, "workers"))


def test_a_clock_that_is_only_kept_right_changes_nothing(
    travel: Travel, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.begin(FOLLOWERS)
    with travel.database.write() as connection:
        connection.execute(update(outbox).values(due_at=utc_now() + timedelta(hours=5)))
    monkeypatch.setattr("workers.dispatcher.utc_now", lambda: utc_now() + timedelta(seconds=20))
    dispatcher.tick()
    monkeypatch.undo()
    assert dispatcher.tick() == 0


def test_runs_that_wait_for_the_posts_are_not_sent(travel: Travel, dispatcher: Dispatcher) -> None:
    travel.begin(LIKERS)
    assert dispatcher.tick() == 1


def test_a_full_queue_holds_further_messages_back(travel: Travel, queue: RedisBroker) -> None:
    travel.begin(FOLLOWERS, MENTIONS)
    narrow = Dispatcher(travel.database, queue, Settings(queue_high_water=1))
    assert narrow.tick() == 1
    assert narrow.tick() == 0
    queue.flush(HARVEST)
    assert narrow.tick() == 1


@pytest.mark.parametrize(
    ("ago", "count"),
    [
        pytest.param(RESEND_AFTER + timedelta(seconds=1), 1, id="sent long ago, so perhaps lost"),
        pytest.param(RESEND_AFTER - timedelta(seconds=30), 0, id="sent not so long ago"),
    ],
)
def test_a_message_that_nobody_acted_upon(
    travel: Travel, dispatcher: Dispatcher, ago: timedelta, count: int
) -> None:
    travel.begin(FOLLOWERS)
    dispatcher.tick()
    sent_ago(travel.database, ago)
    assert dispatcher.tick() == count
    assert dispatcher.tick() == 0


def test_a_queue_that_forgot_everything_is_filled_again(
    travel: Travel, queue: RedisBroker, dispatcher: Dispatcher
) -> None:
    travel.begin(FOLLOWERS, MENTIONS)
    dispatcher.tick()
    queue.client.flushdb()
    assert look_again(dispatcher) == 2
    assert depth(queue, HARVEST) == 2
    assert look_again(dispatcher) == 0


def test_a_message_that_the_queue_did_not_take_is_due_at_once(
    travel: Travel, queue: RedisBroker, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionClosed("away")

    travel.begin(FOLLOWERS)
    monkeypatch.setattr(queue, "enqueue", away)
    with pytest.raises(ConnectionClosed):
        dispatcher.tick()
    monkeypatch.undo()
    assert dispatcher.tick() == 1


def dead_pid() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def listed(database: Database, pid: int, **values: Any) -> str:
    """Put a worker on the list."""
    row = {"id": f"worker {pid}", "kind": "worker", "host": socket.gethostname(), "pid": pid}
    now = utc_now()
    with database.write() as connection:
        connection.execute(
            insert(workers).values(**(row | {"queues": HARVEST, "started_at": now, "seen_at": now} | values))
        )
    return f"worker {pid}"


def test_what_a_dead_worker_held_is_free_and_goes_out_again(travel: Travel, dispatcher: Dispatcher) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    dispatcher.tick()
    dead = listed(travel.database, dead_pid())
    with travel.database.write() as connection:
        held = {"claimed_by": dead, "claimed_until": utc_now() + timedelta(minutes=2)}
        connection.execute(update(harvest_runs).values(**held))
    assert travel.step(run_id) is None
    assert look_again(dispatcher) == 1
    assert travel.run(run_id)["claimed_by"] is None
    assert [each["died_at"] is not None for each in rows(travel.database, "workers")] == [True]
    assert travel.step(run_id) is not None


@pytest.mark.parametrize(
    ("host", "started", "seen", "dead"),
    [
        pytest.param(socket.gethostname(), 0, 0, [], id="this very process"),
        pytest.param(socket.gethostname(), 10**6, 0, [ME], id="another process got the number since"),
        pytest.param("elsewhere.example", 0, 30, [], id="another machine that spoke lately"),
        pytest.param(
            "elsewhere.example", 0, SILENCE.total_seconds() + 5, [ME], id="another machine, silent for long"
        ),
    ],
)
def test_who_is_taken_for_dead(
    database: Database, host: str, started: int, seen: float, dead: list[str]
) -> None:
    now = utc_now()
    moments = {"started_at": now - timedelta(seconds=started), "seen_at": now - timedelta(seconds=seen)}
    listed(database, os.getpid(), host=host, **moments)
    assert (HARVEST in at_work(database, now=now)) == (not dead)
    assert bury_dead(database, now=now) == dead
    assert len([each for each in rows(database, "workers") if each["died_at"] is None]) == 1 - len(dead)


def test_a_process_signs_and_is_taken_off_at_its_end(database: Database) -> None:
    life = Life(database, "worker", HARVEST)
    life.begin()
    assert at_work(database, now=utc_now()) == {HARVEST}
    (row,) = rows(database, "workers")
    assert (row["id"], row["pid"], row["queues"]) == (life.id, os.getpid(), HARVEST)
    life.end()
    assert rows(database, "workers") == []


def test_after_an_outage_of_the_database_everything_due_goes_out_again(
    travel: Travel, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.begin(FOLLOWERS)
    assert dispatcher.tick() == 1
    ended, real, ticks = threading.Event(), dispatcher.tick, []

    def tick() -> int:
        ticks.append("away" if not ticks else real())
        if ticks == ["away"]:
            raise DatabaseError("away")
        ended.set()
        return 0

    monkeypatch.setattr(dispatcher, "tick", tick)
    dispatcher.run(ended)
    assert ticks == ["away", 1]
