"""A CRM that follows the feed: it reads whatever is new, and everything anew when a new epoch begins."""

from domain.contact import ContactKey
from store.database import Database
from tests.contents import rows


class Consumer:
    """Knows of the installation nothing but its feed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._epoch, self._seq = "", 0
        self.holds: set[ContactKey] = set()

    def read(self) -> None:
        """Follow the feed to its end."""
        (state,) = rows(self._database, "feed_state")
        if state["epoch"] != self._epoch:
            self._epoch, self._seq, self.holds = state["epoch"], 0, set()
        for each in sorted(rows(self._database, "changes"), key=lambda row: int(row["seq"])):
            if each["seq"] > self._seq:
                key = ContactKey(each["platform"], each["platform_id"])
                (self.holds.add if each["op"] == "upsert" else self.holds.discard)(key)
                self._seq = each["seq"]
