"""Hears what a database is asked, by whoever reads and by whoever writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from store.database import Database


@contextmanager
def listens(database: Database, name: str, note: Callable[..., Any]) -> Iterator[None]:
    """Call `note` at each event of a name, such as `before_cursor_execute`, within a block."""
    engines = {database.engine, database.writer, database.looker}
    for each in engines:
        event.listen(each, name, note)
    try:
        yield
    finally:
        for each in engines:
            event.remove(each, name, note)
