"""What workers tell of themselves: work done, log lines with ids, traces; and queues that are held back."""

import io
import itertools
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import dramatiq
import pytest
from dramatiq import Broker
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import update

from config.logs import JsonLines, about
from config.settings import Settings
from pipeline import halting
from store import pausing, workers
from store.tables import harvest_runs, outbox
from tests.contents import inside, rows
from tests.integration.workers.conftest import AUDIENCE, at_work, look_until
from tests.scripted import FOLLOWERS
from tests.travel import Travel
from workers import tracing
from workers.actors import KIND_OF
from workers.dispatcher import Dispatcher
from workers.life import Life
from workers.pauses import Pauses
from workers.runtime import utc_now
from workers.tracing import Tracing

QUEUE = "harvest.twitter"
EVERYBODY = {each.platform_id for each in AUDIENCE}


def dispatcher_of(travel: Travel, broker: Broker) -> Dispatcher:
    return Dispatcher(travel.database, broker, Settings(queue_high_water=100), travel.road)


def due_now(travel: Travel) -> None:
    """Make whatever waits due, and not yet sent."""
    with travel.database.write() as connection:
        connection.execute(update(harvest_runs).values(due_at=utc_now()))
        connection.execute(update(outbox).values(due_at=utc_now(), sent_at=None))


def is_done(travel: Travel, run_id: int) -> Callable[[], bool]:
    return lambda: travel.run(run_id)["state"] == "done"


def test_a_queue_that_is_held_back_waits_with_what_was_sent_and_goes_on(
    travel: Travel, broker: Broker
) -> None:
    broker.add_middleware(Pauses(travel.database, KIND_OF))
    dispatcher = dispatcher_of(travel, broker)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert dispatcher.tick() == 1  # it is in the queue already when the queue is held back
    with travel.database.write() as connection:
        pausing.pause(connection, QUEUE, "cli:ada", now=utc_now())
    with at_work(travel, broker):
        look_until(lambda: rows(travel.database, "outbox")[0]["sent_at"] is None)
        assert dispatcher.tick() == 0
        assert travel.run(run_id)["pages"] == 0
        with travel.database.write() as connection:
            assert pausing.resume(connection, QUEUE)
            assert not pausing.resume(connection, QUEUE)
        look_until(is_done(travel, run_id), dispatcher.tick)
    assert inside(travel.database) == EVERYBODY


def test_others_are_not_held_back_with_it(travel: Travel, broker: Broker) -> None:
    broker.add_middleware(Pauses(travel.database, KIND_OF))
    with travel.database.write() as connection:
        pausing.pause(connection, "harvest.facebook", "cli:ada", now=utc_now())
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, broker):
        look_until(is_done(travel, run_id), dispatcher_of(travel, broker).tick)


def test_what_was_done_is_counted_as_it_goes(travel: Travel, broker: Broker) -> None:
    life = Life(travel.database, "worker", QUEUE)
    life.begin()
    travel.road = replace(travel.road, note=life.note)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, broker):
        look_until(is_done(travel, run_id), dispatcher_of(travel, broker).tick)
    life._sign()
    with travel.database.read() as connection:
        done = workers.done_by_minute(connection, since=utc_now() - timedelta(minutes=3))
        totals = {
            (name, labels.get("outcome")): total for name, labels, total in workers.totals_of(connection)
        }
        (row,) = workers.seen(connection)
    assert sum(done[QUEUE].values()) == 5
    assert totals == {("pages", None): 5, ("requests", "ok"): 5}
    assert row["memory_bytes"] > 1_000_000
    assert utc_now() - row["worked_at"] < timedelta(minutes=1)
    life.end()


def test_what_could_not_be_written_is_counted_later(travel: Travel) -> None:
    life = Life(travel.database, "worker", QUEUE)
    life.note("pushes", {"queue": "control"})
    counted = life.tally.taken()
    life.tally.give_back(*counted)
    life.note("pushes", {"queue": "control"})
    life._sign()
    with travel.database.read() as connection:
        assert workers.totals_of(connection) == [("pushes", {"queue": "control"}, 2)]
        assert list(workers.done_by_minute(connection, since=utc_now())) == ["control"]


def test_who_died_is_seen_for_an_hour_and_old_minutes_are_forgotten(travel: Travel) -> None:
    life = Life(travel.database, "worker", QUEUE)
    life.note("pages", {"queue": QUEUE})
    life._sign()
    now = utc_now()
    with travel.database.write() as connection:
        workers.bury(connection, [life.id], died=True, now=now)
        assert workers.every(connection) == []
        assert [each["id"] for each in workers.seen(connection)] == [life.id]
        workers.forget(connection, now=now + timedelta(minutes=59))
        assert len(workers.seen(connection)) == 1
        workers.forget(connection, now=now + timedelta(minutes=61))
        assert workers.seen(connection) == []
        assert workers.done_by_minute(connection, since=now - timedelta(minutes=2)) != {}
        workers.forget(connection, now=now + timedelta(hours=3))
        assert workers.done_by_minute(connection, since=now - timedelta(minutes=2)) == {}


