"""Terms: the words by which a topic is known, and all of them together."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from domain.topic import TOPICS

#: The languages that are read; a term of "both" is looked for in either.
LANGUAGES = ("fr", "en")
BOTH = "both"


class Term(NamedTuple):
    """Words that speak of a topic.

    `weight` is 1 where they need company, 2 where they are clear, 3 where nothing else can be meant.
    `prefix` says that longer words count, too, where they begin so. A term with one of `not_with` within
    three words of it does not count.
    """

    text: str
    topic: str
    language: str = BOTH
    weight: float = 2
    prefix: bool = False
    not_with: tuple[str, ...] = ()


class Vocabulary(NamedTuple):
    """All terms of all topics; where `asides` stand, words of no public matter, more is asked for."""

    terms: tuple[Term, ...]
    asides: tuple[Term, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have terms: ours in their order, then a team's own in the order of the file."""
        named = dict.fromkeys(each.topic for each in self.terms)
        return tuple(each for each in TOPICS if each in named) + tuple(
            each for each in named if each not in TOPICS
        )


class Words(NamedTuple):
    """What is known of single words, folded, beside the terms.

    `supports` says which topic a word lends weight to and how surely, from 0 to 1. `languages` holds how
    common a word is in French, in English, and in that other tongue where it is most common: the logarithm
    of its share, times a hundred.
    """

    supports: Mapping[str, tuple[str, float]] = MappingProxyType({})
    languages: Mapping[str, tuple[int, int, int]] = MappingProxyType({})
