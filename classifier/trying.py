"""Trying a team's own terms on texts before they are switched on: hits, and which of them are in doubt."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from classifier.folding import words_of
from domain.terms import Term
from domain.topic import Hit, Reading

#: A term of this weight never decides by itself.
FAINT = 1


class Doubt(NamedTuple):
    """A text in which a term was hit and perhaps should not have been, and why."""

    term: Term
    text: str
    reason: str


class Tried(NamedTuple):
    """What one term did: in how many texts it stands, in how many of them its topic was decided or in doubt.

    `beside` counts the other topics that were decided in these texts.
    """

    term: Term
    texts: int
    decided: int
    doubtful: int
    beside: Mapping[str, int]


class Trial(NamedTuple):
    """What all terms of a file did."""

    texts: int
    hit: int
    terms: tuple[Tried, ...]
    doubts: tuple[Doubt, ...]


def trial(own: Sequence[Term], texts: Sequence[str], readings: Iterable[Reading]) -> Trial:
    """Count what own terms did in texts that were read by ours and by them."""
    known = {(each.topic, each.text): each for each in own}
    hits, decided, beside = (
        Counter[Term](),
        Counter[Term](),
        {each: Counter[str]() for each in known.values()},
    )
    doubts: list[Doubt] = []
    hit_texts = 0
    for text, reading in zip(texts, readings, strict=True):
        found = {known[key]: each for each in reading.hits if (key := (each.topic, each.term)) in known}
        hit_texts += bool(found)
        for term in found:
            hits[term] += 1
            decided[term] += term.topic in reading.topics
            beside[term].update(each for each in reading.topics if each != term.topic)
            if reason := _doubt(term, text, reading.hits):
                doubts.append(Doubt(term, text, reason))
    in_doubt = Counter(each.term for each in doubts)
    tried = (
        Tried(each, hits[each], decided[each], in_doubt[each], dict(beside[each].most_common()))
        for each in known.values()
    )
    return Trial(len(texts), hit_texts, tuple(tried), tuple(doubts))


def _doubt(term: Term, text: str, hits: Sequence[Hit]) -> str | None:
    of_topic = [each for each in hits if each.topic == term.topic]
    if all(each.weight <= FAINT for each in of_topic):
        return "only faint words speak of the topic"
    words = set(words_of(text))
    near = next((each for each in term.not_with if words & set(words_of(each))), None)
    return f"“{near}” stands in the same text" if near else None
