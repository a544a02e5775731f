"""Bells: a queue is looked at again as soon as this process has put something in it."""

import threading
from collections import defaultdict
from typing import Any

from dramatiq import Broker, Message, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import q_name
from dramatiq.middleware import Middleware

#: Seconds between two looks at a queue that only others fill, and at one that nobody fills.
POLL_S = 0.1
UNUSED_POLL_S = 1.0


class Bells(Middleware):
    """A bell for each queue, rung where a message came in or one in hand was done."""

    def __init__(self) -> None:
        self.of: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def after_enqueue(self, _broker: Broker, message: Message[Any], _delay: int) -> None:
        """Ring for a message that this process has sent."""
        self.of[message.queue_name].set()

    def after_ack(self, _broker: Broker, message: MessageProxy) -> None:
        """Ring where there is room for one more."""
        self.of[message.queue_name].set()

    def after_nack(self, _broker: Broker, message: MessageProxy) -> None:
        """Ring where there is room for one more."""
        self.of[message.queue_name].set()


class PromptBroker(RedisBroker):
    """A broker whose consumers hear bells.

    dramatiq's own look at an empty queue after growing pauses: a chain of pages, each of which sends the
    message of the next, waits out a part of every pause, and idle workers still ask often.
    """

    def __init__(self, bells: Bells, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]  # dramatiq leaves it untyped
        self.bells = bells

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 0) -> "_PromptConsumer":  # noqa: ARG002  # dramatiq gives it
        """Create a consumer of a queue; the bell replaces the time-out."""
        return _PromptConsumer(self, queue_name, prefetch)


class _PromptConsumer(_RedisConsumer):
    def __init__(self, broker: PromptBroker, queue_name: str, prefetch: int) -> None:
        super().__init__(broker, queue_name, prefetch, 0)  # type: ignore[no-untyped-call]  # dramatiq leaves it untyped
        self._bell = broker.bells.of[queue_name]
        self._poll_s = POLL_S if queue_name == q_name(queue_name) else UNUSED_POLL_S

    def __next__(self) -> Any:
        message = super().__next__()  # type: ignore[no-untyped-call]  # dramatiq leaves it untyped
        if message is None and self._bell.wait(self._poll_s):
            self._bell.clear()
        return message
