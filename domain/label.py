"""The label of a contact and the decision that carries it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from domain.contact import ContactKey
from domain.signal import Signal


class Label(IntEnum):
    """none < occasional < regular < suppressed: the strongest one wins."""

    NONE = 0
    OCCASIONAL = 1
    REGULAR = 2
    SUPPRESSED = 3

    @property
    def word(self) -> str:
        """The label as it stands in data."""
        return _WORDS[self]


#: Looked up, for a page asks a thousand times.
_WORDS = {each: each.name.lower() for each in Label}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal and the label and source of the rule that made it count."""

    signal: Signal
    label: Label
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A label with the evidence that carried it; decisions are followed by others, never changed.

    `decided_by` and `reason` stand where an operator decided against what the acts say.
    """

    contact: ContactKey
    label: Label
    evidence: tuple[Evidence, ...]
    policy: str
    decided_at: datetime
    decided_by: str | None = None
    reason: str | None = None
