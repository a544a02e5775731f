"""Failures replayed or dropped: what a look ahead promises is what is done."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from domain.errors import RegularsError
from pipeline import failing
from store import failures, jobs, runs
from store.database import Database
from store.failures import Failure
from store.tables import harvest_runs
from store.tables import jobs as job_rows
from tests.cast import NOW
from tests.contents import rows
from tests.travel import Travel


def fail(connection: Connection, run_id: int, stream: str = "followers", state: str = "failed") -> int:
    connection.execute(update(harvest_runs).where(harvest_runs.c.id == run_id).values(state=state))
    failures.add(connection, Failure(run_id, stream, None, "server", "It failed.", "Replay.", 3), now=NOW)
    return int(failures.listed(connection)[0]["id"])


def test_what_may_go_on_goes_on_and_the_rest_says_why(database: Database) -> None:
    travel = Travel(database)
    first = travel.begin("followers", "mentions")
    with database.write() as connection:
        old = fail(connection, first["followers"])
        mentions = fail(connection, first["mentions"], "mentions")
        twice = fail(connection, first["mentions"], "mentions")
    travel.begin("followers")  # another run reads the stream by now
    with database.read() as connection:
        ahead = {each.row["id"]: each.hindrance for each in failing.prospects(connection)}
    assert ahead == {old: "read_again", mentions: "same", twice: ""}
    with database.write() as connection:
        failing.settle(connection, [mentions, twice], failing.REPLAYED, now=NOW)
    assert travel.run(first["mentions"])["state"] == "running"
    with pytest.raises(RegularsError, match="still reading followers"), database.write() as connection:
        failing.settle(connection, [old], failing.REPLAYED, now=NOW)
    with database.write() as connection:
        failing.settle(connection, [old], failing.DROPPED, now=NOW)
        assert failing.prospects(connection) == []
    assert {each["state"] for each in rows(database, "failures")} == {"replayed", "dropped"}


def test_a_run_that_went_on_since_and_a_job_that_was_replaced_stay(database: Database) -> None:
    travel = Travel(database)
    run = travel.begin("followers")["followers"]
    with database.write() as connection:
        ended = fail(connection, run, state="cancelled")
        job = jobs.begin(connection, jobs.EXPIRE, {}, now=NOW)
        connection.execute(update(job_rows).values(state="failed"))
        sentence = Failure(None, None, None, "database", "It failed.", "Replay.", 8, job)
        failures.add(connection, sentence, now=NOW)
        other = jobs.begin(connection, jobs.EXPIRE, {}, now=NOW + timedelta(hours=1))
        assert other is not None
        ahead = {each.row["cause"]: each.hindrance for each in failing.prospects(connection)}
        assert ahead == {"database": "replaced", "server": "ended"}
        assert [each.row["id"] for each in failing.prospects(connection, [ended])] == [ended]


def test_one_that_may_not_leaves_all_as_they_are(database: Database) -> None:
    travel = Travel(database)
    begun = travel.begin("followers", "mentions")
    with database.write() as connection:
        good = fail(connection, begun["followers"])
        bad = fail(connection, begun["mentions"], "mentions", state="cancelled")
    with pytest.raises(runs.NoSuchRunError), database.write() as connection:
        failing.settle(connection, [good, bad], failing.REPLAYED, now=NOW)
    assert {each["state"] for each in rows(database, "failures")} == {"open"}
    with pytest.raises(RegularsError, match="No failure 999"), database.write() as connection:
        failing.settle(connection, [999], failing.DROPPED, now=NOW)
