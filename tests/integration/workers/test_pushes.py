"""The inbox at work: the dispatcher sends for a worker, which takes in all that waits."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dramatiq import Broker
from dramatiq.brokers.redis import RedisBroker

from config.settings import Settings
from store import inbox
from store.database import Database, sqlite_url
from tests.cast import ADA, BO
from tests.contents import inside, rows
from tests.integration.workers.conftest import at_work, look_until
from tests.pushed import KEEP, arrive, follow
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers.broker import CONTROL, depth
from workers.dispatcher import Dispatcher
from workers.pushes import Postman
from workers.runtime import utc_now


def test_what_waits_is_taken_in_by_whoever_works(travel: Travel, broker: Broker) -> None:
    dispatcher = Dispatcher(travel.database, broker, Settings())
    arrive(travel, *(follow(each, utc_now()) for each in (ADA, BO)))
    with at_work(travel, broker):
        look_until(lambda: inside(travel.database) == {"7001", "7002"}, dispatcher.tick)
    assert {each["state"] for each in rows(travel.database, "inbox")} == {"taken"}


def test_an_inbox_of_its_own_is_looked_into(travel: Travel, broker: Broker, tmp_path: Path) -> None:
    own = inbox.beside(tmp_path, travel.database)
    assert (own is travel.database) is not travel.database.on_sqlite
    travel.road = replace(travel.road, inbox=own)
    arrive(travel, follow(ADA, utc_now()))
    dispatcher = Dispatcher(travel.database, broker, Settings(), replace(travel.road, inbox=own))
    with at_work(travel, broker):
        look_until(lambda: inside(travel.database) == {"7001"}, dispatcher.tick)
    own.close()


def test_nobody_is_sent_for_twice_or_for_nothing(travel: Travel, queue: RedisBroker) -> None:
    postman = Postman(travel.database, travel.database, queue)
    assert not postman.look(utc_now())
    arrive(travel, follow(ADA, utc_now()))
    assert postman.look(utc_now())
    assert not postman.look(utc_now())
    assert depth(queue, CONTROL) == 1


def test_what_was_never_taken_in_is_told_when_it_expires(
    travel: Travel, queue: RedisBroker, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(travel, follow(ADA, utc_now()), at=utc_now() - KEEP - timedelta(seconds=1))
    assert not Postman(travel.database, travel.database, queue).look(utc_now())
    assert rows(travel.database, "inbox") == []
    assert [each.message for each in caplog.records] == ["push.expired"]


def test_an_inbox_that_cannot_be_used_holds_no_harvest_back(
    travel: Travel, queue: RedisBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = Database(sqlite_url(tmp_path / "nowhere" / "inbox.db"))
    travel.begin(FOLLOWERS)
    dispatcher = Dispatcher(travel.database, queue, Settings(), replace(travel.road, inbox=away))
    assert dispatcher.tick() == 1
    dispatcher.tick()
    assert [each.message for each in caplog.records] == ["push.inbox_away"]


def test_pushes_wait_while_the_database_is_away(
    travel: Travel, broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(travel, follow(ADA, utc_now()))
    away = Database(sqlite_url(tmp_path / "nowhere" / "regulars.db"))
    travel.road = replace(travel.road, database=away, inbox=travel.database)
    dispatcher = Dispatcher(travel.database, broker, Settings())
    with at_work(travel, broker):
        look_until(lambda: "push.waits" in caplog.text, dispatcher.tick)
    (kept,) = rows(travel.database, "inbox")
    assert (kept["state"], kept["attempts"], kept["problem"]) == ("waiting", 0, None)
