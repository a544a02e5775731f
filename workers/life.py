"""Signs of life: who runs where, and who is dead."""

import os
import socket
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psutil
from sqlalchemy import Connection

from store import workers
from store.database import Database, DatabaseError
from workers.runtime import utc_now
from workers.tally import Tally

#: Seconds between two signs of life.
BEAT_S = 3.0
#: A process of another machine that was silent for so long is dead.
SILENCE = timedelta(seconds=60)


class Life:
    """The signs of life of this process, written by a thread of its own until `end`."""

    def __init__(self, database: Database, kind: str, queues: str = "") -> None:
        self._database = database
        self.id = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self._values: dict[str, object] = {
            "id": self.id,
            "kind": kind,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "queues": queues,
        }
        self.tally = Tally()
        self._worked_at: datetime | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="life", daemon=True)

    @property
    def began(self) -> bool:
        """Whether this process has signed."""
        return self._thread.ident is not None

    def worked(self, moment: datetime) -> None:
        """Note when this process did last what it is for."""
        self._worked_at = moment

    def note(self, name: str, labels: Mapping[str, str]) -> None:
        """Count what was done; see `pipeline.road.Road`."""
        self.tally.note(name, labels)
        self._worked_at = utc_now()

    def begin(self) -> None:
        """Sign once, then every few seconds."""
        self._sign()
        self._thread.start()

    def end(self) -> None:
        """Stop signing and take this process off the list."""
        self._ended.set()
        self._thread.join()
        self._sign()
        with self._database.write() as connection:
            workers.bury(connection, [self.id], died=False)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self._sign()
            except DatabaseError:
                continue  # the database is away; the next sign may reach it

    def _sign(self) -> None:
        now = utc_now()
        told: dict[str, object] = {"memory_bytes": psutil.Process().memory_info().rss}
        if self._worked_at is not None:
            told["worked_at"] = self._worked_at
        totals, done = self.tally.taken()
        try:
            with self._database.write() as connection:
                workers.sign(connection, self._values, told, now=now)
                workers.add_done(connection, self.id, done, now=now)
                workers.add_totals(connection, totals)
        except DatabaseError:
            self.tally.give_back(totals, done)
            raise


def bury_dead(database: Database, *, now: datetime) -> list[str]:
    """Take dead processes off the list and free the pages they held; returns their ids."""
    with database.read() as connection:
        dead = [each.id for each in workers.every(connection) if is_dead(each, now)]
    if dead:
        with database.write() as connection:
            workers.bury(connection, dead, died=True, now=now)
    return dead


def at_work(database: Database, *, now: datetime) -> frozenset[str]:
    """Return what living processes do: `dispatcher`, and the queues that workers read."""
    with database.read() as connection:
        return at_work_in(connection, now=now)


def at_work_in(connection: Connection, *, now: datetime) -> frozenset[str]:
    """Return what living processes do, for whoever reads other things, too."""
    signed = [each for each in workers.every(connection) if not is_dead(each, now)]
    return frozenset(each for row in signed for each in (row.kind, *row.queues.split()) if each != "worker")


def is_dead(row: Any, now: datetime) -> bool:
    """Tell whether the process of a row of the workers table is dead, as far as can be seen from here."""
    if row.host != socket.gethostname():
        return bool(now - row.seen_at > SILENCE)
    try:
        process = psutil.Process(row.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        # A later process may have taken the number of a dead one.
        return bool(process.create_time() > row.started_at.timestamp() + 1)
    except psutil.NoSuchProcess:
        return True
