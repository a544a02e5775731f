"""The limiter of all workers of all machines: one script in the queue server."""

from pathlib import Path

import orjson
from dramatiq import Broker
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from domain.errors import RetryLaterError
from domain.window import Told
from pipeline.ask import Ask
from pipeline.limiter import DatabaseLimiter, Limiter, Recall
from pipeline.windows import written
from store.database import Database
from workers.broker import NAMESPACE, QUEUE_DOWN
from workers.runtime import utc_now


class RedisLimiter:
    """Keeps the windows in the queue server; see `pipeline.limiter.Limiter`."""

    def __init__(self, client: Redis) -> None:
        self._script = client.register_script(Path(__file__).with_suffix(".lua").read_text(encoding="utf-8"))

    def take(self, ask: Ask, recall: Recall) -> float:
        """See `Limiter`; the server's clock is the one that counts."""
        return float(self._run("take", ask, None, recall))

    def answer(self, ask: Ask, told: Told | None, recall: Recall) -> None:
        """See `Limiter`."""
        self._run("answer", ask, told, recall)

    def give_back(self, ask: Ask) -> None:
        """See `Limiter`."""
        self._run("give_back", ask, None, None)

    def _run(self, what: str, ask: Ask, told: Told | None, recall: Recall | None, at: str = "") -> str:
        keys = [f"{NAMESPACE}:limit:{each}" for each in ask.names]
        given = orjson.dumps(told._asdict()).decode() if told else ""
        arguments = [what, ask.permit, ask.caller, given, "", at]
        try:
            said = self._script(keys, arguments)
            if said == b"unknown" and recall is not None:
                known = ",".join(map(written, recall()))
                said = self._script(keys, [what, ask.permit, ask.caller, given, f"[{known}]", at])
        except QUEUE_DOWN:
            raise RetryLaterError(
                "The queue server, which holds the limits of all workers, does not answer.", code="limiter"
            ) from None
        return str(said, "ascii")


def limiter_of(broker: Broker, database: Database) -> Limiter:
    """Return the limiter that goes with a broker: in its server, or in the database where it has none."""
    if isinstance(broker, RedisBroker):
        return RedisLimiter(broker.client)
    return DatabaseLimiter(database, utc_now)
