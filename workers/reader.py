"""The reader of topics, made once in each process that reads."""

from collections.abc import Iterable, Iterator
from functools import cache

from domain.topic import Hit, Reading
from pipeline.interests import Reads


@cache
def reader_of() -> Reads:
    """Return this process's reader; the first call loads its terms."""
    return _FewWords()


_TOPIC_OF = {
    "bus": "transport",
    "cycle": "transport",
    "school": "education",
    "école": "education",
    "trees": "environment",
    "arbres": "environment",
    "rent": "housing",
    "loyers": "housing",
    "hospital": "health",
    "hôpital": "health",
}


class _FewWords:
    """Reads the topics by a word or two each."""

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Return one reading a text, in their order."""
        for each in texts:
            lower = each.lower()
            hits = tuple(
                Hit(lower.index(word), lower.index(word) + len(word), topic, 3.0, word)
                for word, topic in _TOPIC_OF.items()
                if word in lower
            )
            scores = tuple(dict.fromkeys((hit.topic, hit.weight) for hit in hits))
            yield Reading(tuple(topic for topic, _ in scores), scores, hits, "en")
