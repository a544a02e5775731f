"""The world the platforms answer from: audience and day, time, tokens, windows, money, counts and faults."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.acts import Act
from simulator.audience import Audience
from simulator.clock import moment, this_morning
from simulator.counts import Counts
from simulator.faults import Faults
from simulator.forced import Forced
from simulator.guises import Guise
from simulator.ledger import Ledger
from simulator.mixing import key_of
from simulator.options import Options
from simulator.windows import Windows


@dataclass(frozen=True, slots=True)
class Tokens:
    """The credentials of this world: `x_*` for X, `page` and `facebook_user` for Facebook."""

    x_user: str
    x_app: str
    x_refresh: str
    page: str
    facebook_user: str
    x_consumer_secret: str

    @classmethod
    def seeded(cls, seed: int) -> "Tokens":
        """Make tokens from a seed; they open nothing but this simulator."""
        names = ("x-user", "x-app", "x-refresh", "page", "facebook-user", "x-consumer-secret")
        return cls(*(f"simulated-{each}-{key_of(seed, 'token', each):016x}" for each in names))


class World:
    """Everything that changes while the simulator runs; one process, one thread, no locks."""

    def __init__(
        self, seed: int = 1, size: int = 2000, window_s: float = 900.0, faults: Faults | None = None
    ) -> None:
        self.seed = seed
        self.audience = Audience(seed, size)
        self.started: datetime = this_morning()
        self.tokens = Tokens.seeded(seed)
        self.options = Options()
        self.windows = Windows(window_s)
        self.ledger = Ledger(size)
        self.counts = Counts()
        self.forced = Forced()
        self.faults = faults or Faults(seed)
        #: Limits set by command, `{platform: {endpoint: {"user": n, "app": n}}}`; facebook has its own names.
        self.limits: dict[str, dict[str, dict[str, int]]] = {"twitter": {}, "facebook": {}}
        #: Where a platform keeps what it must remember (access tokens, compliance jobs, hours of calls).
        self.memory: dict[str, dict[str, Any]] = {"twitter": {}, "facebook": {}}
        #: Further accounts of the same audience, and which of them asks just now.
        self.guises: list[Guise] = []
        self.guise: Guise | None = None
        #: How this world is reached, as soon as it listens: `http://127.0.0.1:<port>`.
        self.address = "http://127.0.0.1"

    @property
    def day(self) -> int:
        """The day the audience has reached."""
        return self.audience.day

    def advance(self, days: int) -> int:
        """Let `days` simulated days pass and return the new day."""
        self.audience = self.audience.on(self.audience.day + max(0, days))
        return self.audience.day

    @staticmethod
    def now() -> float:
        """Return the real time in unix seconds: windows and headers carry true times."""
        return time.time()

    def at(self, second: int) -> datetime:
        """Return the real moment of a second of simulated time; it lies before today."""
        return moment(second, self.started)

    def when(self, act: Act) -> datetime:
        """Return the real moment of an act."""
        return self.at(act.second)
