"""The reader: what one text speaks of, by words that are looked up once and remembered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from classifier.topics.cleaning import bared, starts_of, words_in
from classifier.topics.deciding import ENOUGH, enough_for, scores_of, topics_of
from classifier.topics.lexicon import ASIDE, Entry, Lexicon, Refused, nothing
from classifier.topics.walking import Found, asides, find, languages, supports, weight_of
from domain.terms import Vocabulary, Words
from domain.topic import Hit, Reading

#: How many different words are remembered; then the memory is emptied and filled anew.
MOST_WORDS = 100_000

#: What a trained head makes of a text's folded words and of what the terms say: the topics' scores.
Head = Callable[[Sequence[str], Mapping[str, float]], Mapping[str, float]]
#: Whether a text speaks of the writer's own health or need, so that nothing is read in it.
Personal = Callable[[str], bool]


def nobody(_: str) -> bool:
    """Take no text for personal."""
    return False


class Reader:
    """Reads the topics of texts by a vocabulary; threads may share one.

    `words` is what is known of single words beside the terms; without it every text is taken for either
    language. `head` replaces the scores of the terms by trained ones. Nothing is read in a text for which
    `personal` holds, nor by the beginning of a word for which `refused` does.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        words: Words | None = None,
        head: Head | None = None,
        personal: Personal = nobody,
        refused: Refused = nothing,
    ) -> None:
        self._head, self._personal = head, personal
        self._lexicon = Lexicon(vocabulary, words or Words(), refused)
        self._known: dict[str, Entry] = {}

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Yield one reading a text, in order."""
        return map(self.read_one, texts)

    def read_one(self, text: str) -> Reading:
        """Read one text, in a time that grows as it does."""
        bare = bared(text)
        words = words_in(bare)
        met = list(map(self._known.get, words))
        known = [each for each in met if each]
        if len(known) < len(words):
            known = [self._known.get(each) or self._learn(each) for each in words]
        entries = [each for each in known if not each.small]
        spoken = languages([each.shares for each in known if each.shares])
        if not spoken:
            return Reading()
        telling = [place for place, each in enumerate(entries) if each.tells]
        supporting = [place for place, each in enumerate(entries) if each.support]
        either = [(each, find(entries, telling, each)) for each in spoken]
        language, found = max(either, key=lambda each: weight_of(each[1]))
        if not (found or supporting or self._head) or self._personal(text):
            return Reading(language=language)
        terms = [each for each in found if each.term.topic != ASIDE]
        hits = sorted([*terms, *supports(entries, supporting, found)]) if supporting else terms
        said = scores_of(each.term for each in terms)
        scores = scores_of(each.term for each in hits)
        enough = enough_for(len(entries), asides(found))
        if self._head:
            enough = ENOUGH
            given = self._head([each.forms[0] for each in entries], said)
            scores = dict(sorted(given.items(), key=lambda each: -each[1]))
        topics = topics_of(scores, said, enough)
        placed = _placed(hits, bare, words, known) if hits else ()
        return Reading(topics, tuple(scores.items()), placed, language)

    def _learn(self, word: str) -> Entry:
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        entry = self._known[word] = self._lexicon.entry(word)
        return entry


def _placed(
    found: Sequence[Found], bare: str, words: Sequence[str], known: Sequence[Entry]
) -> tuple[Hit, ...]:
    """Tell at which characters of a text its terms stand."""
    starts = starts_of(bare, words)
    place_of = [place for place, each in enumerate(known) if not each.small]
    hits = []
    for first, last, term in found:
        end = place_of[last]
        start = starts[place_of[first]]
        hits.append(Hit(start, starts[end] + len(words[end]), term.topic, term.weight, term.text))
    return tuple(hits)
