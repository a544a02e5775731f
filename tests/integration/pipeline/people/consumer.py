"""A consumer of the messaging store: it takes in whom it is shown and lets go whom it is told."""

from collections.abc import Callable

from domain.contact import ContactKey
from store import messaging
from store.database import Database
from tests.contents import rows


class Consumer:
    """Knows of the installation nothing but who is shown to it, and whose removal it is told."""

    def __init__(self, database: Database, ask_gates: Callable[[], object]) -> None:
        self._database = database
        self._ask_gates = ask_gates
        self._epoch, self._reads = "", 0
        self.holds: set[ContactKey] = set()
        self.shown: set[ContactKey] = set()

    def read(self) -> None:
        """Read who is shown, and every tombstone; the gates were asked before every second time."""
        self._reads += 1
        if self._reads % 2:
            self._ask_gates()
        (state,) = rows(self._database, "feed_state")
        if state["epoch"] != self._epoch:
            self._epoch, self.holds = state["epoch"], set()
        with self._database.read() as connection:
            self.shown = {ContactKey(row[0], row[1]) for row in messaging.rows(connection)}
            told = {ContactKey(row[1], row[2]) for row in messaging.tombstones(connection)}
        assert not self.shown & told, "nobody is shown and told to be removed"
        self.holds = (self.holds | self.shown) - told
