"""Pauses: a message of a queue that is held back is laid aside until the queue goes on."""

from typing import Any

from dramatiq import Broker, MessageProxy
from dramatiq.middleware import Middleware, SkipMessage

from store import outbox, pausing
from store.database import Database
from store.outbox import Wake


class Pauses(Middleware):
    """Asks before each message whether its queue is held back; the outbox then sends it again later."""

    def __init__(self, database: Database, kinds: dict[str, str]) -> None:
        self._database = database
        #: The kind of subject that each actor goes on with.
        self._kinds = kinds

    def before_process_message(self, _broker: Broker, message: MessageProxy) -> None:
        """Raise SkipMessage for a message that must wait."""
        kind = self._kinds.get(message.actor_name)
        if kind is None:
            return
        with self._database.read() as connection:
            held = message.queue_name in pausing.paused(connection)
        if held:
            args: Any = message.args
            with self._database.write() as connection:
                outbox.unsend(connection, Wake(kind, args[0], args[1], message.queue_name))
            raise SkipMessage
