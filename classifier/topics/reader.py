"""The reader: texts in, readings out, in order, with a memory that does not grow."""

from collections.abc import Iterable, Iterator
from itertools import islice

from classifier.topics.component import CivicTopics, Head, Personal, light_pipeline, nobody, reading
from classifier.topics.lexicon import Refused, nothing
from domain.terms import Vocabulary, Words
from domain.topic import Reading

#: Texts that go through the pipeline at once.
BATCH = 1000
#: How many different words spaCy may have met before its vocabulary is made anew.
MOST_LEXEMES = 100_000


class Reader:
    """Reads the topics of texts by a vocabulary; not for several threads at once.

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
        self._component = CivicTopics()
        self._component.refused = refused
        self._component.learn(vocabulary, words or Words())
        self._component.head = head
        self._component.personal = personal
        self._begin_anew()

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Yield one reading a text, in order."""
        waiting = iter(texts)
        while batch := list(islice(waiting, BATCH)):
            if len(self._pipeline.vocab) > MOST_LEXEMES:
                self._begin_anew()
            for each in self._pipeline.pipe(batch, batch_size=BATCH):
                yield reading(self._component(each))

    def _begin_anew(self) -> None:
        self._pipeline = light_pipeline()
        self._pipeline.remove_pipe(self._component.name)
