"""The reader of topics, made once in each process that reads; threads share it."""

from functools import cache

from classifier.topics.reader import Reader
from config.loading import load
from config.reading import reader


@cache
def reader_of() -> Reader:
    """Return this process's reader; the first call loads its terms.

    Raises TopicsError or HeadError where a file of the team's is wrong.
    """
    return reader(load())
