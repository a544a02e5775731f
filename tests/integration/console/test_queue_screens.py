"""The screens of the queues: what they show, who may act, and what reading them costs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text, update

from domain.batch import Quarantined
from domain.limit import Limit
from domain.user import Role
from store import failures, halts, inbox, limits, pausing, workers
from store.database import Database
from store.failures import Failure
from store.limits import Place
from store.tables import harvest_runs
from tests.consoles import Consoles, listening
from tests.contents import rows
from tests.travel import Travel
from workers.life import Life
from workers.runtime import utc_now

pytestmark = pytest.mark.either

HOSTILE = "<script>alert(1)</script>=HYPERLINK(1)\u202e"
PATHS = (
    *("/queues", "/queues/standing", "/queues/failed", "/queues/failures?all=1", "/queues/limits"),
    *(
        "/queues/limits/clocks",
        "/queues/jobs",
        "/queues/quarantine",
        "/queues/pushes",
        "/halt",
        "/halt/banner",
    ),
)
#: How the plan of a statement says that it reads a large table from end to end.
WHOLE = re.compile(
    r"(SCAN|Seq Scan on) "
    r"(harvest_runs|contacts|signals|changes|failures|halted_contacts|quarantined_items|jobs)\b"
)


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Iterator[Consoles]:
    """Let a console listen."""
    with listening(Consoles(database, tmp_path / "data")) as made:
        yield made


def failed(console: Consoles, sentence: str = "It failed.") -> tuple[Travel, list[int]]:
    """Let two harvests have failed; returns the numbers of their failures."""
    travel = Travel(console.database)
    begun = travel.begin("followers", "mentions")
    with console.database.write() as connection:
        connection.execute(update(harvest_runs).values(state="failed"))
        for stream, run_id in begun.items():
            failure = Failure(run_id, stream, None, "server", sentence, "Replay.", 12)
            failures.add(connection, failure, now=utc_now())
        failures.quarantine(
            connection, begun["followers"], [Quarantined("id is none", "secret shape")], now=utc_now()
        )
        return travel, [each["id"] for each in failures.listed(connection)]


def test_the_first_line_says_whether_anything_is_stuck(console: Consoles) -> None:
    ada = console.as_(Role.VIEWER)
    assert "No dispatcher is at work" in ada.get("/queues").text
    dispatcher, worker = Life(console.database, "dispatcher"), Life(console.database, "worker", "export")
    dispatcher.begin()
    assert "No worker reads the queues" in ada.get("/queues").text
    worker.begin()
    assert "Nothing is stuck" in ada.get("/queues").text
    travel = Travel(console.database)
    travel.begin("followers")
    console.now = utc_now() + timedelta(seconds=5)
    assert "One queue does not move" in ada.get("/queues").text  # nobody reads that queue
    console.now = None
    for each in (dispatcher, worker):
        each.end()


def test_some_failures_are_replayed_and_others_dropped_with_a_look_ahead(console: Consoles) -> None:
    _, (second, first) = failed(console)
    ada = console.as_(Role.OPERATOR)
    ahead = ada.get(f"/queues/failures?act=replay&id={first}").text
    assert "Replay this failure" in ahead
    assert {each["state"] for each in rows(console.database, "failures")} == {"open"}
    assert ada.post("/queues/failures", {"act": "replay", "id": [first]}).status == 303
    assert ada.post("/queues/failures", {"act": "drop", "id": [second]}).status == 303
    states = {each["id"]: each["state"] for each in rows(console.database, "failures")}
    assert states == {first: "replayed", second: "dropped"}
    again = ada.post("/queues/failures", {"act": "replay", "id": [first]})
    assert again.headers["location"] == "/queues?done=changed"
    acts = [each["act"] for each in rows(console.database, "journal_texts")]
    assert {"failures.replayed", "failures.dropped"} <= set(acts)
    assert ada.get("/queues/failures?act=burn").status == 404


def test_a_viewer_sees_and_does_not_act(console: Consoles) -> None:
    failed(console)
    eve = console.as_(Role.VIEWER)
    page = eve.get("/queues").text
    assert "Replay all" not in page
    assert "/queues/pause" not in page
    assert 'href="/halt"' not in page
    assert eve.get("/queues/failures").status == 403
    assert eve.post("/queues/pause", {"queue": "export"}).status == 403
    assert console.as_(Role.OPERATOR).post("/halt", {"why": "x"}).status == 403
    with console.database.read() as connection:
        assert (pausing.paused(connection), halts.every(connection)) == ({}, [])


def test_pushes_are_never_held_back(console: Consoles) -> None:
    ada = console.as_(Role.OPERATOR)
    for queue in ("control", "elsewhere", ""):
        assert ada.post("/queues/pause", {"queue": queue}).status == 404
    assert ada.post("/queues/pause", {"queue": "classify"}).status == 303
    with console.database.read() as connection:
        assert list(pausing.paused(connection)) == ["classify"]
    assert "held back by one of you" in ada.get("/queues").text or "paused" in ada.get("/queues").text


def test_an_account_is_paused_and_resumed_with_its_failures(console: Consoles) -> None:
    travel, _ = failed(console)
    ada = console.as_(Role.OPERATOR)
    path = f"/queues/accounts/{travel.account.id}"
    assert ada.post(f"{path}/pause").status == 303
    assert "Paused by console:operator." in ada.get("/queues/limits").text
    assert ada.post(f"{path}/resume").status == 303
    assert "Paused by" not in ada.get("/queues/limits").text
    assert ada.post("/queues/accounts/999/pause").status == 404
    acts = [each["act"] for each in rows(console.database, "journal_texts")]
    assert {"account.paused", "account.resumed"} <= set(acts)


def test_what_was_written_elsewhere_is_text_and_quarantine_shows_no_value(console: Consoles) -> None:
    failed(console, HOSTILE)
    ada = console.as_(Role.ADMIN)
    ada.post("/halt", {"why": HOSTILE, "place": "0"})
    for path in PATHS:
        answer = ada.get(path)
        assert answer.status == 200, path
        assert "<script>alert" not in answer.text, path
    assert "secret shape" not in ada.get("/queues/quarantine").text
    assert "id is none" in ada.get("/queues/quarantine").text


def test_a_halt_needs_a_reason_and_a_place_that_is_there(console: Consoles) -> None:
    ada = console.as_(Role.MANAGER)
    assert ada.post("/halt", {"why": " ", "place": "0"}).status == 422
    assert ada.post("/halt", {"why": "why", "place": "77"}).status == 404
    assert ada.post("/halt/end", {"place": "0"}).status == 303  # nothing to end: nothing happens
    with console.database.read() as connection:
        assert halts.every(connection) == []


def test_pushes_that_were_put_aside_are_taken_in_again(console: Consoles) -> None:
    with console.runtime.inbox.write() as connection:
        came = [inbox.Arrived("twitter", b"{}", utc_now())]
        inbox.put(connection, inbox.to_store(came, bytes, keep=timedelta(days=1)))
        connection.execute(text("UPDATE inbox SET state = 'aside', problem = 'It failed.'"))
    ada = console.as_(Role.OPERATOR)
    assert "One push is put aside" in ada.get("/queues/pushes").text
    assert ada.post("/queues/pushes/replay").status == 303
    assert "put aside" not in ada.get("/queues/pushes").text


def test_no_page_reads_a_large_table_from_end_to_end(console: Consoles) -> None:
    travel, _ = failed(console)
    with console.database.write() as connection:
        place = Place("twitter", f"account {travel.account.platform_id}", "followers")
        limit = Limit(endpoint="followers", remaining=3, limit=15, reset_at=utc_now() + timedelta(minutes=5))
        limits.observe(connection, place, limit, now=utc_now())
    ada = console.as_(Role.ADMIN)
    asked: list[tuple[str, Any]] = []
    engine = console.runtime.database.engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in PATHS:
            ada.get(path)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    whole = set()
    with console.database.read() as connection:
        on_sqlite = console.database.on_sqlite
        if not on_sqlite:  # of small tables it reads all unless told otherwise
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in asked:
            if not statement.lstrip().startswith("SELECT") or "pg_catalog" in statement:
                continue
            explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
            for step in connection.exec_driver_sql(f"{explain} {statement}", parameters):
                read = str(step[3] if on_sqlite else step[0])
                # One that ends after so many rows of an index's order reads no more than these.
                first = "LIMIT" in statement and "ORDER BY jobs.id DESC" in statement
                if WHOLE.search(read) and "INDEX" not in read and not first:
                    whole.add((read, statement))
    assert whole == set()


def test_dead_processes_are_shown_last_and_hold_nothing(console: Consoles) -> None:
    life = Life(console.database, "worker", "export")
    life.begin()
    with console.database.write() as connection:
        workers.bury(connection, ["somebody else"], died=True, now=utc_now())
        workers.bury(connection, [life.id], died=True, now=utc_now())
    page = console.as_(Role.VIEWER).get("/queues").text
    assert page.count(">dead<") == 1
    life._ended.set()
    life._thread.join()
