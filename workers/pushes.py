"""Pushes: a message on the control queue lets a worker take in what waits in the inbox."""

import contextlib
import logging
import time
from datetime import datetime

import dramatiq
from dramatiq import Broker, Message

from domain.errors import RegularsError
from pipeline.push import take_in
from pipeline.put_aside import clear, forget_suppressed
from pipeline.road import Road
from store import inbox
from store.database import Database, DatabaseError
from workers.broker import CONTROL, QUEUE_DOWN, depth

TAKE_IN = "take_in_pushes"
#: Seconds between two times that the inbox is cleared of what is past its date.
CLEAR_S = 60.0
#: Seconds for which an inbox is left alone that cannot be used.
AWAY_S = 5.0

log = logging.getLogger("regulars.pushes")


def push_message() -> Message[object]:
    """Return the message that wakes a worker for the inbox; one too many finds nothing."""
    return Message(queue_name=CONTROL, actor_name=TAKE_IN, args=(), kwargs={}, options={})


def declare_push(broker: Broker, road: Road) -> None:
    """Declare the actor on a broker."""

    @dramatiq.actor(actor_name=TAKE_IN, queue_name=CONTROL, broker=broker)
    def take_in_pushes() -> None:
        """Take in the oldest pushes that wait, and send for the next."""
        try:
            done = take_in(road, road.inbox or road.database)
        except RegularsError as error:
            log.warning("push.waits", extra={"error": str(error)})
            return
        if done is None:
            return
        road.note("pushes", {"queue": CONTROL})
        log.info("push.taken_in", extra=done._asdict())
        with contextlib.suppress(*QUEUE_DOWN):  # the dispatcher finds what waits
            broker.enqueue(push_message())


class Postman:
    """Looks into the inbox for the dispatcher."""

    def __init__(
        self,
        database: Database,
        waiting: Database,
        broker: Broker,
        road: Road | None = None,
    ) -> None:
        self._database = database
        self._road = road
        self._waiting = waiting
        self._broker = broker
        self._cleared_at = -CLEAR_S
        self._again_at = 0.0

    def look(self, now: datetime) -> bool:
        """Send for a worker where pushes wait and nobody was sent for; returns whether one was.

        An inbox that cannot be used is left alone for a while: harvests go on without it.
        """
        if time.monotonic() < self._again_at:
            return False
        try:
            waits = self._waits(now)
        except DatabaseError as error:
            self._again_at = time.monotonic() + AWAY_S
            log.warning("push.inbox_away", extra={"error": str(error)})
            return False
        if not waits or depth(self._broker, CONTROL):
            return False
        self._broker.enqueue(push_message())
        return True

    def _waits(self, now: datetime) -> bool:
        if time.monotonic() - self._cleared_at > CLEAR_S:
            self._cleared_at = time.monotonic()
            lost = clear(self._database, self._waiting, now=now)
            if lost:
                log.warning("push.expired", extra={"pushes": lost})
            if self._road is not None:
                forget_suppressed(self._road)
        with self._waiting.read() as connection:
            return inbox.waits(connection, now=now)
