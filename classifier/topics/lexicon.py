"""The lexicon: all terms made ready, and what one word of a text means by them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from classifier.topics.cleaning import LONGEST_WORD, bared, fold, forms, words_in
from domain.terms import BOTH, Term, Vocabulary, Words

#: Small words, which play no part in phrases.
SMALL = frozenset(
    "a an the of to l le la les d de du des un une au aux et s t".split()  # noqa: SIM905
)
#: A term may stand for longer words from so many letters on; by so many it is looked for first.
SHORTEST_BEGINNING, ROOT = 2, 3
#: The topic under which asides are kept; no topic is called so.
ASIDE = ""

#: Whether a word is never read: then no beginning stands for it, and it lends nothing.
Refused = Callable[[str], object]

#: By topic, the heaviest term that a word or phrase is.
Meant = Mapping[str, Term]
NOTHING: Meant = MappingProxyType({})


def nothing(_: str) -> object:
    """Refuse no word."""
    return None


class Phrase(NamedTuple):
    """A term of several words: `rest` are those after the first, each with whether it is a beginning."""

    rest: tuple[tuple[str, bool], ...]
    term: Term


def shortest_last(phrase: Phrase) -> int:
    """Return a key that sorts the longest phrases first."""
    return -len(phrase.rest)


NO_PHRASES: Mapping[str, Sequence[Phrase]] = MappingProxyType({})


class Entry(NamedTuple):
    """What a word means: `forms` are how it may be written in a term, the first its folded self.

    `fr` and `en` are what it means alone in that language. `phrases` are those that may begin with it, by
    their second word and the longest first; `open` those whose second word is but a beginning. `shares` is
    its place in the languages, `support` what it lends weight to. `tells` is whether it means anything by
    itself or begins a phrase.
    """

    forms: tuple[str, ...]
    small: bool = False
    fr: Meant = NOTHING
    en: Meant = NOTHING
    phrases: Mapping[str, Sequence[Phrase]] = NO_PHRASES
    open: tuple[Phrase, ...] = ()
    shares: tuple[int, int, int] | None = None
    support: Term | None = None
    tells: bool = False


class Lexicon:
    """The terms of a vocabulary by their words."""

    def __init__(self, vocabulary: Vocabulary, words: Words, refused: Refused = nothing) -> None:
        self._words = words
        # One object a number, however many words share it: what every word touches should stay in the cache.
        self._numbers: dict[int, int] = {}
        self._refused = refused
        self._singles: dict[str, list[Term]] = defaultdict(list)
        self._phrases: dict[str, list[Phrase]] = defaultdict(list)
        self._begun: dict[str, tuple[list[Term], list[Phrase]]] = defaultdict(lambda: ([], []))
        self._roots: set[str] = set()
        asides = (each._replace(topic=ASIDE) for each in vocabulary.asides)
        for each in (*vocabulary.terms, *asides):
            self._add(each)

    def entry(self, word: str) -> Entry:
        """Look up one word as it stands in a text."""
        if len(word) > LONGEST_WORD:
            return Entry((word[:LONGEST_WORD],), small=True)
        folded = fold(word)
        if not folded.strip():
            return Entry(("",), small=True)
        written = forms(folded)
        single = [term for form in written for term in self._singles.get(form, ())]
        phrases = [each for form in written for each in self._phrases.get(form, ())]
        if folded[:ROOT] in self._roots or folded[:SHORTEST_BEGINNING] in self._roots:
            for length in range(SHORTEST_BEGINNING, len(folded) + 1):
                if begun := self._begun.get(folded[:length]):
                    single += begun[0]
                    phrases += begun[1]
        small = folded in SMALL
        shares, lent = self._words.languages.get(folded), self._words.supports.get(folded)
        if (single or lent) and self._refused(folded):  # "social*" would stand for "socialiste", too
            single, lent = [], None
        if shares:
            french, english, other = (self._numbers.setdefault(each, each) for each in shares)
            shares = (french, english, other)
        support = Term(folded, lent[0], BOTH, lent[1]) if lent else None
        if not single and not phrases:
            return Entry(written, small, shares=shares, support=support)
        fr, en = _heaviest(single, "fr"), _heaviest(single, "en")
        return Entry(written, small, fr, en, *_by_second(phrases), shares, support, tells=True)

    def _add(self, term: Term) -> None:
        written = _words_of(term)
        first, is_beginning = written[0]
        if is_beginning:
            self._roots.add(first[:ROOT])
        if len(written) == 1:
            (self._begun[first][0] if is_beginning else self._singles[first]).append(term)
            return
        phrase = Phrase(tuple(written[1:]), term)
        (self._begun[first][1] if is_beginning else self._phrases[first]).append(phrase)
        if not any(beginning for _, beginning in written):
            # "#climatechange": written in one word.
            self._singles["".join(each for each, _ in written)].append(term)


def _by_second(phrases: list[Phrase]) -> tuple[Mapping[str, Sequence[Phrase]], tuple[Phrase, ...]]:
    """Part phrases by their second word, the longest first; what begins with a beginning stands apart."""
    whole: dict[str, list[Phrase]] = defaultdict(list)
    begun: list[Phrase] = []
    for each in sorted(phrases, key=shortest_last):
        second, is_beginning = each.rest[0]
        (begun if is_beginning else whole[second]).append(each)
    return whole, tuple(begun)


def _words_of(term: Term) -> list[tuple[str, bool]]:
    """Split a term as a text is split; each word with whether it is only a beginning."""
    found = []
    pieces = term.text.split()
    for place, piece in enumerate(pieces):
        parts = [fold(each) for each in words_in(bared(piece))]
        last = piece.endswith("*") or (term.prefix and place == len(pieces) - 1)
        found += [(each, last and number == len(parts) - 1) for number, each in enumerate(parts)]
    content = [each for each in found if each[0] not in SMALL or each[1]]
    return content or found


def _heaviest(terms: list[Term], language: str) -> Meant:
    heavy: dict[str, Term] = {}
    for each in terms:
        known = heavy.get(each.topic)
        if each.language in {language, BOTH} and (known is None or known.weight < each.weight):
            heavy[each.topic] = each
    return heavy
