"""The queue: fenced pages a second through it, beside the same transactions in plain threads.

Eight runs of as many accounts, each page of 100 newcomers; a request answers at once or after 300 ms. The
plain threads call what the worker's actors call, with the same database and limiter, a run each to its end.
Messages that do nothing, through dramatiq, RQ and Celery on the same server, are the ceiling.
`--database postgresql` runs one of its own. `make bench-queue`
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

import dramatiq
from redis import Redis

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.peers.programs import PEERS  # noqa: E402
from config.settings import Settings  # noqa: E402
from domain.batch import Batch, PageRequest  # noqa: E402
from domain.contact import ContactKey  # noqa: E402
from domain.limit import Limit  # noqa: E402
from domain.signal import Signal, SignalKind  # noqa: E402
from pipeline.begin import Wanted, begin_harvest  # noqa: E402
from pipeline.harvest import harvest_next  # noqa: E402
from pipeline.road import Road  # noqa: E402
from store import runs  # noqa: E402
from store.outbox import Wake  # noqa: E402
from tests.cast import OURS, added  # noqa: E402  # the tests' own tools
from tests.scripted import FOLLOWERS, ScriptedConnector  # noqa: E402
from tests.servers import postgresql_server, queue  # noqa: E402
from workers import actors  # noqa: E402
from workers.broker import CONTROL, redis_broker  # noqa: E402
from workers.limiter import limiter_of  # noqa: E402
from workers.runtime import Runtime, utc_now  # noqa: E402

RUNS = THREADS = 8
PAGE = 100
QUEUE = runs.queue_of("twitter")
#: What does nothing goes through these, counted by this key of the server, within so many seconds.
OTHERS, DONE, PATIENCE_S = ("dramatiq", "rq", "celery"), "noops:done", 300


@dataclass
class Slow(ScriptedConnector):
    """Lists invented people, none twice, after a wait, and says that more may be asked for."""

    first: int = 0
    pages: int = 0
    wait_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self, request: PageRequest) -> Batch:
        """Answer."""
        time.sleep(self.wait_s)
        page = int(request.cursor or 0)
        begin = self.first + page * PAGE
        acts = tuple(
            Signal(ContactKey("twitter", str(10**15 + number)), SignalKind.FOLLOWS)
            for number in range(begin, begin + PAGE)
        )
        limit = Limit(FOLLOWERS, 10**6, utc_now() + timedelta(minutes=15), 10**6)
        cursor = str(page + 1) if page + 1 < self.pages else None
        return Batch(signals=acts, next_cursor=cursor, billed_items=PAGE, limit=limit)


@contextmanager
def installed(url: str | None, queue_url: str, wait_s: float, pages: int) -> Iterator[tuple[Road, list[int]]]:
    """Make an installation with a run for each account; yields the road and the runs."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data_dir=Path(name), database_url=url)
        runtime = Runtime(settings, upgrade=True)
        broker = redis_broker(queue_url)
        connectors: dict[int, Slow] = {}
        road = replace(
            runtime.road("worker", limiter_of(broker, runtime.database)),
            connector_of=lambda _connection, account: connectors[account.id],
            price=lambda _meter, _owned: 0,
            duty_of=lambda _account: None,
            helpers=ThreadPoolExecutor(THREADS),
        )
        begun: list[int] = []
        with runtime.database.write() as connection:
            for number in range(RUNS):
                mine = replace(
                    OURS, name=f"x-{number}", platform_id=str(6000 + number), app_id=f"app {number}"
                )
                account = added(connection, mine)
                slow = Slow(first=number * pages * PAGE, pages=pages, wait_s=wait_s)
                connectors[account.id] = slow
                begun += begin_harvest(
                    connection, account, slow, Wanted((FOLLOWERS,)), now=utc_now()
                ).values()
        yield road, begun
        runtime.database.close()


def done(road: Road, run_ids: list[int]) -> bool:
    """Tell whether all runs were read to their ends."""
    with road.database.read() as connection:
        return all(runs.get(connection, each)["state"] == "done" for each in run_ids)


