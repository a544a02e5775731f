"""What pages of harvests read: by indexes, whatever the number of runs, requests and acts."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from domain.schedule import Timing
from domain.signal import SignalKind
from pipeline.scheduling import add_schedule
from store import run_pages, schedules
from store.database import Database
from store.run_pages import Wanted
from store.schedules import Wish
from store.tables import contacts, harvest_runs, harvests, spends
from tests.cast import NOW
from tests.scripted import FOLLOWERS
from tests.travel import Travel

RUNS, ACTS = 4_000, 20_000


@pytest.fixture
def full(database: Database) -> Travel:
    """Fill the store with runs of a year, their requests, and a roster."""
    travel = Travel(database)
    account_id = travel.account.id
    with database.write() as connection:
        (harvest_id,) = connection.execute(
            insert(harvests).values(account_id=account_id, created_at=NOW).returning(harvests.c.id)
        ).one()
        moments = [NOW - timedelta(hours=2 * each) for each in range(RUNS, 0, -1)]
        connection.execute(
            insert(harvest_runs),
            [
                {
                    "harvest_id": harvest_id,
                    "account_id": account_id,
                    "platform": "twitter",
                    "stream": FOLLOWERS,
                    "state": "failed" if number % 500 == 0 else "done",
                    "page_size": 1,
                    "contacts_seen": 10,
                    **dict.fromkeys(("due_at", "created_at", "started_at", "ended_at"), at),
                }
                for number, at in enumerate(moments)
            ],
        )
        connection.execute(
            insert(spends),
            [
                {
                    "run_id": number % RUNS + 1,
                    "fence": 0,
                    "attempt": 1,
                    "account": "twitter:5000",
                    "stream": FOLLOWERS,
                    "meter": "user",
                    "day": moments[number % RUNS].date().isoformat(),
                    "state": "settled",
                    "at": NOW,
                    "reserved_micro_usd": 10,
                    "settled_micro_usd": 10,
                }
                for number in range(ACTS)
            ],
        )
        people = [
            {"platform": "twitter", "platform_id": str(each), "label": "regular", "first_seen_at": NOW}
            for each in range(ACTS)
        ]
        connection.execute(insert(contacts), people)
        connection.execute(
            text(
                "INSERT INTO signals (account_id, kind, item, contact_id, seen_at) "
                "SELECT :account, 'follows', '', id, first_seen_at FROM contacts"
            ),
            {"account": account_id},
        )
        wish = Wish(account_id, (), Timing("0 3 * * *", "UTC"), None)
        add_schedule(connection, travel.road, travel.account, wish, now=NOW)
        connection.execute(text("ANALYZE"))
    return travel


def plans(connection: Connection, act: Any) -> list[str]:
    """Return how the database carries out each statement of an act."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("EXPLAIN"):
            said.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", note)
    act()
    event.remove(connection.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    found = []
    for statement, parameters in said:
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
        found.append("\n".join(str(each[-1]) for each in rows))
    assert found
    return found


@pytest.mark.parametrize(
    "name", ["under way", "one", "history", "by state", "by account", "a day", "paid", "failures", "people"]
)
def test_no_page_reads_a_whole_table(full: Travel, name: str) -> None:
    with full.database.read() as connection:
        run = run_pages.one(connection, RUNS)
        assert run is not None
        kinds = [SignalKind.FOLLOWS]
        acts = {
            "under way": lambda: run_pages.under_way(connection),
            "one": lambda: run_pages.one(connection, RUNS),
            "history": lambda: run_pages.history(connection, Wanted(before=RUNS // 2), count=25),
            "by state": lambda: run_pages.history(connection, Wanted(state="failed"), count=25),
            "by account": lambda: run_pages.history(connection, Wanted(account_id=full.account.id), count=25),
            "a day": lambda: run_pages.read_a_day(connection, since=NOW - timedelta(days=5)),
            "paid": lambda: run_pages.paid(connection, RUNS, count=50),
            "failures": lambda: run_pages.failures_of(connection, RUNS),
            "people": lambda: run_pages.people(connection, run, kinds, count=50),
        }
        for plan in plans(connection, acts[name]):
            for table in ("harvest_runs", "spends", "signals", "contacts"):
                assert f"SCAN {table}\n" not in f"{plan}\n", plan
                assert f"Seq Scan on {table}" not in plan, plan


def test_the_newest_are_found_and_days_added_up(full: Travel) -> None:
    with full.database.read() as connection:
        run = run_pages.one(connection, RUNS)
        assert run is not None
        newest = run_pages.history(connection, Wanted(), count=3)
        assert [each["id"] for each in newest] == [RUNS, RUNS - 1, RUNS - 2]
        assert len(run_pages.history(connection, Wanted(state="failed"), count=50)) == RUNS // 500
        read = run_pages.read_a_day(connection, since=NOW - timedelta(days=10))
        assert {read[each]["twitter"] for each in sorted(read)[1:-1]} == {120}
        assert len(run_pages.paid(connection, RUNS, count=50)) == ACTS // RUNS
        assert schedules.spent(connection, now=NOW) == {}
