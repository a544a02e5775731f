"""The reader of topics, made once in each process that reads."""

import threading
from collections.abc import Iterable, Iterator
from functools import cache

from classifier.topics.reader import Reader
from config import settings
from config.reading import reader
from domain.topic import Reading
from pipeline.interests import Reads


@cache
def reader_of() -> Reads:
    """Return this process's reader; the first call loads its terms.

    Raises TopicsError or HeadError where a file of the team's is wrong.
    """
    return _OneAtATime(reader(settings.load()))


class _OneAtATime:
    """Lets one thread read at a time: spaCy's vocabulary is made anew in between."""

    def __init__(self, reads: Reader) -> None:
        self._reads = reads
        self._lock = threading.Lock()

    def read(self, texts: Iterable[str]) -> Iterator[Reading]:
        """Return one reading a text, in their order."""
        with self._lock:
            return iter(list(self._reads.read(texts)))
