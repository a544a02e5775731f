"""A worker: one process that carries out the messages of its queues."""

import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import dramatiq
from dramatiq import Broker

from config.settings import Settings
from domain.errors import RegularsError
from workers import actors
from workers.broker import CONTROL, QUEUES, redis_broker
from workers.life import Life
from workers.limiter import limiter_of
from workers.memory import collect_less_often, share_pools
from workers.pauses import Pauses
from workers.runtime import Runtime
from workers.tracing import tracing

#: Milliseconds that a thread without a message may need to notice that the worker stops.
NOTICE_MS = 100


def start(runtime: Runtime, broker: Broker, queues: Sequence[str]) -> tuple[dramatiq.Worker, Life]:
    """Start carrying out the messages of `queues` in threads of this process."""
    life = Life(runtime.database, "worker", " ".join(queues))
    life.begin()
    threads = runtime.settings.worker_threads
    road = replace(
        runtime.road(life.id, limiter_of(broker, runtime.database)),
        note=life.note,
        helpers=ThreadPoolExecutor(threads, "ahead"),
    )
    broker.add_middleware(Pauses(runtime.database, actors.KIND_OF))
    traces = tracing()
    if traces is not None:
        broker.add_middleware(traces)
    actors.declare(broker, road)
    worker = dramatiq.Worker(
        broker, queues={*queues, CONTROL}, worker_threads=threads, worker_timeout=NOTICE_MS
    )
    # A message waits in the queue, where any free worker finds it, not behind one that is busy here.
    worker.queue_prefetch = threads
    worker.start()
    return worker, life


def run(settings: Settings, redis_url: str, queues: Sequence[str]) -> None:
    """Work until SIGTERM or SIGINT; pages in hand are finished first.

    Raises RegularsError for an unknown queue, KeyMissingError where the key was rotated meanwhile and the new
    one is not to be found.
    """
    unknown = sorted(set(queues) - set(QUEUES))
    if unknown:
        raise RegularsError(f"There is no queue {unknown[0]!r}; there are {', '.join(QUEUES)}.")
    runtime = Runtime(settings)
    broker = redis_broker(redis_url, allow_volatile=settings.allow_volatile_queue)
    ended = until_signal()
    share_pools()
    worker, life = start(runtime, broker, queues)
    collect_less_often()
    ended.wait()
    worker.stop(timeout=60_000)
    life.end()
    if runtime.needs_key is not None:
        raise runtime.needs_key


def until_signal() -> threading.Event:
    """Return an event that the first SIGTERM or SIGINT sets."""
    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: ended.set())
    return ended
