"""The walk through the words of a text: which terms stand in it, in which language, and where."""

from collections.abc import Sequence
from typing import NamedTuple

from classifier.topics.lexicon import ASIDE, Entry, Phrase
from domain.terms import BOTH, LANGUAGES, Term

#: How many words to either side can take a term's meaning away.
BESIDE = 3
#: By how much the languages must differ (a hundred times the logarithm) to be told apart.
APART = 60
#: By how much another tongue must be likelier than both, a word.
FOREIGN = 40
#: How many words must be known before a text passes for one in another tongue.
ENOUGH_KNOWN = 3


class Found(NamedTuple):
    """A term that stands in a text: from the word `first` to the word `last`."""

    first: int
    last: int
    term: Term


def languages(known: int, french: int, english: int, other: int) -> tuple[str, ...]:
    """Tell in which language a text is, from how many of its words are known and the sums of their shares.

    One, both where it could be either, none where it is in another.
    """
    if known >= ENOUGH_KNOWN and other > max(french, english) + FOREIGN * known:
        return ()
    if abs(french - english) < APART:
        return LANGUAGES
    return ("fr",) if french > english else ("en",)


def find(entries: Sequence[Entry], telling: Sequence[int], language: str) -> list[Found]:
    """Find the terms of one language, the longest first; `telling` are the places to look."""
    found: list[Found] = []
    free_from = 0
    for place in telling:
        if place < free_from:
            continue
        entry = entries[place]
        longest = 1
        for phrase in entry.phrases:
            length = len(phrase.rest) + 1
            if length < longest:
                break
            if phrase.term.language in {language, BOTH} and _stands(phrase, entries, place):
                longest = length
                found.append(Found(place, place + length - 1, phrase.term))
        if longest == 1:
            meant = entry.fr if language == "fr" else entry.en
            found += [
                Found(place, place, term)
                for term in meant.values()
                if not (term.not_with and _taken_away(term, entries, place))
            ]
        free_from = place + longest
    return found


def _stands(phrase: Phrase, entries: Sequence[Entry], place: int) -> bool:
    if place + len(phrase.rest) >= len(entries):
        return False
    for distance, (word, is_beginning) in enumerate(phrase.rest, start=1):
        written = entries[place + distance].forms
        if not (written[0].startswith(word) if is_beginning else word in written):
            return False
    return not (phrase.term.not_with and _taken_away(phrase.term, entries, place))


def _taken_away(term: Term, entries: Sequence[Entry], place: int) -> bool:
    beside = entries[max(0, place - BESIDE) : place + BESIDE + 1]
    return any(form in term.not_with for each in beside for form in each.forms)


def asides(found: Sequence[Found]) -> int:
    """Count the different words of what is no public matter: thanks, travels, canvassing."""
    return len({each.term.text for each in found if each.term.topic == ASIDE})
