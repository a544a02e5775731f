"""The dispatcher asks X by itself, and workers on X's queue carry it out."""

from dataclasses import replace

from dramatiq import Broker

from config.settings import Settings
from store.database import Database
from store.tables import jobs as table
from store.tables import outbox
from tests.cast import follows
from tests.checking import checking, known_to
from tests.contents import inside
from tests.integration.workers.conftest import Present, at_work, look_until
from workers.dispatcher import Dispatcher
from workers.runtime import utc_now


def test_who_is_gone_is_asked_for_and_done_by_whoever_works(database: Database, broker: Broker) -> None:
    with checking(database) as world:
        world.travel.clock = Present()
        world.travel.road = replace(world.road, now=utc_now)
        gone, stays = known_to(world.x, 2)
        world.page(follows(gone), follows(stays))
        world.say(**{f"x{gone.platform_id}": "suspended"})
        dispatcher = Dispatcher(database, broker, Settings(), world.road)
        with at_work(world.travel, broker):
            look_until(lambda: hurried(database, gone.platform_id), dispatcher.tick)
    assert inside(database) == {stays.platform_id}


def hurried(database: Database, gone: str) -> bool:
    """Let every pause be over; tell whether it is done.

    The message is hurried before its job: no message comes to a job that is not due, for a pause that begins
    between the two statements waits for the next look.
    """
    with database.write() as connection:
        connection.execute(outbox.update().where(outbox.c.due_at > utc_now()).values(due_at=utc_now()))
        connection.execute(table.update().where(table.c.due_at > utc_now()).values(due_at=utc_now()))
    return gone not in inside(database)
