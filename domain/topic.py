"""Topics: what a text speaks of, with the words that say so."""

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
