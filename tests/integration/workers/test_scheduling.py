"""Schedules carried out by several dispatchers, one of which dies: no harvest twice, none missed."""

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dramatiq import Broker
from sqlalchemy import update

from classifier.scheduling import moments
from config.settings import Settings
from domain.schedule import CatchUp, Outcome, Timing
from pipeline.scheduling import add_schedule
from store import schedules
from store.database import Database
from store.schedules import Wish
from store.tables import harvest_runs
from store.tables import schedules as table
from tests.contents import rows
from tests.scripted import FOLLOWERS, MENTIONS, ScriptedConnector
from tests.travel import Travel
from workers.dispatcher import Dispatcher
from workers.runtime import utc_now

ROOT = Path(__file__).parents[3]
#: Thirty days in which clocks in Paris go back an hour.
BEGIN = datetime(2026, 10, 5, 0, 3, tzinfo=UTC)
DAYS, TICK = 30, timedelta(minutes=40)
#: For two days nothing is at work.
SILENT = (BEGIN + timedelta(days=12), BEGIN + timedelta(days=14))
NIGHTLY = Timing("30 2 * * *", "Europe/Paris", 900, CatchUp.ONCE)
SIX_HOURLY = Timing("0 */6 * * *", "UTC", 0, CatchUp.ALL)


class Looker:
    """A dispatcher of another process."""

    def __init__(self, database: Database) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.dispatching", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.heard() == "ready"

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def lookers(database: Database, count: int) -> Iterator[list[Looker]]:
    """Let dispatchers look for the time of a block."""
    made = [Looker(database) for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            each.end()


def scheduled(travel: Travel, timing: Timing, *streams: str, now: datetime) -> int:
    with travel.database.write() as connection:
        wish = Wish(travel.account.id, streams, timing, None)
        return add_schedule(connection, travel.road, travel.account, wish, now=now)


def finish_all(database: Database, now: datetime) -> None:
    """Let all harvests end, as workers would by then."""
    with database.write() as connection:
        active = harvest_runs.c.state == "running"
        connection.execute(update(harvest_runs).where(active).values(state="done", ended_at=now))


def test_three_dispatchers_one_of_which_dies_begin_each_harvest_once_in_thirty_days(
    database: Database,
) -> None:
    travel = Travel(database, ScriptedConnector())
    nightly = scheduled(travel, NIGHTLY, FOLLOWERS, now=BEGIN)
    often = scheduled(travel, SIX_HOURLY, MENTIONS, now=BEGIN)
    dies_at, died = BEGIN + timedelta(days=5), 0
    with lookers(database, 3) as at_work:
        for tick in range(int(timedelta(days=DAYS) / TICK) + 1):
            now = BEGIN + tick * TICK
            if SILENT[0] <= now < SILENT[1]:
                continue
            if now > dies_at and not died and due(database, now):
                # It holds the claim and has begun the harvest; nothing of that is committed.
                at_work[0].say(f"{now.isoformat()} die")
                dying = at_work.pop(0)
                died = dying.process.wait(timeout=20)
                dying.end()
            for each in at_work:
                each.say(now.isoformat())
            if sum(int(each.heard()) for each in at_work):
                finish_all(database, now)
        end = now
    assert died == -9
    told = rows(database, "schedule_moments")
    for schedule_id, timing in ((nightly, NIGHTLY), (often, SIX_HOURLY)):
        of_it = sorted(each["moment"] for each in told if each["schedule_id"] == schedule_id)
        expected = []
        for each in moments(timing, BEGIN):
            if each > end - timedelta(hours=1):
                break
            expected.append(each)
        assert of_it[: len(expected)] == expected
        assert len(of_it) == len(set(of_it)) <= len(expected) + 1
    outcomes = Counter((each["schedule_id"], each["outcome"]) for each in told)
    # Of the two nights without a dispatcher one was made up for, of the eight other times each.
    assert outcomes[nightly, Outcome.MISSED] == 1
    assert outcomes[often, Outcome.MISSED] == 0
    assert {each["outcome"] for each in told} == {Outcome.BEGUN, Outcome.MISSED}
    begun = Counter(each["schedule_id"] for each in rows(database, "harvest_runs"))
    assert begun == {each: outcomes[each, Outcome.BEGUN] for each in (nightly, often)}
    entered = [each for each in rows(database, "journal_texts") if each["act"] == "harvest.begun"]
    assert len(entered) == sum(begun.values())


def due(database: Database, now: datetime) -> bool:
    with database.read() as connection:
        return bool(schedules.due(connection, now=now))


@pytest.fixture
def soon(travel: Travel) -> int:
    """Schedule a harvest that is due now."""
    schedule_id = scheduled(travel, Timing("0 * * * *", "UTC"), FOLLOWERS, now=utc_now())
    with travel.database.write() as connection:
        moment = utc_now().replace(minute=0, second=0, microsecond=0)
        connection.execute(update(table).values(due_at=moment, begins_at=moment))
    return schedule_id


@pytest.fixture
def dispatcher(travel: Travel, broker: Broker) -> Dispatcher:
    """Make a dispatcher that neither counts nor tells: its threads would outlive the database."""
    made = Dispatcher(travel.database, broker, Settings(), travel.road)
    made._counter._due_at = made._alerter._due_at = math.inf
    return made


def test_the_dispatcher_begins_what_is_scheduled(travel: Travel, dispatcher: Dispatcher, soon: int) -> None:
    dispatcher.tick()
    (run,) = rows(travel.database, "harvest_runs")
    assert (run["schedule_id"], run["stream"]) == (soon, FOLLOWERS)


@pytest.mark.usefixtures("soon")
def test_a_clock_that_was_ahead_takes_no_harvest_away(
    travel: Travel, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher.tick()
    ahead = utc_now() + timedelta(days=3)
    finish_all(travel.database, ahead)
    monkeypatch.setattr("workers.dispatcher.utc_now", lambda: ahead)
    dispatcher._looked_at_workers = 0.0
    dispatcher.tick()
    monkeypatch.undo()
    dispatcher.tick()
    now = utc_now()
    (schedule,) = rows(travel.database, "schedules")
    assert now < schedule["due_at"] <= now + timedelta(hours=1)
    assert all(each["moment"] <= now for each in rows(travel.database, "schedule_moments"))
