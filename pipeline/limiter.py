"""Permits: whether a request may go out now, by what the platform said in its answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from domain import permit, telling
from domain.window import Told, Window
from pipeline.ask import Ask
from pipeline.windows import read, written
from store import limits
from store.database import Database

#: Gives the windows of an ask as the database knows them; `reset` counts from now.
Recall = Callable[[], Sequence[Window]]


class Limiter(Protocol):
    """Gives permits for all workers; fails closed: where it cannot be asked, it raises RetryLaterError."""

    def take(self, ask: Ask, recall: Recall) -> float:
        """Return 0.0 with a permit, or the seconds after which to ask again."""
        ...

    def answer(self, ask: Ask, told: Told | None, recall: Recall) -> None:
        """Take in what the answer told."""
        ...

    def give_back(self, ask: Ask) -> None:
        """Take back a permit whose request was never sent."""
        ...


class DatabaseLimiter:
    """The limiter without a queue server: the windows' states are rows."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def take(self, ask: Ask, recall: Recall) -> float:
        """See `Limiter`."""
        with self._windows(ask, recall) as (known, now):
            return permit.take(known, ask.permit, ask.caller, now)

    def answer(self, ask: Ask, told: Told | None, recall: Recall) -> None:
        """See `Limiter`."""
        with self._windows(ask, recall) as (known, now):
            telling.answer(known, ask.permit, told, now)

    def give_back(self, ask: Ask) -> None:
        """See `Limiter`."""
        with self._windows(ask, lambda: (Window(), Window())) as (known, _):
            permit.give_back(known, ask.permit)

    @contextmanager
    def _windows(self, ask: Ask, recall: Recall) -> Iterator[tuple[list[Window], float]]:
        """Hold an ask's windows for the time of a block; they are kept as it leaves them."""
        now = self._now().timestamp()
        with self._database.write() as connection:
            states = limits.windows(connection, ask.names)
            known = [read(each) for each in states] if all(states) else _from(recall(), now)
            yield known, now
            limits.keep_windows(connection, dict(zip(ask.names, map(written, known), strict=True)))


def _from(windows: Sequence[Window], now: float) -> list[Window]:
    for each in windows:
        each.clock = now
        each.reset = None if each.reset is None else now + each.reset
    return list(windows)
