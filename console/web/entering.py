"""Entering: who looks at people is in the journal before anything is shown."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from console.web.desk import Desk, Visit
from domain.journal import Act, Detail, Entry
from store import journal


@contextmanager
def reading(desk: Desk, visit: Visit, act: Act, **details: Detail) -> Iterator[Connection]:
    """Open a transaction to read in, once it is entered that it is read; unentered nothing is shown."""
    with desk.database.write() as connection:
        journal.record(connection, Entry(visit.actor, act, visit.now, None, "", details))
    with desk.database.read() as connection:
        yield connection
