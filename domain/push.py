"""A push: what a platform tells by itself, translated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from domain.batch import Quarantined
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind


class Ended(NamedTuple):
    """The end of an act; `contact` is None where the item alone names the act, such as a comment's id."""

    contact: ContactKey | None
    kind: SignalKind
    item: str
    at: datetime


class Billed(NamedTuple):
    """An event that the platform bills by `meter`; `resource` is the same where the event comes again."""

    meter: str
    resource: str


@dataclass(frozen=True, slots=True)
class Told:
    """What pushes tell of one account; whatever began says in `started_at` when that happened."""

    began: list[Signal] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    billed: list[Billed] = field(default_factory=list)

    def add(self, more: "Told") -> None:
        """Add what another push tells."""
        self.began.extend(more.began)
        self.ended.extend(more.ended)
        self.billed.extend(more.billed)


class Heard(NamedTuple):
    """What one push says, by the platform's id of the account concerned.

    `unknown` is what could not be read. `left` counts what was read and is no act of a stranger towards us,
    or is one that only polling can name. `unattributed` counts acts whose author is not shown.
    """

    told: Mapping[str, Told]
    unknown: tuple[Quarantined, ...] = ()
    left: int = 0
    unattributed: int = 0
