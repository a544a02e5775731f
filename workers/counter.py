"""The counter: counts beside everything else what pages show, so that none has to."""

import logging
import threading
import time

from store import exports, leavers, tallies
from store.database import Database, DatabaseError
from workers.runtime import utc_now

log = logging.getLogger("regulars.counter")

#: Seconds between two counts, and how many times as long as the last one took there are at least.
EVERY_S, SHARE = 60.0, 200.0


class Counter:
    """Counts once a minute in a thread of its own, less often where counting takes long."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due_at = 0.0
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to count where that is due and nobody does."""
        if time.monotonic() < self._due_at or (self._thread and self._thread.is_alive()):
            return
        self._due_at = time.monotonic() + EVERY_S
        self._thread = threading.Thread(target=self._count, name="counter", daemon=True)
        self._thread.start()

    def _count(self) -> None:
        began = time.monotonic()
        now = utc_now()
        try:
            with self._database.read() as connection:
                counted = tallies.count(connection, now=now)
                seq, in_files = exports.newest_seq(connection), leavers.count(connection)
            with self._database.write() as connection:
                tallies.keep(connection, counted, now=now)
                leavers.keep(connection, in_files, seq)
        except DatabaseError as error:
            log.warning("counter.failed", extra={"reason": str(error)})
        self._due_at = began + max(EVERY_S, (time.monotonic() - began) * SHARE)
