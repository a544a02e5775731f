"""Interests: the topics that a contact is tied to, and what remains of the texts that say so."""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How a contact is tied to a topic: hint < interest < declared."""

    HINT = 1
    INTEREST = 2
    DECLARED = 3

    @property
    def word(self) -> str:
        """The strength as it stands in data."""
        return self.name.lower()


class Spoken(NamedTuple):
    """That one text of a contact speaks of a topic: what remains of the text when it is gone.

    `signal` is the act's id in our store, as `account:kind:item`; `source` is what the text was written
    under, such as an own post: texts under one post count once; `words` are the terms that said so.
    """

    signal: str
    source: str
    topic: str
    score: float
    words: tuple[str, ...]
    at: datetime


class Interest(NamedTuple):
    """A topic that a contact is tied to; `texts` counts independent texts, `signals` are their acts."""

    topic: str
    strength: Strength
    texts: int = 0
    last_at: datetime | None = None
    words: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
