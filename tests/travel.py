"""A harvest driven by hand: one page a call, on a clock that only the test moves."""

import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from classifier.policy import Policy
from config.bodies import BodySealer, new_key
from config.suppression import Suppressor
from domain.account import Account
from domain.signal import Signal
from pipeline.begin import Wanted, begin_harvest
from pipeline.company import Company
from pipeline.harvest import harvest_next
from pipeline.limiter import DatabaseLimiter
from pipeline.road import Road
from store import accounts, runs
from store.accounts import Sealed
from store.database import Database
from store.outbox import Wake
from tests.cast import CNIL, NOW, OURS, added
from tests.scripted import FOLLOWERS, ScriptedConnector

#: What seals the pushes that wait.
BODIES = BodySealer(new_key())


@dataclass
class Clock:
    """The time, as the test wants it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


class AtOnce(Executor):
    """Does what it is given before it returns: what is asked ahead is asked before the page is stored."""

    def submit(self, fn: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Call at once; what is raised waits in the future, but for what ends a process."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*given, **named))
        except Exception as error:  # noqa: BLE001  # as the executors of the library
            future.set_exception(error)
        return future


@dataclass
class Travel:
    """One account, its connector and its database, joined as a worker would.

    A message is one page, unless `helpers` ask for pages ahead.
    """

    database: Database
    connector: ScriptedConnector = field(default_factory=ScriptedConnector)
    clock: Clock = field(default_factory=Clock)
    policy: Policy = CNIL
    whose: Account = OURS
    suppressor: Suppressor = field(default_factory=lambda: Suppressor([]))
    helpers: Executor | None = None

    def __post_init__(self) -> None:
        with self.database.write() as connection:
            self.account: Account = added(connection, self.whose)
        self.road = Road(
            database=self.database,
            policy_of=lambda _connection: self.policy,
            connector_of=lambda _connection, _account: self.connector,
            worker="worker 1",
            now=self.clock,
            price=lambda _meter, _owned: 10_000,
            chance=random.Random(1),
            limiter=DatabaseLimiter(self.database, self.clock),
            seal=lambda _, credentials: Sealed(credentials.token.encode(), None, None, b"refresh"),
            pauses_s=(0, 0),
            suppressor_of=lambda _connection: self.suppressor,
            bodies=BODIES,
            helpers=self.helpers,
        )

    def begin(self, *streams: str, join: bool = False) -> dict[str, int]:
        """Begin a harvest of some streams; returns their runs."""
        with self.database.write() as connection:
            wanted = Wanted(streams, join=join)
            account = accounts.get(connection, self.account.id)
            return begin_harvest(connection, account, self.connector, wanted, now=self.clock())

    def run(self, run_id: int) -> dict[str, Any]:
        """Return a run's row."""
        with self.database.read() as connection:
            return dict(runs.get(connection, run_id))

    def step(self, run_id: int, *, worker: str = "worker 1", fence: int | None = None) -> Wake | None:
        """Carry out one message of a run, by default the one that is due."""
        # Another worker is another process, which keeps no company with this one.
        road = (
            self.road if worker == self.road.worker else replace(self.road, worker=worker, company=Company())
        )
        return harvest_next(road, run_id, self.run(run_id)["fence"] if fence is None else fence)

    def finish(self, *run_ids: int, steps: int = 500) -> list[str]:
        """Carry out messages until the runs have ended, on a clock moved to each; returns the states."""
        for _ in range(steps):
            active = [row for row in map(self.run, run_ids) if row["state"] == "running"]
            if not active:
                return [self.run(each)["state"] for each in run_ids]
            nearest = min(active, key=lambda row: row["due_at"])
            self.clock.at = max(self.clock.at, nearest["due_at"])
            self.step(nearest["id"])
        raise AssertionError(f"The runs did not end within {steps} messages.")

    @property
    def followers(self) -> list[Signal]:
        """The followers as the platform lists them now."""
        return self.connector.listings[FOLLOWERS, ""]

    def cursors(self) -> list[str | None]:
        """Return the cursors that were asked for since the last look."""
        asked = [each.cursor for each in self.connector.requests]
        self.connector.requests.clear()
        return asked

    def harvest(self, *streams: str) -> dict[str, int]:
        """Begin a harvest and carry it out to its end."""
        begun = self.begin(*streams)
        self.finish(*begun.values())
        return begun
