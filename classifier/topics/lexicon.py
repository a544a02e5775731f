"""The lexicon: all terms made ready, and what one word of a text means by them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.folding import tokens_of
from classifier.never import Never
from classifier.topics.cleaning import LONGEST_WORD, bared, fold, forms, starts_of, words_in
from domain.terms import BOTH, Term, Vocabulary, Words

#: Small words, which play no part in phrases.
SMALL = frozenset(
    "a an the of to l le la les d de du des un une au aux et s t".split()  # noqa: SIM905
)
#: How many different words are remembered, and pieces; then that memory is emptied and filled anew.
MOST_WORDS = 100_000
#: A term may stand for longer words from so many letters on; by so many it is looked for first.
SHORTEST_BEGINNING, ROOT = 2, 3
#: The topic under which asides are kept; no topic is called so.
ASIDE = ""

#: Of each topic the heaviest term that a word is.
Meant = tuple[Term, ...]


def is_small(folded: str) -> bool:
    """Whether a word plays no part: a small one, or one of nothing but marks."""
    return folded in SMALL or not folded.strip()


@dataclass(slots=True, eq=False)
class Phrase:
    """A term of several words: `rest` are those after the first, each with whether it is a beginning."""

    rest: tuple[tuple[str, bool], ...]
    term: Term


def order(phrase: Phrase) -> tuple[int, float]:
    """Return a key that sorts the longest phrases first, the heaviest of equals."""
    return -len(phrase.rest), -phrase.term.weight


@dataclass(slots=True, eq=False)
class Entry:
    """What a word means: `forms` are how it may be written in a term, the first its folded self.

    `fr` and `en` are what it means alone in that language. `phrases` are those that may begin with it, by
    their second word and the longest first; `open` those whose second word is but a beginning. `support` is
    what it lends weight to. `speaks` is whether any of this is there: of most words nothing is.
    """

    forms: tuple[str, ...]
    fr: Meant = ()
    en: Meant = ()
    phrases: Mapping[str, Sequence[Phrase]] | None = None
    open: tuple[Phrase, ...] = ()
    support: Term | None = None
    speaks: bool = False


@dataclass(slots=True, eq=False)
class Piece:
    """What stands between two spaces of a text, mostly one word: "l'hôpital," or "#BikeLanes".

    `entries` are its words but the small ones, `spans` where they begin and end in it. Of the words that are
    known in some language there are `known`; they are `french` likelier in French than in English, `foreign`
    likelier in another tongue than in French (a hundred times the logarithm, added). `tokens` are its words
    for the list of what is never read, `tells` whether one of them may have a part in it.
    """

    known: int
    french: int
    foreign: int
    entries: tuple[Entry, ...]
    spans: tuple[tuple[int, int], ...]
    tokens: tuple[str, ...]
    tells: bool


class Lexicon:
    """The terms of a vocabulary by their words."""

    def __init__(self, vocabulary: Vocabulary, words: Words, never: Never | None = None) -> None:
        self._words, self._never = words, never
        self._known: dict[str, Entry] = {}
        self._singles: dict[str, list[Term]] = defaultdict(list)
        self._phrases: dict[str, list[Phrase]] = defaultdict(list)
        self._begun: dict[str, tuple[list[Term], list[Phrase]]] = defaultdict(lambda: ([], []))
        self._roots: set[str] = set()
        asides = (each._replace(topic=ASIDE) for each in vocabulary.asides)
        for each in (*vocabulary.terms, *asides):
            self._add(each)

    def piece(self, text: str) -> Piece:
        """Look up what stands between two spaces."""
        bare, tokens = bared(text), tuple(tokens_of(text))
        written = words_in(bare)
        words = [fold(each) if len(each) <= LONGEST_WORD else "" for each in written]
        known = [shares for each in words if (shares := self._words.languages.get(each))]
        placed = [
            each
            for each in zip(words, starts_of(bare, written), written, strict=True)
            if not is_small(each[0])
        ]
        return Piece(
            len(known),
            sum(french - english for french, english, _ in known),
            sum(other - french for french, _, other in known),
            tuple([self._known.get(each) or self._learn(each) for each, _, _ in placed]),
            tuple([(start, start + len(word)) for _, start, word in placed]),
            tokens,
            self._never is not None and any(map(self._never.tells, tokens)),
        )

    def _learn(self, folded: str) -> Entry:
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        entry = self._known[folded] = self._entry(folded)
        return entry

    def _entry(self, folded: str) -> Entry:
        written = forms(folded)
        single = [term for form in written for term in self._singles.get(form, ())]
        phrases = [each for form in written for each in self._phrases.get(form, ())]
        if folded[:ROOT] in self._roots or folded[:SHORTEST_BEGINNING] in self._roots:
            for length in range(SHORTEST_BEGINNING, len(folded) + 1):
                if begun := self._begun.get(folded[:length]):
                    single += begun[0]
                    phrases += begun[1]
        lent = self._words.supports.get(folded)
        if (single or lent) and self._never and self._never.reason(folded):  # not "socialiste" by "social*"
            single, lent = [], None
        if not (single or phrases or lent):
            return Entry(written)
        support = Term(folded, lent[0], BOTH, lent[1]) if lent else None
        fr, en = _heaviest(single, "fr"), _heaviest(single, "en")
        return Entry(written, fr, en, *_by_second(phrases), support, speaks=True)

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


def _by_second(phrases: list[Phrase]) -> tuple[Mapping[str, Sequence[Phrase]] | None, tuple[Phrase, ...]]:
    """Part phrases by their second word, the longest first; what begins with a beginning stands apart."""
    whole: dict[str, list[Phrase]] = defaultdict(list)
    begun: list[Phrase] = []
    for each in sorted(phrases, key=order):
        second, is_beginning = each.rest[0]
        (begun if is_beginning else whole[second]).append(each)
    return whole or None, tuple(begun)


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
    return tuple(heavy.values())
