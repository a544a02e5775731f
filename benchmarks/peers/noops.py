"""Messages that do nothing, through the queues that people use: the ceiling of any queue on this machine.

Called by benchmarks/queue_pages.py with its environment; as a program of .peers/bin/python it is a worker.
"""

import os
import sys
import time
from typing import Any

from redis import Redis


def count() -> None:
    """Do nothing but count."""
    _client().incr(os.environ["NOOPS_DONE"])


_clients: list[Any] = []


def _client() -> Any:
    if not _clients:
        _clients.append(Redis.from_url(os.environ["NOOPS_URL"]))
    return _clients[0]


def _dramatiq(messages: int | None) -> None:
    import dramatiq  # noqa: PLC0415  # one of three
    from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415

    broker = RedisBroker(url=os.environ["NOOPS_URL"])
    dramatiq.set_broker(broker)
    actor = dramatiq.actor(count, queue_name="noops")
    if messages is not None:
        for _ in range(messages):
            actor.send()
        return
    dramatiq.Worker(broker, worker_threads=int(os.environ["NOOPS_THREADS"])).start()
    time.sleep(3600)


def _rq(messages: int | None) -> None:
    from rq import Queue, SimpleWorker  # noqa: PLC0415

    queue = Queue("noops", connection=_client())
    if messages is not None:
        queue.enqueue_many([Queue.prepare_data("benchmarks.peers.noops.count") for _ in range(messages)])
        return
    SimpleWorker([queue], connection=_client()).work(logging_level="WARNING")


def _celery(messages: int | None) -> None:
    from celery import Celery  # noqa: PLC0415

    app = Celery("noops", broker=os.environ["NOOPS_URL"].replace("unix://", "redis+socket://"))
    app.conf.task_ignore_result = True
    task = app.task(count, name="noops")
    if messages is not None:
        with app.producer_pool.acquire(block=True) as producer:
            for _ in range(messages):
                task.apply_async(producer=producer)
        return
    threads = os.environ["NOOPS_THREADS"]
    app.worker_main(["worker", "--pool", "threads", "--concurrency", threads, "--loglevel", "WARNING"])


if __name__ == "__main__":
    named, what, *many = sys.argv[1:]
    ways = {"dramatiq": _dramatiq, "rq": _rq, "celery": _celery}
    ways[named](int(many[0]) if what == "send" else None)