def through_the_queue(road: Road, run_ids: list[int], queue_url: str) -> None:
    """Let a worker carry out the runs' messages."""
    broker = redis_broker(queue_url)
    dramatiq.set_broker(broker)
    actors.declare(broker, road)
    worker = dramatiq.Worker(broker, queues={QUEUE, CONTROL}, worker_threads=THREADS, worker_timeout=100)
    worker.queue_prefetch = THREADS
    for each in run_ids:
        broker.enqueue(actors.message_of(Wake(runs.KIND, each, 0, QUEUE)))
    worker.start()
    while not done(road, run_ids):
        time.sleep(0.02)
    worker.stop()


def in_plain_threads(road: Road, run_ids: list[int], _queue_url: str) -> None:
    """Carry out each run in a thread of its own: no message is sent."""

    def to_its_end(run_id: int) -> None:
        wake: Wake | None = Wake(runs.KIND, run_id, 0, QUEUE)
        while wake:
            wake = harvest_next(road, run_id, wake.fence)

    with ThreadPoolExecutor(THREADS) as threads:
        for each in [threads.submit(to_its_end, each) for each in run_ids]:
            each.result()
    if not done(road, run_ids):
        with road.database.read() as connection:
            waits = {runs.get(connection, each)["waiting_for"] for each in run_ids}
        raise SystemExit(f"A run did not end (waits for {waits}); no figure.")


WAYS: dict[str, Callable[[Road, list[int], str], None]] = {
    "plain threads": in_plain_threads,
    "through the queue": through_the_queue,
}


def main() -> None:
    """Measure in turns, and print pages or messages a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--messages", type=int, default=5_000, help="of those that do nothing")
    given = parser.parse_args()
    for wait_s, pages in ((0.0, 100), (0.3, 20)):
        found: dict[str, list[float]] = {each: [] for each in WAYS}
        for _ in range(given.times):
            for name, way in WAYS.items():
                found[name].append(_measured(given.database, way, wait_s, pages))
        for name, rates in found.items():
            ends = f"{min(rates):,.1f} to {max(rates):,.1f}"
            print(f"requests of {wait_s * 1000:.0f} ms, {name}: {median(rates):,.1f} pages/s ({ends})")
    for name in OTHERS if given.messages else ():
        rates = []
        for _ in range(given.times):
            with queue() as server:
                rates.append(noops(name, server.url, given.messages))
        print(f"no-ops, {name}: {median(rates):,.0f} messages/s ({min(rates):,.0f} to {max(rates):,.0f})")


def _measured(kind: str, way: Callable[[Road, list[int], str], None], wait_s: float, pages: int) -> float:
    with (
        queue() as server,
        _database(kind) as url,
        installed(url, server.url, wait_s, pages) as (road, begun),
    ):
        at = time.monotonic()
        way(road, begun, server.url)
        return RUNS * pages / (time.monotonic() - at)


def noops(name: str, url: str, messages: int) -> float:
    """Return messages a second: all wait before the worker starts, time counts from the first one done."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NOOPS_URL": url,
        "NOOPS_THREADS": str(THREADS),
        "NOOPS_DONE": DONE,
    }
    program = [str(PEERS / "python"), "-m", "benchmarks.peers.noops", name]
    subprocess.run([*program, "send", str(messages)], env=environment, check=True)
    client = Redis.from_url(url)
    worker = subprocess.Popen(
        [*program, "work"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        begun, first = 0.0, 0
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            counted = int(client.get(DONE) or 0)
            if counted and not begun:
                begun, first = time.monotonic(), counted
            if counted >= messages:
                return (counted - first) / (time.monotonic() - begun)
            time.sleep(0.01)
        raise SystemExit(f"{name} did not carry out {messages} messages.")
    finally:
        worker.kill()
        worker.wait()


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    with postgresql_server() as server:
        yield f"postgresql://postgres@/postgres?{server.place}"


if __name__ == "__main__":
    main()
