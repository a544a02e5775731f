"""Neighbours of terms: words that stand in the same texts more often than chance, and of the same family."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from classifier.folding import words_of

#: A neighbour stands with the terms in at least so many different texts: fewer are one person's words.
FEWEST_TOGETHER = 3
#: A word in more than this share of all texts says nothing; it has at least so many letters.
MOST_COMMON, SHORTEST = 0.1, 4
#: Below so many texts the share is not yet known, and no word is taken for too common.
FEW_TEXTS = 50
#: Words of a family begin with so many letters of each other.
FAMILY = 5

Refused = Callable[[str], bool]


class Neighbour(NamedTuple):
    """A word beside terms: in how many texts with one of them, in how many at all, how closely (0 to 1)."""

    word: str
    together: int
    texts: int
    closeness: float


def neighbours(
    terms: Sequence[str], texts: Iterable[str], *, refused: Refused, most: int
) -> tuple[Neighbour, ...]:
    """Find the words of texts that go with the terms, the closest first.

    Closeness is pointwise mutual information over texts, normalized to at most 1 (Bouma 2009), with rare
    pairs discounted. A text that stands twice counts once.
    """
    wanted = [words for each in terms if (words := words_of(each))]
    counted: Counter[str] = Counter()
    together: Counter[str] = Counter()
    total = with_term = 0
    for text in dict.fromkeys(texts):
        words = words_of(text)
        different = set(words)
        total += 1
        counted.update(different)
        if any(_stands(each, words, different) for each in wanted):
            with_term += 1
            together.update(different)
    taken = {word for each in wanted for word in each}
    found = (
        Neighbour(word, count, counted[word], _closeness(count, with_term, counted[word], total))
        for word, count in together.items()
        if count >= FEWEST_TOGETHER and word not in taken and _says_something(word, counted[word], total)
    )
    best = sorted(
        (each for each in found if each.closeness > 0 and not refused(each.word)),
        key=lambda each: (-each.closeness, each.word),
    )
    return tuple(best[:most])


def relatives(
    terms: Sequence[str], supports: Mapping[str, tuple[str, float]], *, refused: Refused, most: int
) -> tuple[tuple[str, str, float], ...]:
    """Find words of the word table of the terms' family: word, its topic, how surely it is that topic's."""
    taken = {word for each in terms for word in words_of(each)}
    beginnings = tuple(each[:FAMILY] for each in taken if len(each) >= FAMILY)
    if not beginnings:
        return ()
    found = (
        (word, topic, share)
        for word, (topic, share) in supports.items()
        if word.startswith(beginnings) and word not in taken and not refused(word)
    )
    return tuple(sorted(found, key=lambda each: (-each[2], each[0]))[:most])


def _stands(term: Sequence[str], words: Sequence[str], different: set[str]) -> bool:
    if not different.issuperset(term):
        return False
    return any(list(term) == list(words[place : place + len(term)]) for place in range(len(words)))


def _says_something(word: str, count: int, total: int) -> bool:
    common = total >= FEW_TEXTS and count > MOST_COMMON * total
    return len(word) >= SHORTEST and not word.isdigit() and not common


def _closeness(together: int, with_term: int, with_word: int, total: int) -> float:
    share = together / total
    if share == 1:
        return 0.0
    shared = math.log(share / (with_term / total * (with_word / total))) / -math.log(share)
    return shared * together / (together + 1)
