"""Checks of who is gone, carried out by hand against a simulated X over loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from connectors.registry import connect
from domain.account import Account
from domain.contact import ContactKey
from domain.credentials import Credentials
from domain.signal import Signal
from pipeline.checking import begin_checking_if_due, checking_step
from pipeline.job import carry_out
from pipeline.page import write_page
from pipeline.road import Road
from store import accounts, jobs, messaging
from store.accounts import Sealed
from store.database import Database
from tests.cast import CNIL
from tests.travel import Clock, Travel
from tests.unit.simulator.served import Served, serving
from workers.runtime import utc_now


@dataclass
class Checking:
    """An installation whose X account has its app's token, and the X that it asks."""

    x: Served
    travel: Travel

    @property
    def database(self) -> Database:
        """The installation's database."""
        return self.travel.database

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return self.travel.clock

    @property
    def road(self) -> Road:
        """Its road."""
        return self.travel.road

    def page(self, *acts: Signal) -> None:
        """Let people act."""
        with self.database.write() as connection:
            account = (self.travel.account.id, "twitter")
            written = write_page(connection, account, acts, CNIL, now=self.clock())
            messaging.publish(connection, written.steps, now=self.clock())

    def say(self, **fates: str) -> None:
        """Let X say from now on what became of people, by their ids behind an `x`."""
        self.x.command("fates", {name.removeprefix("x"): word for name, word in fates.items()})

    def begin(self) -> int | None:
        """Begin to ask, if that is due."""
        return begin_checking_if_due(self.road, now=self.clock())

    def job(self, job_id: int) -> dict[str, Any]:
        """Return a job's row."""
        with self.database.read() as connection:
            return jobs.get(connection, job_id)

    def step(self, job_id: int, road: Road | None = None) -> None:
        """Carry out the step that is due, on a clock moved to it."""
        row = self.job(job_id)
        self.clock.at = max(self.clock.at, row["due_at"])
        road = road or self.road
        carry_out(road, {jobs.DELETIONS: checking_step(road)}, job_id, row["fence"])

    def finish(self, job_id: int) -> dict[str, Any]:
        """Carry out all steps; returns the job's row."""
        for _ in range(60):
            if self.job(job_id)["state"] != "running":
                return self.job(job_id)
            self.step(job_id)
        raise AssertionError("The job did not end.")

    def check(self) -> dict[str, Any]:
        """Ask once, to the end; returns the job's row."""
        job_id = self.begin()
        assert job_id is not None
        return self.finish(job_id)


@contextmanager
def checking(database: Database, *, app_token: bool = True) -> Iterator[Checking]:
    """Join an installation with a simulated X for the time of a block."""
    with serving(seed=7, size=50) as x:
        ours = x.ready["twitter"]
        whose = Account("twitter", ours["account_id"], "our profile", app_id="our app")
        credentials = Credentials(ours["user_token"], app_token=ours["app_token"])
        travel = Travel(database, clock=Clock(utc_now()), whose=whose)
        connector = connect(whose, credentials, ours["base_url"])
        travel.road = replace(travel.road, connector_of=lambda *_: connector)
        with database.write() as connection:
            sealed = Sealed(b"sealed", None, None, app_token=b"sealed" if app_token else None)
            accounts.add(connection, whose, sealed, now=travel.clock())
        yield Checking(x, travel)


def known_to(x: Served, count: int) -> list[ContactKey]:
    """Return people of whom X says that all is well."""
    people = [x.world.audience.person(each) for each in range(50)]
    well = [each.x_id for each in people if not each.suspended and not each.protected]
    return [ContactKey("twitter", each) for each in well[:count]]
