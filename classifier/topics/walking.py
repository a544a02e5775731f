"""The walk through the words of a text: which terms stand in it, in which language, and where."""

from collections.abc import Sequence
from typing import NamedTuple

from classifier.topics.lexicon import Entry, Phrase, Piece, order
from domain.terms import BOTH, LANGUAGES, Term

#: How many words to either side can take a term's meaning away.
BESIDE = 3
#: By how much the languages must differ (a hundred times the logarithm) to be told apart.
APART = 60
#: By how much another tongue must be likelier than both, a word.
FOREIGN = 40
FRENCH, ENGLISH = ("fr",), ("en",)
#: How many words must be known before a text passes for one in another tongue.
ENOUGH_KNOWN = 3


class Found(NamedTuple):
    """A term that stands in a text: from the word `first` to the word `last`."""

    first: int
    last: int
    term: Term


def languages(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Tell in which language a text is: one, both where it could be either, none where it is in another."""
    french = sum([each.french for each in pieces])
    foreign = sum([each.foreign for each in pieces])
    if foreign > 0 and foreign + french > 0:
        known = sum([each.known for each in pieces])
        if known >= ENOUGH_KNOWN and foreign + min(french, 0) > FOREIGN * known:
            return ()
    if abs(french) < APART:
        return LANGUAGES
    return FRENCH if french > 0 else ENGLISH


def find(entries: Sequence[Entry], speaking: Sequence[int], language: str) -> list[Found]:
    """Find the terms of one language, the longest first; `speaking` are the places to look."""
    found: list[Found] = []
    is_french = language == "fr"
    free_from = 0
    for place in speaking:
        if place < free_from:
            continue
        entry = entries[place]
        begun = _phrases(entry, entries, place, language) if entry.phrases or entry.open else ()
        if begun:
            found += begun
            free_from = begun[0].last + 1
        else:
            found += [
                Found(place, place, term)
                for term in (entry.fr if is_french else entry.en)
                if not (term.not_with and _taken_away(term, entries, place))
            ]
    return found


def supports(entries: Sequence[Entry], speaking: Sequence[int], found: Sequence[Found]) -> list[Found]:
    """Return the words that are no part of a term and lend weight to a topic."""
    lent = [(place, term) for place in speaking if (term := entries[place].support)]
    if not lent:
        return []
    within = {place for each in found for place in range(each.first, each.last + 1)}
    return [Found(place, place, term) for place, term in lent if place not in within]


def weight_of(found: Sequence[Found]) -> float:
    """Add the weights of all terms found."""
    return sum([each.term.weight for each in found])


def _phrases(entry: Entry, entries: Sequence[Entry], place: int, language: str) -> Sequence[Found]:
    """Return the longest phrase that begins at a place, the heaviest of each topic where several are."""
    if place + 1 == len(entries):
        return ()
    known = entry.phrases or {}
    begun = [each for form in entries[place + 1].forms if form in known for each in known[form]]
    if entry.open:
        begun += entry.open
    if not begun:
        return ()
    found: list[Found] = []
    for phrase in sorted(begun, key=order):
        last = place + len(phrase.rest)
        if found and last < found[0].last:
            break
        if phrase.term.language not in (language, BOTH) or not _stands(phrase, entries, place):
            continue
        if phrase.term.topic not in [each.term.topic for each in found]:  # "espace vert", "espaces verts"
            found.append(Found(place, last, phrase.term))
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
    return len({each.term.text for each in found if not each.term.topic})
