"""The dispatcher: sends what is due, again where it was lost, and frees what dead workers held."""

import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dramatiq import Broker

from config.settings import Settings
from pipeline import collecting
from pipeline.checking import begin_checking_if_due
from pipeline.expire import begin_expire_if_due
from pipeline.freshen import begin_due
from pipeline.halting import admit_waiting
from pipeline.interests import begin_reading_if_due
from pipeline.road import Road
from pipeline.scheduling import begin_scheduled, plan_all_again
from pipeline.scrubbing import begin_scrub_if_due
from pipeline.standing import begin_export_if_moved, begin_review_if_due
from store import clock, outbox, pausing, workers
from store.database import Database, DatabaseError
from store.outbox import Wake
from workers.actors import message_of
from workers.alerter import Alerter
from workers.announcer import Announcer
from workers.broker import QUEUE_DOWN, QUEUES, depth, forgot
from workers.counter import Counter
from workers.life import bury_dead
from workers.pushes import Postman
from workers.runtime import utc_now

log = logging.getLogger("regulars.dispatcher")

#: Seconds between two looks at the outbox, and between two looks at the workers.
TICK_S = 0.1
LIFE_S = 1.0
#: A message that nobody has acted upon for so long is sent again; one too many is a no-op.
RESEND_AFTER = timedelta(seconds=150)
#: A clock that falls back by more than this, in seconds, was put back; less is how clocks are kept right.
PUT_BACK_S = 30.0
#: Seconds between two times that dead processes and old minutes are forgotten.
FORGET_S = 60.0
#: How many messages one tick sends at most.
BURST = 100


class Dispatcher:
    """Moves due work from the outbox to the queues; several may run, each entry is claimed once.

    With a `road` it also begins what the plans of the accounts say is due, and looks into the inbox.
    """

    def __init__(
        self,
        database: Database,
        broker: Broker,
        settings: Settings,
        road: Road | None = None,
        ticked: Callable[[datetime], None] = lambda _: None,
        *,
        announcer: Announcer | None = None,
    ) -> None:
        self._database = database
        self._road = road
        self._broker = broker
        self._settings = settings
        self._ticked = ticked
        self._looked_at_workers = 0.0
        self._forgot_at = -math.inf
        self._clock_ahead_s = -math.inf
        self._profiles_at = datetime.min.replace(tzinfo=UTC)
        self._counter = Counter(database)
        self._alerter = Alerter(database, settings)
        self._announcer = announcer
        self._postman = Postman(database, (road and road.inbox) or database, broker, road)

    def run(self, ended: threading.Event) -> None:
        """Tick until `ended` is set; a database or queue server that is away is waited for."""
        away = False
        while not ended.wait(TICK_S):
            try:
                if away:  # workers have dropped what they could not begin
                    with self._database.write() as connection:
                        outbox.unsend_all(connection)
                away = False
                self.tick()
            except (DatabaseError, *QUEUE_DOWN) as error:
                away = away or isinstance(error, DatabaseError)
                log.warning("dispatcher.waiting", extra={"reason": "database or queue server is away"})
                ended.wait(1.0)

    def tick(self) -> int:
        """Look once; returns how many messages were sent."""
        now = utc_now()
        self._ticked(now)
        if self._clock_was_put_back(now):
            log.warning("dispatcher.clock_put_back", extra={"now": now.isoformat()})
            with self._database.write() as connection:
                clock.put_back(connection, now=now)
                plan_all_again(connection, now=now)
        if time.monotonic() - self._looked_at_workers > LIFE_S:
            self._looked_at_workers = time.monotonic()
            self._look_at_workers(now)
            self._begin_due(now)
            # Last: a queue server that is away keeps nothing above from being done.
            self._remind()
        self._postman.look(now)
        with self._database.read() as connection:
            held_back = pausing.paused(connection)
            due = outbox.due(connection, now=now, resend_after=RESEND_AFTER, count=BURST, without=held_back)
        room = (
            {each: self._settings.queue_high_water - depth(self._broker, each) for each in QUEUES}
            if due
            else {}
        )
        sent = 0
        for wake in due:
            if room.get(wake.queue, 0) <= 0:
                continue
            with self._database.write() as connection:
                claimed = outbox.claim(connection, wake, now=now, resend_after=RESEND_AFTER)
            if claimed:
                self._send(wake)
                room[wake.queue] -= 1
                sent += 1
        return sent

    def _look_at_workers(self, now: datetime) -> None:
        """Free what dead workers held."""
        for each in bury_dead(self._database, now=now):
            log.warning("dispatcher.worker_dead", extra={"worker": each})
        if time.monotonic() - self._forgot_at > FORGET_S:
            self._forgot_at = time.monotonic()
            with self._database.write() as connection:
                workers.forget(connection, now=now)

    def _remind(self) -> None:
        """Send everything again where the queue server has forgotten it."""
        if forgot(self._broker):
            with self._database.write() as connection:
                outbox.unsend_all(connection)

    def _begin_due(self, now: datetime) -> None:
        """Begin what is due by a plan, by a date, or because something waits."""
        controller, others = self._settings.controller, self._settings.to_others
        if self._settings.export_dir is not None:
            folder, form = self._settings.export_dir, self._settings.export_format
            begin_export_if_moved(
                self._database, folder, form, now=now, controller=controller, to_others=others
            )
        begin_review_if_due(self._database, now=now, controller=controller, to_others=others)
        begin_reading_if_due(self._database, now=now)
        begin_expire_if_due(self._database, now=now)
        begin_scrub_if_due(self._database, now=now)
        self._counter.look()
        self._alerter.look()
        if self._announcer is not None:
            self._announcer.look()
        if self._road is not None:
            admit_waiting(self._database, self._road.policy_of, now=now)
            begin_due(self._road, now=now)
            begin_scheduled(self._road, now=now)
            self._look_again(self._road, now)
            begin_checking_if_due(self._road, now=now)

    def _look_again(self, road: Road, now: datetime) -> None:
        """Look at our own profiles once more where that is due; one try in half an hour."""
        if now >= self._profiles_at:
            self._profiles_at = now + collecting.PAUSE
            collecting.look_again(road, now=now)

    def _clock_was_put_back(self, now: datetime) -> bool:
        """Tell whether the clock shows less than at the last tick, by the time that has passed since."""
        before, self._clock_ahead_s = self._clock_ahead_s, now.timestamp() - time.monotonic()
        return self._clock_ahead_s < before - PUT_BACK_S

    def _send(self, wake: Wake) -> None:
        try:
            self._broker.enqueue(message_of(wake))
        except QUEUE_DOWN:
            with self._database.write() as connection:
                outbox.unsend(connection, wake)
            raise
