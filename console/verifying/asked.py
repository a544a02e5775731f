"""What is asked of the stage, and what it plays into its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.form_reading import Asgi

SNAPSHOT, CHANGES, ACK = "/v1/regular-contacts", "/v1/changes", "/v1/consumers/me/ack"
#: How many steps a page tells at most in a scenario, so that few people make several pages, and before it.
SIZE, SIZE_BEFORE = 2, 1_000


@dataclass
class Asked:
    """A request and what it was answered; `at` in seconds of a clock that only goes forward."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    content: Any = None
    status: int = 0
    told: Any = None
    #: Whether its token, or a part of it, stood in the address.
    shows_token: bool = False

    @property
    def items(self) -> list[dict[str, Any]]:
        """What it was told of contacts; of an answer that was cut off, nothing."""
        return list(self.told["items"]) if self.status == 200 and "items" in (self.told or {}) else []

    @property
    def reads(self) -> str:
        """Which page it reads: SNAPSHOT or CHANGES; empty for anything else."""
        return self.path if self.method == "GET" and self.path in (SNAPSHOT, CHANGES) else ""


@dataclass
class Turn:
    """What is played into the next page of a kind that is read.

    `asks` may change what is asked, `tells` what is told; `cuts` ends the answer in its middle; `instead`
    answers without asking the API.
    """

    reads: str = CHANGES
    asks: Callable[[dict[str, str]], dict[str, str]] | None = None
    tells: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    cuts: bool = False
    instead: Callable[[Asked], Asgi] | None = None
    #: Called before the answer goes out.
    before: Callable[[Asked], None] | None = None
