"""Two transactions in two connections: each is held at a statement until the other has come far enough."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest

from store.database import Database
from tests.listening import listens

#: Seconds after which a wait for the other is given up: a lock keeps it from coming so far.
PATIENCE = 0.06
#: The same where no lock can be in the way, so that it is only long where something is wrong.
LONG = 10.0
PAGE, OBJECTION = "page", "objection"


class Pair:
    """A page is held at its statement i until an objection comes to its statement j, or is done.

    The objection is then held there until the page is done. Where a lock keeps one of them from coming so
    far, the other goes on after `PATIENCE`. A number behind the last statement means the end.
    """

    def __init__(self, page_at: int, objection_at: int) -> None:
        self.at = {PAGE: page_at, OBJECTION: objection_at}
        self.reached = {PAGE: 0, OBJECTION: 0}
        self.come = {PAGE: threading.Event(), OBJECTION: threading.Event()}
        self.page_done = threading.Event()
        #: Whether the objection came to its statement while the page was held at its own.
        self.met = False
        self.counting = False
        #: At which of its statements the page begins a transaction; PostgreSQL is not told by one of its own.
        self.begins: set[int] = set()

    def begin(self) -> None:
        """Count from now on: the page's transaction is about to begin."""
        self.counting = True

    def count(self, statement: str) -> None:
        """Count a statement of the thread that is about to execute it."""
        who = threading.current_thread().name
        if who not in self.at or not self.counting:
            return
        self.reached[who] += 1
        if who == PAGE and statement.startswith("BEGIN"):
            self.begins.add(self.reached[PAGE])
        if self.reached[who] != self.at[who]:
            return
        self.come[who].set()
        if who == PAGE:
            free = 1 in self.at.values()  # nothing is locked before the first statement of either
            self.met = self.come[OBJECTION].wait(LONG if free else PATIENCE)
        else:
            self.page_done.wait(PATIENCE)

    def run(self, page: Callable[[], Any], objection: Callable[[], Any]) -> None:
        """Carry out both; what goes wrong in either is raised."""
        wrong: list[BaseException] = []

        def carry_out(act: Callable[[], Any], *done: threading.Event) -> None:
            try:
                act()
            except BaseException as error:  # noqa: BLE001  # raised in the test's own thread below
                wrong.append(error)
            finally:
                for each in done:
                    each.set()

        def object_() -> None:
            self.come[PAGE].wait(10)
            objection()

        threads = [
            threading.Thread(target=carry_out, args=(page, self.come[PAGE], self.page_done), name=PAGE),
            threading.Thread(target=carry_out, args=(object_, self.come[OBJECTION]), name=OBJECTION),
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)
        assert not any(each.is_alive() for each in threads), "they wait for each other for ever"
        if wrong:
            raise wrong[0]


@contextmanager
def counted(pair: Pair, *databases: Database) -> Iterator[None]:
    """Let a pair count the statements of its two threads.

    On SQLite a transaction that writes begins where it asks for its turn, not where it has it.
    """

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN IMMEDIATE":
            pair.count(statement)

    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for each in databases:
            stack.enter_context(listens(each, "before_cursor_execute", count))
            if each.on_sqlite:
                patch.setattr(each, "_locked", partial(_asked, pair, each._locked))
        yield


def _asked(pair: Pair, lock: Callable[[], AbstractContextManager[None]]) -> AbstractContextManager[None]:
    pair.count("BEGIN IMMEDIATE")
    return lock()
