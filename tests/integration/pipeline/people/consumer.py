"""Consumers of the messaging store: one reads whole exports, one reads the feed from its cursor."""

from collections.abc import Callable
from typing import Any

from domain.contact import ContactKey
from exports.record import record
from store import feed_rows
from store.database import Database
from tests.contents import rows


class Consumer:
    """Knows of the installation nothing but who is shown to it, and whose removal it is told.

    `holds` is what exports leave in it; `records` what the feed leaves in one that reads each step once and
    then asks for the record.
    """

    def __init__(self, database: Database, ask_gates: Callable[[], object]) -> None:
        self._database = database
        self._ask_gates = ask_gates
        self._epoch, self._reads, self._cursor = "", 0, 0
        self.holds: set[ContactKey] = set()
        self.shown: dict[ContactKey, dict[str, Any]] = {}
        self.records: dict[ContactKey, dict[str, Any] | None] = {}

    def read(self) -> None:
        """Read who is shown, every tombstone, and the feed; the gates are asked every second time before."""
        self._reads += 1
        if self._reads % 2:
            self._ask_gates()
        (state,) = rows(self._database, "feed_state")
        if state["epoch"] != self._epoch:
            self._epoch, self._cursor = state["epoch"], 0
            self.holds, self.records = set(), {}
        with self._database.read() as connection:
            self.shown = {ContactKey(row[0], row[1]): record(row) for row in feed_rows.rows(connection)}
            told = {ContactKey(row[1], row[2]) for row in feed_rows.tombstones(connection)}
        assert not self.shown.keys() & told, "nobody is shown and told to be removed"
        self.holds = (self.holds | self.shown.keys()) - told
        self._follow(state["seq"])

    def _follow(self, newest: int) -> None:
        """Read the feed behind the cursor, as it stands, and nothing twice."""
        steps = [each for each in rows(self._database, "changes") if each["seq"] > self._cursor]
        for each in sorted(steps, key=lambda step: step["seq"]):
            key = ContactKey(each["platform"], each["platform_id"])
            if each["op"] == "upsert":
                self.records[key] = self.shown.get(key)
            else:
                self.records.pop(key, None)
            self._cursor = each["seq"]
        assert self._cursor <= newest
