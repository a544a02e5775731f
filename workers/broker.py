"""The broker: Redis or Valkey by address, checked before anything is put in it; or in this process."""

from typing import TypeVar

from dramatiq import Broker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import AgeLimit, Middleware, ShutdownNotifications, TimeLimit
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from domain.errors import RegularsError
from workers.bells import Bells, PromptBroker

NAMESPACE = "regulars"
#: Every worker also reads this queue, and pushes fill little of it: a full one stops heartbeats
#: (queues.md §1.4 f).
CONTROL = "control"
QUEUES = ("harvest.twitter", "harvest.facebook", "classify", "export", CONTROL)


AnyBroker = TypeVar("AnyBroker", bound=Broker)


class QueueError(RegularsError):
    """Raised when the queue server cannot be used; the sentence says why and what to do."""


def redis_broker(url: str, *, allow_volatile: bool = False) -> RedisBroker:
    """Connect to the queue server at `url`; raises QueueError where it is dead, evicts or forgets."""
    try:
        client = Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
        client.ping()
    except (RedisError, ValueError, OSError) as error:
        raise QueueError(
            "The queue server does not answer. Check REGULARS_REDIS_URL and that the server runs."
        ) from error
    if not allow_volatile:
        require_durable(client)
    bells = Bells()
    broker = PromptBroker(
        bells,
        client=client,
        namespace=NAMESPACE,
        middleware=[*_middleware(), bells],
        maintenance_chance=50_000,
        heartbeat_timeout=60_000,
        dead_message_ttl=30 * 24 * 3600 * 1000,
    )
    return _declared(broker)


def process_broker() -> StubBroker:
    """Make a queue inside this process: nothing is lost with it, the database is the truth."""
    return _declared(StubBroker(middleware=_middleware()))


def forgot(broker: Broker) -> bool:
    """Tell whether the queue server has lost its memory since it was last asked."""
    if not isinstance(broker, RedisBroker):
        return False
    return bool(broker.client.set(f"{NAMESPACE}:remembers", "1", nx=True))


def depth(broker: Broker, queue: str) -> int:
    """Count the messages that wait in a queue."""
    if isinstance(broker, RedisBroker):
        return int(broker.client.llen(f"{NAMESPACE}:{queue}"))
    if isinstance(broker, StubBroker):
        return int(broker.queues[queue].qsize())
    return 0


#: What a dead or restarting queue server raises.
QUEUE_DOWN = (BrokerConnectionError, RedisError, OSError)


def _declared(broker: AnyBroker) -> AnyBroker:
    for each in QUEUES:
        broker.declare_queue(each)
    return broker


def _middleware() -> list[Middleware]:
    # No retries: the run's row counts attempts and says when a page is due (docs/adr/0003).
    return [AgeLimit(), TimeLimit(time_limit=10 * 60 * 1000), ShutdownNotifications()]


def require_durable(client: Redis) -> None:
    """Raise QueueError where the queue server may throw messages away, or forgets them when it stops."""
    try:
        memory = client.info("memory")
        durable = client.info("persistence")
    except ResponseError as error:
        raise QueueError("The queue server does not tell whether it persists; allow INFO for it.") from error
    if memory.get("maxmemory_policy") != "noeviction":
        raise QueueError(
            "The queue server may throw messages away: set its maxmemory-policy to noeviction, "
            "or REGULARS_ALLOW_VOLATILE_QUEUE=true if you accept that."
        )
    if not int(durable.get("aof_enabled", 0)):
        raise QueueError(
            "The queue server forgets its messages when it stops: set appendonly yes, "
            "or REGULARS_ALLOW_VOLATILE_QUEUE=true if you accept that."
        )
