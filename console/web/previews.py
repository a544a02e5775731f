"""Previews: who would move under another pack, counted beside the pages that show how far it came."""

import threading
from datetime import datetime

from console.web.desk import Desk
from domain.errors import RegularsError
from pipeline.reclassify import Pass, preview
from store import tallies


class Preview:
    """One preview: how far it is, and what it found once it has ended."""

    def __init__(self, pack: str, total: int, began_at: datetime) -> None:
        self.pack = pack
        self.total = total
        self.began_at = began_at
        self.seen = 0
        self.done: Pass | None = None
        self.wrong: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether it still counts."""
        return self.done is None and self.wrong is None


class Previews:
    """The newest preview of this process; one counts at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._newest: Preview | None = None

    def newest(self) -> Preview | None:
        """Return the newest preview."""
        return self._newest

    def begin(self, pack: str) -> None:
        """Begin to count who would move under a pack, unless something is being counted."""
        with self._lock:
            if self._newest is not None and self._newest.is_running:
                return
            with self._desk.database.read() as connection:
                labels = [each for each in tallies.newest(connection) if each.name.startswith("label:")]
            total = sum(each.number for each in labels)
            self._newest = Preview(pack, total, self._desk.now())
        threading.Thread(target=self._count, args=(self._newest,), name="preview", daemon=True).start()

    def _count(self, counted: Preview) -> None:
        def told(seen: int) -> None:
            counted.seen = seen

        try:
            counted.done = preview(self._desk.database, counted.pack, now=self._desk.now(), progress=told)
        except RegularsError as error:
            counted.wrong = str(error)
