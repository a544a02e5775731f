"""Topics: what a text speaks of, with the words that say so, and what of it a contact may be tied to."""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

#: The civic topics, in the order in which they are listed.
TOPICS = (
    "health",
    "education",
    "environment",
    "transport",
    "housing",
    "economy",
    "agriculture",
    "security",
    "culture_sport",
    "digital",
    "international",
    "institutions",
    "social",
    "local_life",
)
#: How many topics a text has at most.
MAX_TOPICS = 3


class Hit(NamedTuple):
    """Words of a text that speak of a topic: `start` and `end` count its characters; `term` is ours."""

    start: int
    end: int
    topic: str
    weight: float
    term: str


class Reading(NamedTuple):
    """What was read in one text.

    `topics` are those that the text alone decides, the strongest first, at most three; mostly none.
    `scores` are all topics that words speak of, decided or not, the strongest first. `language` is "fr" or
    "en", None for any other, in which nothing is read.
    """

    topics: tuple[str, ...] = ()
    scores: tuple[tuple[str, float], ...] = ()
    hits: tuple[Hit, ...] = ()
    language: str | None = None


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
