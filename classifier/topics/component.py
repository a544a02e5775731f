"""The spaCy component `civic_topics` and the light pipeline it stands in."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import spacy
import srsly
from spacy.attrs import ORTH
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, ensure_path

from classifier.topics.cleaning import clean
from classifier.topics.deciding import ENOUGH, enough_for, scores_of, topics_of
from classifier.topics.lexicon import ASIDE, Entry, Lexicon, Refused, nothing
from classifier.topics.walking import Found, asides, find, languages
from domain.terms import Term, Vocabulary, Words
from domain.topic import Hit, Reading

NAME = "civic_topics"
#: Where a word of a #CamelCase hashtag ends and the next begins.
CAMEL = r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])"
#: How many different words are remembered; then the memory is emptied and filled anew.
MOST_WORDS = 100_000
#: Under which names a Doc carries its text as it came, and what was read in it.
_AS_IT_CAME, _READ = "as_it_came", "civic_topics"

#: What a trained head makes of a text's folded words and of what the terms say: the topics' scores.
Head = Callable[[Sequence[str], Mapping[str, float]], Mapping[str, float]]
#: Whether a text speaks of the writer's own health or need, so that nothing is read in it.
Personal = Callable[[str], bool]


def nobody(_: str) -> bool:
    """Take no text for personal."""
    return False


class LightTokenizer:
    """Splits cleaned text at spaces and at the humps of hashtags; a character keeps its place."""

    def __init__(self, language: Language) -> None:
        self.vocab = language.vocab
        humps = compile_infix_regex([CAMEL])
        self._split = Tokenizer(language.vocab, infix_finditer=humps.finditer, max_cache_size=MOST_WORDS)

    def __call__(self, text: str) -> Doc:
        doc: Doc = self._split(clean(text))
        doc.user_data[_AS_IT_CAME] = text
        return doc


class CivicTopics:
    """Reads the topics of a Doc; knows no word until it is given a vocabulary."""

    def __init__(self, name: str = NAME) -> None:
        self.name = name
        self.personal: Personal = nobody
        self.refused: Refused = nothing
        self.head: Head | None = None
        self.learn(Vocabulary(()), Words())

    def learn(self, vocabulary: Vocabulary, words: Words) -> None:
        """Take the terms and words to read by."""
        self._vocabulary, self._words = vocabulary, words
        self._lexicon = Lexicon(vocabulary, words, self.refused)
        self._entries: dict[int, Entry] = {}

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data[_READ] = self._read(doc)
        return doc

    def to_disk(self, path: Any, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002  # spaCy gives it
        """Write what is read by into a folder, as JSON."""
        folder = ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        srsly.write_json(folder / "vocabulary.json", self._vocabulary._asdict())
        srsly.write_json(
            folder / "words.json",
            {"supports": dict(self._words.supports), "languages": dict(self._words.languages)},
        )

    def from_disk(self, path: Any, *, exclude: Sequence[str] = ()) -> "CivicTopics":  # noqa: ARG002
        """Read what `to_disk` wrote."""
        folder = ensure_path(path)
        kept: Any = srsly.read_json(folder / "vocabulary.json")
        words: Any = srsly.read_json(folder / "words.json")
        self.learn(
            Vocabulary(*(tuple(_term(each) for each in kept[name]) for name in Vocabulary._fields)),
            Words(
                {word: (topic, share) for word, (topic, share) in words["supports"].items()},
                {word: (fr, en, other) for word, (fr, en, other) in words["languages"].items()},
            ),
        )
        return self

    def _read(self, doc: Doc) -> Reading:
        entries: list[Entry] = []
        places: list[int] = []
        telling: list[int] = []
        supporting: list[int] = []
        known = french = english = other = 0
        remembered = self._entries.get
        for place, orth in enumerate(doc.to_array(ORTH).tolist()):
            entry = remembered(orth) or self._look_up(orth, doc)
            if entry.shares:
                known += 1
                french += entry.shares[0]
                english += entry.shares[1]
                other += entry.shares[2]
            if not entry.small:
                if entry.tells:
                    telling.append(len(entries))
                if entry.support:
                    supporting.append(len(entries))
                entries.append(entry)
                places.append(place)
        spoken = [(each, find(entries, telling, each)) for each in languages(known, french, english, other)]
        if not spoken:
            return Reading()
        language, found = spoken[0] if len(spoken) == 1 else max(spoken, key=_weight)
        tells = found or self.head is not None or any(each.support for each in entries)
        if tells and self.personal(_as_it_came(doc)):
            return Reading(language=language)
        return self._decide(_Walked(doc, entries, places, found, supporting), language)

    def _decide(self, walked: "_Walked", language: str) -> Reading:
        hits = [walked.hit(each) for each in walked.found if each.term.topic != ASIDE]
        terms = scores_of(hits)
        scores: Mapping[str, float] = terms
        if walked.supporting:
            hits = sorted([*hits, *walked.supports()])
            scores = scores_of(hits)
        enough = enough_for(len(walked.entries), asides(walked.found))
        if self.head is not None:
            enough = ENOUGH
            given = self.head([each.forms[0] for each in walked.entries], terms)
            scores = dict(sorted(given.items(), key=lambda each: -each[1]))
        topics = topics_of(scores, terms, enough)
        return Reading(topics, tuple(scores.items()), tuple(hits), language)

    def _look_up(self, orth: int, doc: Doc) -> Entry:
        if len(self._entries) >= MOST_WORDS:
            self._entries.clear()
        entry = self._lexicon.entry(doc.vocab.strings[orth])
        self._entries[orth] = entry
        return entry


@Language.factory(NAME)
def make(nlp: Language, name: str) -> CivicTopics:  # noqa: ARG001  # spaCy gives it
    """Make the component for a pipeline."""
    return CivicTopics(name)


def light_pipeline() -> Language:
    """Return a pipeline of the light tokenizer and the component, which knows no word yet."""
    language = spacy.blank("xx")
    language.max_length = sys.maxsize  # spaCy's limit is one of parsers, of which there is none
    language.tokenizer = LightTokenizer(language)
    language.add_pipe(NAME)
    return language


def reading(doc: Doc) -> Reading:
    """Return what was read in a Doc."""
    found: Reading = doc.user_data.get(_READ, Reading())
    return found


class _Walked(NamedTuple):
    """A Doc, its words without the small ones, the tokens they stand at, and the terms found in them.

    `supporting` are the words that lend weight to a topic.
    """

    doc: Doc
    entries: Sequence[Entry]
    places: Sequence[int]
    found: Sequence[Found]
    supporting: Sequence[int]

    def hit(self, found: Found) -> Hit:
        first, last = self.doc[self.places[found.first]], self.doc[self.places[found.last]]
        return Hit(first.idx, last.idx + len(last), found.term.topic, found.term.weight, found.term.text)

    def supports(self) -> Iterator[Hit]:
        """Yield the words that are no part of a term and lend weight to a topic."""
        within = {place for each in self.found for place in range(each.first, each.last + 1)}
        for place in self.supporting:
            entry = self.entries[place]
            if entry.support and place not in within:
                token = self.doc[self.places[place]]
                yield Hit(token.idx, token.idx + len(token), *entry.support, entry.forms[0])


def _as_it_came(doc: Doc) -> str:
    text: str | None = doc.user_data.get(_AS_IT_CAME)
    return doc.text if text is None else text


def _weight(spoken: tuple[str, Sequence[Found]]) -> int:
    return sum(each.term.weight for each in spoken[1])


def _term(row: Sequence[Any]) -> Term:
    text, topic, language, weight, prefix, not_with = row
    return Term(text, topic, language, weight, prefix, tuple(not_with))


Doc.set_extension("topics", getter=lambda doc: reading(doc).topics, force=True)
Doc.set_extension("topic_evidence", getter=lambda doc: reading(doc).hits, force=True)
