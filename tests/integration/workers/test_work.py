"""Dispatcher, queue and worker together: a harvest to its end, whatever the queue forgets."""

import contextlib
from typing import Any

import pytest
from dramatiq import Broker, Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

from config.settings import Settings
from store.database import DatabaseError
from tests.contents import inside, rows
from tests.integration.workers.conftest import AUDIENCE, at_work, look_until
from tests.scripted import FOLLOWERS, MENTIONS
from tests.travel import Travel
from workers.broker import QUEUE_DOWN
from workers.dispatcher import Dispatcher

EVERYBODY = {each.platform_id for each in AUDIENCE}


def carried_out(travel: Travel, broker: Broker, *run_ids: int) -> None:
    """Dispatch until the runs have ended."""
    dispatcher = Dispatcher(travel.database, broker, Settings(queue_high_water=100))

    def tick() -> None:
        dispatcher._looked_at_workers = 0.0
        with contextlib.suppress(*QUEUE_DOWN):  # as its own loop does
            dispatcher.tick()

    look_until(lambda: all(travel.run(each)["state"] == "done" for each in run_ids), tick)


def assert_whole(travel: Travel) -> None:
    assert inside(travel.database) == EVERYBODY
    assert len(rows(travel.database, "messaging_contacts")) == len(EVERYBODY)


def test_a_harvest_travels_to_its_end(travel: Travel, broker: Broker) -> None:
    begun = travel.begin(FOLLOWERS, MENTIONS)
    with at_work(travel, broker):
        carried_out(travel, broker, *begun.values())
    assert_whole(travel)
    assert (travel.run(begun[FOLLOWERS])["pages"], travel.run(begun[FOLLOWERS])["requests"]) == (5, 5)
    assert rows(travel.database, "outbox") == []


def test_the_dispatcher_sends_only_the_first_message_and_the_worker_the_others(
    travel: Travel, broker: Broker
) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, broker):
        assert Dispatcher(travel.database, broker, Settings(queue_high_water=100)).tick() == 1
        look_until(lambda: travel.run(run_id)["state"] == "done")
    assert_whole(travel)


def test_a_queue_that_is_flushed_in_the_middle_costs_nothing(
    travel: Travel, queue: RedisBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue, sent = queue.enqueue, []

    def enqueue_and_flush(message: Message[Any], **options: Any) -> Message[Any]:
        sent.append(message)
        if len(sent) in (2, 4):
            queue.client.flushdb()
            return message
        return enqueue(message, **options)

    monkeypatch.setattr(queue, "enqueue", enqueue_and_flush)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, queue):
        carried_out(travel, queue, run_id)
    assert_whole(travel)
    assert travel.run(run_id)["requests"] == 5
    assert len(sent) >= 7


def test_a_message_that_comes_many_times_makes_one_request(travel: Travel, broker: Broker) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    message = Message("harvest.twitter", "harvest_page", (run_id, 0), {}, {})
    with at_work(travel, broker):
        for _ in range(20):
            broker.enqueue(message.copy())
        look_until(lambda: travel.run(run_id)["state"] == "done")
    assert len(travel.connector.requests) == 5


def test_a_worker_that_cannot_send_on_leaves_it_to_the_dispatcher(
    travel: Travel, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue = broker.enqueue
    refusals = [ConnectionClosed("away"), ConnectionClosed("away"), ConnectionResetError()]

    def enqueue_or_fail(message: Message[Any], **options: Any) -> Message[Any]:
        if message.args[1] and refusals:  # type: ignore[misc]  # the fence of a page that is not the first
            raise refusals.pop()
        return enqueue(message, **options)

    monkeypatch.setattr(broker, "enqueue", enqueue_or_fail)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, broker):
        carried_out(travel, broker, run_id)
    assert refusals == []
    assert_whole(travel)


def test_a_worker_outlives_a_page_whose_database_is_away(travel: Travel, broker: Broker) -> None:
    def away() -> None:
        raise DatabaseError("The database cannot be used (disk full).")

    travel.connector.meanwhile = away
    failing = travel.begin(MENTIONS)[MENTIONS]
    with at_work(travel, broker):
        Dispatcher(travel.database, broker, Settings(queue_high_water=100)).tick()
        look_until(lambda: travel.connector.meanwhile is None)
        run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
        carried_out(travel, broker, run_id)
        carried_out(travel, broker, failing)  # given back at once, it is read again after a moment
    assert_whole(travel)