def test_the_dispatcher_lets_in_whom_a_halt_kept_out(travel: Travel, broker: Broker) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    dispatcher = dispatcher_of(travel, broker)
    travel.step(run_id)
    due_now(travel)
    first = inside(travel.database)
    assert len(first) == 2
    with travel.database.write() as connection:
        halting.halt(connection, travel.account, "cli:ada", "a test", now=utc_now())
    with at_work(travel, broker):
        dispatcher.tick()
        look_until(lambda: travel.run(run_id)["waiting_for"] == halting.WAITS, dispatcher.tick)
        assert inside(travel.database) == first
        with travel.database.write() as connection:
            halting.resume(connection, travel.account)
            # A page looks again after a few seconds; here at once.
            connection.exec_driver_sql("UPDATE harvest_runs SET due_at = started_at")
            connection.exec_driver_sql(
                "UPDATE outbox SET due_at = (SELECT started_at FROM harvest_runs), sent_at = NULL"
            )
        look_until(is_done(travel, run_id), dispatcher.tick)
    assert inside(travel.database) == EVERYBODY


def test_every_line_of_a_worker_says_of_which_run_and_page(travel: Travel, broker: Broker) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("regulars")
    before = log.level
    log.addHandler(handler)
    log.setLevel("INFO")
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    try:
        with at_work(travel, broker):
            look_until(is_done(travel, run_id), dispatcher_of(travel, broker).tick)
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    lines = [json.loads(each) for each in written.getvalue().splitlines()]
    pages = [each for each in lines if each["event"] == "harvest.page" and each["goes_on"]]
    assert [(each["run"], each["fence"]) for each in pages] == [(run_id, fence) for fence in range(4)]
    assert all(each["ms"] >= 0 for each in pages)
    assert not [each for each in EVERYBODY if each in written.getvalue()]


def test_ids_of_a_block_end_with_it_and_lie_within_one_another() -> None:
    def line() -> dict[str, object]:
        read: dict[str, object] = json.loads(JsonLines().format(logging.makeLogRecord({"msg": "said"})))
        return read

    with about(run=7, fence=1):
        with about(fence=2, job=3):
            assert {"run": 7, "fence": 2, "job": 3}.items() <= line().items()
        assert line()["fence"] == 1
    assert "run" not in line()


def words_of(spans: Iterable[ReadableSpan]) -> str:
    """Return all that spans say but for their times and numbers, in which anything may stand by chance."""
    return " ".join(
        f"{each.name} {each.attributes} {each.status.description} "
        f"{[(one.name, one.attributes) for one in each.events]}"
        for each in spans
    )


def test_each_page_is_a_span_with_its_run_and_links_to_the_one_before(travel: Travel, broker: Broker) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    broker.add_middleware(Tracing(provider))
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with at_work(travel, broker):
        look_until(is_done(travel, run_id), dispatcher_of(travel, broker).tick)
        look_until(lambda: len(exporter.get_finished_spans()) >= 5)
    spans = exporter.get_finished_spans()
    told = [(each.attributes or {}) for each in spans]
    assert [each["regulars.fence"] for each in told] == list(range(len(spans)))
    assert {each["regulars.run"] for each in told} == {run_id}
    assert {each["messaging.destination.name"] for each in told} == {QUEUE}
    assert not spans[0].links
    for before, after in itertools.pairwise(spans):
        (link,) = after.links
        assert link.context.span_id == before.context.span_id
        assert after.context.trace_id != before.context.trace_id
    assert not [each for each in EVERYBODY if each in words_of(spans)]


def test_what_failed_is_told_by_its_kind_and_never_by_its_text(broker: Broker) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    broker.add_middleware(Tracing(provider))

    @dramatiq.actor(queue_name="control", broker=broker)
    def breaks() -> None:
        raise ValueError("Ada Lovelace")

    worker = dramatiq.Worker(broker, queues={"control"}, worker_threads=1, worker_timeout=20)
    worker.start()
    breaks.send()
    look_until(lambda: len(exporter.get_finished_spans()) == 1)
    worker.stop()
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert "Lovelace" not in span.to_json()


def test_without_an_address_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in tracing.ENDPOINTS:
        monkeypatch.delenv(each, raising=False)
    assert tracing.tracing() is None
    monkeypatch.setenv(tracing.ENDPOINTS[0], "http://127.0.0.1:1/v1/traces")
    monkeypatch.setattr(tracing, "trace", None)
    assert tracing.tracing() is None
