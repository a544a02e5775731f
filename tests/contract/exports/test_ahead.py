"""Ahead: one step is done beside the reader, what goes wrong there is told here, nothing goes on after."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from exports.ahead import ahead


def test_everything_comes_in_its_order() -> None:
    assert list(ahead(iter(range(1, 50)))) == list(range(1, 50))


def test_the_next_is_read_while_the_last_is_written() -> None:
    begun = threading.Event()

    def things() -> Iterator[int]:
        yield 1
        begun.set()
        yield 2

    with closing(ahead(things())) as coming:
        assert next(coming) == 1
        assert begun.wait(5)


def test_what_goes_wrong_is_raised_in_its_place() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise OSError("no room")

    coming = ahead(things())
    assert next(coming) == 1
    with pytest.raises(OSError, match="no room"):
        next(coming)


def test_whoever_stops_waits_for_what_is_being_read() -> None:
    read: list[int] = []

    def things() -> Iterator[int]:
        for each in range(1, 100):
            read.append(each)
            yield each

    with closing(ahead(things())) as coming:
        next(coming)
    assert len(read) <= 2
    assert "ahead" not in " ".join(each.name for each in threading.enumerate())
