"""The spaCy component `civic_topics` and a light pipeline for it; it reads what the Reader reads.

`config.civic_topics` makes it, with our terms.
"""

import re
import sys
from collections.abc import Sequence
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import ensure_path

from classifier.never import Never
from classifier.topics.cleaning import HUMP
from classifier.topics.lexicon import MOST_WORDS
from classifier.topics.reader import Reader
from domain.terms import Term, Vocabulary, Words
from domain.topic import Reading

NAME = "civic_topics"
#: Makes a function the factory of the component.
factory = Language.factory(NAME)
#: What parts two words: anything but letters and digits, and the hump of a hashtag.
_BEFORE, _AFTER = re.compile(r"^[\W_]+"), re.compile(r"[\W_]+$")
_BETWEEN = re.compile(rf"[\W_]+|{HUMP}")


class CivicTopics:
    """Reads the topics of a Doc; `never` is the Reader's, whatever it learns."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        words: Words,
        name: str = NAME,
        never: Never | None = None,
    ) -> None:
        self.name, self._never = name, never
        self.learn(vocabulary, words)

    def learn(self, vocabulary: Vocabulary, words: Words) -> None:
        """Take the terms and words to read by."""
        self._vocabulary, self._words = vocabulary, words
        self._reader = Reader(vocabulary, words, never=self._never)

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data[NAME] = self._reader.read_one(doc.text)
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


def light_pipeline() -> Language:
    """Return a pipeline of a light tokenizer and the component with our terms."""
    language = spacy.blank("xx")
    language.max_length = sys.maxsize  # spaCy's limit is one of parsers, of which there is none
    language.tokenizer = Tokenizer(
        language.vocab,
        prefix_search=_BEFORE.search,
        suffix_search=_AFTER.search,
        infix_finditer=_BETWEEN.finditer,
        max_cache_size=MOST_WORDS,
    )
    language.add_pipe(NAME)
    return language


def reading(doc: Doc) -> Reading:
    """Return what was read in a Doc."""
    found: Reading = doc.user_data.get(NAME, Reading())
    return found


def _term(row: Sequence[Any]) -> Term:
    text, topic, language, weight, prefix, not_with = row
    return Term(text, topic, language, weight, prefix, tuple(not_with))


Doc.set_extension("topics", getter=lambda doc: reading(doc).topics, force=True)
Doc.set_extension("topic_evidence", getter=lambda doc: reading(doc).hits, force=True)
