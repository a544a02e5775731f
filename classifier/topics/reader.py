"""The reader: what one text speaks of, by words that are looked up once and remembered."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import cast

from classifier.never import Never
from classifier.topics.cleaning import LONGEST_WORD
from classifier.topics.deciding import ENOUGH, enough_for, scores_of, topics_of
from classifier.topics.lexicon import ASIDE, MOST_WORDS, Entry, Lexicon, Piece
from classifier.topics.walking import Found, asides, find, languages, supports, weight_of
from domain.terms import Vocabulary, Words
from domain.topic import Hit, Reading

#: What a trained head makes of a text's folded words and of what the terms say: the topics' scores.
Head = Callable[[Sequence[str], Mapping[str, float]], Mapping[str, float]]


class Reader:
    """Reads the topics of texts by a vocabulary; threads may share one.

    `words` is what is known of single words beside the terms; without it every text is taken for either
    language. `head` replaces the scores of the terms by trained ones. Nothing is read where people speak of
    themselves, nor by the beginning of a word, as `never` says; without it, everything is.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        words: Words | None = None,
        head: Head | None = None,
        never: Never | None = None,
    ) -> None:
        self._head, self._never = head, never
        self._lexicon = Lexicon(vocabulary, words or Words(), never)
        self._known: dict[str, Piece] = {}

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Yield one reading a text, in order."""
        return map(self.read_one, texts)

    def read_one(self, text: str) -> Reading:
        """Read one text, in a time that grows as it does."""
        pieces = text.split(" ")
        known = list(map(self._known.get, pieces))
        if not all(known):
            known = [each or self._learn(piece) for each, piece in zip(known, pieces, strict=True)]
        met = cast("list[Piece]", known)
        spoken = languages(met)
        if not spoken:
            return Reading()
        parts = [each.entries for each in met]
        entries = list(chain.from_iterable(parts))
        speaking = [place for place, each in enumerate(entries) if each.speaks]
        language, found = spoken[0], find(entries, speaking, spoken[0])
        for each in spoken[1:]:
            other = find(entries, speaking, each)
            if weight_of(other) > weight_of(found):
                language, found = each, other
        supported = supports(entries, speaking, found)
        if not (found or supported or self._head) or self._is_personal(met):
            return Reading(language=language)
        aside = asides(found)
        terms = [each for each in found if each.term.topic != ASIDE] if aside else found
        scores = said = scores_of([each.term for each in terms])
        hits = terms
        if supported:
            hits = sorted(terms + supported)
            scores = scores_of([each.term for each in hits])
        enough = enough_for(len(entries), aside)
        if self._head:
            enough = ENOUGH
            given = self._head([each.forms[0] for each in entries], said)
            scores = dict(sorted(given.items(), key=lambda each: -each[1]))
        topics = topics_of(scores, said, enough)
        placed = _placed(hits, pieces, met, parts) if hits else ()
        return Reading(topics, tuple(scores.items()), placed, language)

    def _is_personal(self, met: Sequence[Piece]) -> bool:
        if self._never is None or not [each for each in met if each.tells]:
            return False
        return self._never.is_said_in(list(chain.from_iterable([each.tokens for each in met])))

    def _learn(self, text: str) -> Piece:
        piece = self._lexicon.piece(text)
        if len(text) <= LONGEST_WORD:
            if len(self._known) >= MOST_WORDS:
                self._known.clear()
            self._known[text] = piece
        return piece


def _placed(
    found: Sequence[Found], pieces: Sequence[str], met: Sequence[Piece], parts: Sequence[Sequence[Entry]]
) -> tuple[Hit, ...]:
    """Tell at which characters of a text its terms stand."""
    words = list(accumulate(map(len, parts), initial=0))
    characters = list(accumulate(map(len, pieces), initial=0))
    hits = []
    for first, last, term in found:
        number = bisect_right(words, first) - 1
        start = characters[number] + number + met[number].spans[first - words[number]][0]
        if last > first:
            number = bisect_right(words, last) - 1
        end = characters[number] + number + met[number].spans[last - words[number]][1]
        hits.append(Hit(start, end, term.topic, term.weight, term.text))
    return tuple(hits)
