"""The intake: whatever arrives at the same time is stored in one transaction, by one thread."""

import asyncio
import queue
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from domain.errors import RegularsError
from store import inbox
from store.database import Database, DatabaseError
from store.inbox import Arrived

#: How many pushes one transaction stores at most.
GATHERED = 200
#: How much may wait for the database before further pushes are refused, in bytes.
MAX_WAITING = 64 * 1024 * 1024


class FullError(RegularsError):
    """Raised when the database is too slow for what arrives; the platform sends it again."""


class _Waiting(NamedTuple):
    arrived: Arrived
    stored: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Intake:
    """Stores pushes, sealed, in the inbox for as long as they may be kept; `close` waits for the last."""

    def __init__(self, waiting: Database, keep: timedelta, seal: Callable[[bytes], bytes]) -> None:
        self._database = waiting
        self._keep = keep
        self._seal = seal
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._bytes = 0
        self._thread = threading.Thread(target=self._write, name="intake", daemon=True)
        self._thread.start()

    async def put(self, arrived: Arrived) -> None:
        """Return once a push is stored; raises DatabaseError or FullError where it is not."""
        size = len(arrived.body)
        if self._bytes + size > MAX_WAITING:
            raise FullError("Pushes come faster than the database stores them.")
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        self._bytes += size
        try:
            self._queue.put(_Waiting(arrived, stored, loop))
            await stored
        finally:
            self._bytes -= size

    def close(self) -> None:
        """Store what waits and end."""
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            gathered = [first]
            last = False
            while len(gathered) < GATHERED and not self._queue.empty():
                each = self._queue.get()
                if each is None:
                    last = True
                    break
                gathered.append(each)
            self._store(gathered)
            if last:
                return

    def _store(self, gathered: list[_Waiting]) -> None:
        error: Exception | None = None
        try:
            rows = inbox.to_store([each.arrived for each in gathered], self._seal, keep=self._keep)
            with self._database.write() as connection:
                inbox.put(connection, rows)
        except DatabaseError as away:
            error = away
        except Exception:  # noqa: BLE001  # the thread must outlive it, and its text may hold a body
            error = DatabaseError("The inbox could not be written.")
        for each in gathered:
            each.loop.call_soon_threadsafe(_settle, each.stored, error)


def _settle(stored: "asyncio.Future[None]", error: Exception | None) -> None:
    if stored.done():  # who sent it has gone meanwhile
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)
