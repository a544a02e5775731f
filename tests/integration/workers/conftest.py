"""Fixtures of the workers: brokers of both kinds, and an account whose followers are to be read."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import dramatiq
import pytest
from dramatiq import Broker
from dramatiq.brokers.redis import RedisBroker

from domain.contact import ContactKey
from store.database import Database
from tests.cast import follows
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Clock, Travel
from workers import actors
from workers.broker import CONTROL, process_broker, redis_broker
from workers.runtime import utc_now

#: Looks at something that another thread does, and seconds between two of them.
LOOKS, LOOK_S = 3000, 0.01
AUDIENCE = tuple(ContactKey("twitter", str(7000 + each)) for each in range(10))


class Present(Clock):
    """The real time: messages and leases of these tests are real."""

    def __call__(self) -> datetime:
        return utc_now()


@pytest.fixture
def queue(valkey_server: str) -> Iterator[RedisBroker]:
    """Connect to an empty queue server."""
    broker = redis_broker(valkey_server)
    broker.client.flushall()
    yield broker
    broker.close()
    broker.client.close()


@pytest.fixture(params=["queue server", "in the process"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Make a broker of each kind."""
    if request.param == "queue server":
        yield request.getfixturevalue("queue")
    else:
        broker = process_broker()
        yield broker
        broker.close()


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let ten people follow, listed two a page."""
    listings = {(FOLLOWERS, ""): [follows(each) for each in AUDIENCE]}
    return Travel(database, ScriptedConnector(listings, upsets=[2] * 9), clock=Present())


@contextmanager
def at_work(travel: Travel, broker: Broker, queue: str = "harvest.twitter") -> Iterator[None]:
    """Let a worker of two threads carry out messages while the block lasts."""
    actors.declare(broker, replace(travel.road, worker="a worker of this process"))
    worker = dramatiq.Worker(broker, queues={queue, CONTROL}, worker_threads=2, worker_timeout=20)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def look_until(holds: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
    """Do `meanwhile` over and over until something holds."""
    pause = threading.Event()
    for _ in range(LOOKS):
        if holds():
            return
        meanwhile()
        pause.wait(LOOK_S)
    raise AssertionError("What was waited for did not happen.")
