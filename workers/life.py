"""Signs of life: who runs where, and who is dead."""

import os
import socket
import threading
from datetime import datetime, timedelta

import psutil

from store import workers
from store.database import Database, DatabaseError
from workers.runtime import utc_now

#: Seconds between two signs of life.
BEAT_S = 5.0
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
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="life", daemon=True)

    @property
    def began(self) -> bool:
        """Whether this process has signed."""
        return self._thread.ident is not None

    def begin(self) -> None:
        """Sign once, then every few seconds."""
        self._sign()
        self._thread.start()

    def end(self) -> None:
        """Stop signing and take this process off the list."""
        self._ended.set()
        self._thread.join()
        with self._database.write() as connection:
            workers.bury(connection, [self.id], died=False)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self._sign()
            except DatabaseError:
                continue  # the database is away; the next sign may reach it

    def _sign(self) -> None:
        with self._database.write() as connection:
            workers.sign(connection, self._values, now=utc_now())


def bury_dead(database: Database, *, now: datetime) -> list[str]:
    """Take dead processes off the list and free the pages they held; returns their ids."""
    with database.read() as connection:
        dead = [each.id for each in workers.every(connection) if _is_dead(each.host, each.pid, each, now)]
    if dead:
        with database.write() as connection:
            workers.bury(connection, dead, died=True)
    return dead


def at_work(database: Database, *, now: datetime) -> frozenset[str]:
    """Return what living processes do: `dispatcher`, and the queues that workers read."""
    with database.read() as connection:
        signed = [each for each in workers.every(connection) if not _is_dead(each.host, each.pid, each, now)]
    return frozenset(each for row in signed for each in (row.kind, *row.queues.split()) if each != "worker")


def _is_dead(host: str, pid: int, row: object, now: datetime) -> bool:
    started_at: datetime = row.started_at  # type: ignore[attr-defined]  # a row of the workers table
    seen_at: datetime = row.seen_at  # type: ignore[attr-defined]  # a row of the workers table
    if host != socket.gethostname():
        return now - seen_at > SILENCE
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        # A later process may have taken the number of a dead one.
        return process.create_time() > started_at.timestamp() + 1
    except psutil.NoSuchProcess:
        return True
