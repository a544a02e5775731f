"""The walk through the words of a text: which terms stand in it, in which language, and where."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from classifier.topics.lexicon import ASIDE, Entry, Phrase, shortest_last
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


def languages(shares: Sequence[tuple[int, int, int]]) -> tuple[str, ...]:
    """Tell in which language a text is, from the shares of its known words in French, English and others.

    One, both where it could be either, none where it is in another.
    """
    french = english = other = 0
    for of_french, of_english, of_other in shares:
        french += of_french
        english += of_english
        other += of_other
    if len(shares) >= ENOUGH_KNOWN and other > max(french, english) + FOREIGN * len(shares):
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
        for phrase in _beginning(entry, entries[place + 1 : place + 2]):
            length = len(phrase.rest) + 1
            if length < longest:
                break
            if phrase.term.language in (language, BOTH) and _stands(phrase, entries, place):
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


def supports(entries: Sequence[Entry], supporting: Sequence[int], found: Sequence[Found]) -> Iterator[Found]:
    """Yield the words that are no part of a term and lend weight to a topic."""
    within = {place for each in found for place in range(each.first, each.last + 1)}
    for place in supporting:
        term = entries[place].support
        if term and place not in within:
            yield Found(place, place, term)


def weight_of(found: Sequence[Found]) -> float:
    """Add the weights of all terms found."""
    return sum(each.term.weight for each in found)


def _beginning(entry: Entry, following: Sequence[Entry]) -> Sequence[Phrase]:
    """Return the phrases whose second word may be the following one, the longest first."""
    if not following or not (entry.phrases or entry.open):
        return ()
    known = entry.phrases
    found = [each for form in following[0].forms if form in known for each in known[form]]
    return sorted([*found, *entry.open], key=shortest_last) if entry.open or len(found) > 1 else found


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
