"""Rosters kept fresh by a dispatcher and workers: look, walk, and nothing more until it is due."""

from dramatiq import Broker

from config.settings import Settings
from domain.freshness import Wish
from domain.stream import COUNT
from store import freshness
from tests.contents import inside, rows
from tests.integration.workers.conftest import AUDIENCE, at_work, look_until
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers.dispatcher import Dispatcher
from workers.runtime import utc_now


def test_a_dispatcher_begins_what_is_due_and_workers_carry_it_out(travel: Travel, broker: Broker) -> None:
    travel.connector.upsets.clear()
    with travel.database.write() as connection:
        freshness.wish(connection, travel.account.id, Wish(), now=utc_now())
    dispatcher = Dispatcher(travel.database, broker, Settings(), travel.road)

    def tick() -> None:
        dispatcher._looked_at_workers = 0.0
        dispatcher.tick()

    def waits() -> bool:
        (row,) = rows(travel.database, "freshness")
        ended = [each["state"] for each in rows(travel.database, "harvest_runs")]
        return ended == ["done", "done"] and row["next_at"] > utc_now()

    with at_work(travel, broker):
        look_until(waits, tick)
    runs = sorted(rows(travel.database, "harvest_runs"), key=lambda row: row["id"])
    assert [each["stream"] for each in runs] == [COUNT, FOLLOWERS]
    assert len(inside(travel.database)) == len(AUDIENCE)


def test_a_dispatcher_without_a_road_begins_nothing(travel: Travel, broker: Broker) -> None:
    with travel.database.write() as connection:
        freshness.wish(connection, travel.account.id, Wish(), now=utc_now())
    assert Dispatcher(travel.database, broker, Settings()).tick() == 0
    assert rows(travel.database, "harvest_runs") == []
