"""Shares: a large table is written by two processes, each a part of it at a time.

What the interpreter does for a record takes one core, so two processes write twice as many. Both read one
state of the database, and the parts stand in the file in the order of the feed: the bytes are those that
one process would write.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from datetime import datetime
from queue import SimpleQueue
from typing import IO, Any, NamedTuple

import orjson

from domain.errors import RegularsError
from exports.forms import BY_LINE, Progress
from exports.record import FILE_FIELDS
from store import feed_rows
from store.database import Database
from store.given import Proofs
from store.json_rows import told
from store.same_state import offered

#: From so many contacts on the second is won back that processes take to begin.
FROM = 100_000
#: Contacts of a part, and processes, of 80 MB each: a worker may take 512 MB with them (docker-compose.yml).
PART, MANY = 2_500, 2
#: Parts under way for each process: the next one is asked for before the last one is in the file.
AHEAD = 2
COMMAND = [sys.executable, "-P", "-m", "exports.share"]  # no module of the folder that one stands in
_ENDED = "A process that wrote a part of the file has ended before its time; start the export again."


class _Part(NamedTuple):
    content: bytes
    records: int
    oldest: datetime | None


class Shares:
    """Processes that read one state of the database; one who asks them gets the parts in their order."""

    def __init__(self, connection: Any, form: str, running: list["_Share"]) -> None:
        self._connection, self._form, self._running = connection, form, running

    def write(self, file: IO[bytes], proofs: Proofs, progress: Progress) -> int:
        """Write the table of all contacts, and tell `proofs` of them; returns how many."""
        file.write(BY_LINE[self._form].head(FILE_FIELDS))
        count = 0
        for part in self._parts():
            file.write(part.content)
            proofs.take(part.oldest)
            count += part.records
            progress(count)
        return count

    def _parts(self) -> Iterator[_Part]:
        free: SimpleQueue[_Share] = SimpleQueue()
        for each in self._running:
            free.put(each)

        def ask(between: tuple[int, int]) -> _Part:
            share = free.get()
            try:
                return share.ask(between)
            finally:
                free.put(share)

        ends = feed_rows.ends(self._connection, PART)
        coming: deque[Future[_Part]] = deque()
        asking = ThreadPoolExecutor(len(self._running), "shares")
        try:
            for between in zip([0, *ends], ends, strict=False):
                coming.append(asking.submit(ask, between))
                if len(coming) > AHEAD * len(self._running):
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            asking.shutdown(cancel_futures=True)


class _Share:
    """A process, asked by one thread at a time."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._asked: Any = process.stdin
        self._answers: Any = process.stdout

    def ask(self, question: object) -> _Part:
        self.say(question)
        return self.answer()

    def say(self, question: object) -> None:
        try:
            self._asked.write(orjson.dumps(question, option=orjson.OPT_APPEND_NEWLINE))
            self._asked.flush()
        except BrokenPipeError:
            return  # what it answers tells why

    def answer(self) -> _Part:
        line = self._answers.readline()
        head: dict[str, Any] = orjson.loads(line) if line else {"error": _ENDED}
        if "error" in head:
            raise RegularsError(head["error"])
        content = self._answers.read(head["size"])
        if len(content) < head["size"]:
            raise RegularsError(_ENDED)
        return _Part(content, head.get("count", 0), told(head.get("oldest")))


def shares(
    database: Database, connection: Any, form: str, count: int, *, now: datetime
) -> AbstractContextManager[Shares | None]:
    """Let processes write a table of so many contacts as a reading transaction sees it, where that is faster.

    The transaction must have read nothing yet. None where this process does it alone.
    """
    if form not in BY_LINE or count < FROM or (os.cpu_count() or 1) < MANY:
        return nullcontext()
    return _begun(database, connection, form, now)


@contextmanager
def _begun(database: Database, connection: Any, form: str, now: datetime) -> Iterator[Shares]:
    url = database.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        running = [_Share(stack.enter_context(_process())) for _ in range(MANY)]
        for each in running:
            each.say({"url": url, "form": form, "now": now})
        for each in running:
            each.answer()
        with offered(database, connection) as offer:
            for each in running:
                each.say(offer)
            for each in running:
                each.answer()
        yield Shares(connection, form, running)


@contextmanager
def _process() -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process; when its pipes are closed it ends."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ours
    try:
        yield process
    finally:
        for each in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # it has ended already
                each.close()  # type: ignore[union-attr]  # both are pipes
        process.wait()
