"""Errands: what asks a platform while somebody waits goes on beside the page where it takes longer."""

import threading
from collections.abc import Callable

from domain.errors import RegularsError

#: So many seconds a page waits; then it shows that it is still being asked.
WAIT_S = 5.0


class Errand:
    """One errand: whether it still runs, and why it came to nothing."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._done = threading.Event()
        self.wrong: Exception | None = None
        threading.Thread(target=self._run, name="errand", daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return not self._done.is_set()

    def wait(self) -> bool:
        """Wait a little; returns whether it has ended. What is no refusal of ours is raised again here."""
        ended = self._done.wait(WAIT_S)
        if ended and self.wrong is not None and not isinstance(self.wrong, RegularsError):
            raise self.wrong
        return ended

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:  # noqa: BLE001  # whoever waits is told
            self.wrong = error
        finally:
            self._done.set()


class Errands:
    """The newest errand of each account in this process; one of each at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[int, Errand] = {}

    def begin(self, account_id: int, act: Callable[[], object]) -> Errand:
        """Begin one, or return the one that runs."""
        with self._lock:
            found = self._newest.get(account_id)
            if found is None or not found.is_running:
                found = self._newest[account_id] = Errand(act)
            return found

    def newest(self, account_id: int) -> Errand | None:
        """Return an account's newest errand, if there was one."""
        return self._newest.get(account_id)
