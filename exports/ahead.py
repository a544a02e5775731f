"""Ahead: the next thing is read while the last one is written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")


def ahead(things: Iterator[Thing]) -> Iterator[Thing]:
    """Give what an iterator gives, one step of it done ahead in a thread.

    What it uses belongs to the thread until this is at its end or closed, which waits for the thread. What
    it raises is raised here, in its place.
    """
    with ThreadPoolExecutor(1, "ahead") as beside:
        coming = beside.submit(next, things, None)
        while (thing := coming.result()) is not None:
            coming = beside.submit(next, things, None)
            yield thing
