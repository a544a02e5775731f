"""A queue that this process fills is looked at again at once, not after a pause."""

import threading

import dramatiq
import pytest
from dramatiq.brokers.redis import RedisBroker

from tests.integration.workers.conftest import look_until
from workers import bells
from workers.bells import PromptBroker

#: Longer than these tests wait: without its bell the second message would come too late.
LATE_S = 600.0


@pytest.fixture
def queue(queue: RedisBroker, monkeypatch: pytest.MonkeyPatch) -> PromptBroker:
    """Let consumers look at a queue once in ten minutes, unless a bell rings."""
    monkeypatch.setattr(bells, "POLL_S", LATE_S)
    monkeypatch.setattr(bells, "UNUSED_POLL_S", LATE_S)
    assert isinstance(queue, PromptBroker)
    return queue


@pytest.mark.parametrize("threads", [pytest.param(1, id="one at a time"), pytest.param(2, id="two threads")])
def test_a_chain_of_messages_waits_nowhere(queue: PromptBroker, threads: int) -> None:
    done: list[int] = []

    @dramatiq.actor(queue_name="control", broker=queue)
    def link(number: int) -> None:
        """Send the next of ten."""
        if number < 10:
            link.send(number + 1)
        done.append(number)

    worker = dramatiq.Worker(queue, queues={"control"}, worker_threads=threads, worker_timeout=20)
    worker.queue_prefetch = threads
    worker.start()
    try:
        look_until(lambda: "control" in worker.consumers)
        link.send(1)
        look_until(lambda: len(done) == 10)
    finally:
        _let_go(queue, worker)
    assert sorted(done) == list(range(1, 11))


def _let_go(queue: PromptBroker, worker: dramatiq.Worker) -> None:
    """Stop the worker although its consumers would sleep for long."""
    stopping = threading.Thread(target=worker.stop)
    stopping.start()

    def ring() -> bool:
        for each in list(queue.bells.of.values()):
            each.set()
        return not stopping.is_alive()

    look_until(ring)
