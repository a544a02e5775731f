"""The announcer: tells endpoints of consumers that there is something to read, beside the dispatcher."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.outbound import Outbound, OutboundError, networks
from domain.errors import RegularsError
from domain.journal import Act, Entry
from domain.webhook import PATIENCE, EventType, State, next_try, wait_asked
from domain.webhook_message import body_of
from exports.binding import source_of
from exports.sources import Source
from pipeline.admit import review_newcomers
from pipeline.webhook_sending import new_message_id, send
from store import consumers, halts, journal, webhook_events, webhook_letters, webhooks
from store.database import DatabaseError
from store.webhook_events import Due, There, Waiting
from workers.runtime import Runtime, utc_now

log = logging.getLogger("regulars.announcer")

#: Seconds between two looks.
LOOK_S = 2.0
#: Events of an endpoint come at most so often; what happens meanwhile is told by the next one.
EVERY = timedelta(seconds=30)
#: How long a try is nobody else's; longer than one may last.
LEASE = timedelta(minutes=2)
#: Endpoints that are called at the same time, so that a slow one holds up few others.
AT_ONCE = 4
#: How long dead letters stay.
KEPT = timedelta(days=30)


class Announcer:
    """Makes events and sends them, in a thread of its own; several may run, each event is made once."""

    def __init__(
        self,
        runtime: Runtime,
        now: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._now = now
        self._chance = chance
        self._outbound = outbound_of(runtime)
        self._due_at = 0.0
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to look where that is due and the last look has ended."""
        if time.monotonic() < self._due_at or (self._thread and self._thread.is_alive()):
            return
        self._due_at = time.monotonic() + LOOK_S
        self._thread = threading.Thread(target=self._work, name="announcer", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.announce()
        except (DatabaseError, RegularsError) as error:
            log.warning("announcer.failed", extra={"reason": str(error)})

    def announce(self) -> int:
        """Make the events that are wanted and send those that are due; returns how many were taken."""
        self._make()
        with self._database.read() as connection:
            due = webhook_events.due(connection, now=self._now())
        if not due:
            return 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="announcer") as pool:
            return sum(pool.map(self._send, due))

    def _make(self) -> None:
        now = self._now()
        with self._database.read() as connection:
            if not webhooks.any_active(connection):
                return
            halted = bool(halts.every(connection))
        self._ask_newcomers(now)
        with self._database.read() as connection:
            waiting = webhook_events.waiting(connection, told_before=now - EVERY, now=now)
            moved = [each for each in waiting if self._has_moved(connection, each, now, halted=halted)]
        for each in moved:
            with self._database.write() as connection:
                self._look(connection, each, now)

    def _has_moved(self, connection: Connection, each: Waiting, now: datetime, *, halted: bool) -> bool:
        source = self._source(connection, each)
        newest = source.newest(connection)
        return source.is_due(connection, now=now) or webhook_events.has_moved(
            connection, each, newest, halted=halted
        )

    def _look(self, connection: Connection, each: Waiting, now: datetime) -> None:
        # While we look nobody is shown to it of whose removal we would not know that it concerns it.
        consumers.hold(connection, each.consumer_id)
        source, halted = self._source(connection, each), bool(halts.every(connection))
        source.settle(connection, now=now)
        newest = source.newest(connection)
        after = max(each.seq, consumers.get(connection, each.consumer_id).acked_seq)
        there = There(newest, shows=bool(source.rows(connection, after, newest, 1, None)))
        if webhook_events.look(connection, each, there, new_message_id(), halted=halted, now=now):
            webhook_letters.expire(connection, now - KEPT)

    def _source(self, connection: Connection, each: Waiting) -> Source:
        """Return what the consumer reads, so that nothing else makes an event."""
        policy = self._runtime.policy_in_force(connection)
        return source_of(connection, consumers.get(connection, each.consumer_id), policy)

    def _ask_newcomers(self, now: datetime) -> None:
        """Ask the gates of some who came in: a reader that waits for events has nobody else who asks."""
        with self._database.read() as connection:
            policy = self._runtime.policy_in_force(connection)
            others = self._runtime.to_others(connection)
        controller = self._runtime.settings.controller
        review_newcomers(self._database, policy, controller, now=now, to_others=others)

    def _send(self, found: Due) -> bool:
        """Make one try; returns whether the event was taken."""
        now = self._now()
        with self._database.write() as connection:
            due = webhook_events.claim(connection, found, now + LEASE)
            signing = opened(self._runtime, connection, found.sealed) if due else ()
        if due is None:
            return False
        try:
            body = body_of(EventType.FEED_CHANGED, due.made_at)
            send(self._outbound, due.url, due.message_id, body, signing, now=now)
        except OutboundError as error:
            self._fail(due, error, now)
            return False
        with self._database.write() as connection:
            webhook_events.delivered(connection, due, now=now)
        return True

    def _fail(self, due: Due, error: OutboundError, now: datetime) -> None:
        asked = wait_asked(error.retry_after, now=now)
        again_at = None if error.gone else next_try(due.tries, asked, self._chance(), now=now)
        log.warning(
            "announcer.not_taken",
            extra={"webhook": due.webhook_id, "tries": due.tries, "reason": str(error)},
        )
        with self._database.write() as connection:
            webhook_events.failed(connection, due, str(error), again_at, now=now)
            is_over = due.failing_since is not None and now - due.failing_since >= PATIENCE
            if error.gone or is_over:
                state = State.GONE if error.gone else State.DISABLED
                webhooks.set_state(connection, due.webhook_id, state, now=now)
                details = {"webhook": due.webhook_id, "state": state.value}
                journal.record(connection, Entry("dispatcher", Act.WEBHOOK_ENDED, now, details=details))


def outbound_of(runtime: Runtime) -> Outbound:
    """Return what calls endpoints: encrypted, and into no private network but those that are listed."""
    return Outbound(networks(runtime.settings.outbound_private), encrypted=True)


def opened(runtime: Runtime, connection: Connection, sealed: Sequence[bytes]) -> tuple[str, ...]:
    """Open the secrets that sign; raises KeyMissingError."""
    return tuple(runtime.open_text(connection, each) for each in sealed)
