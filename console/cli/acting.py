"""What commands enter in the journal: who called them, what they did or read, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Connection

from domain.contact import ContactKey
from domain.journal import Act, Detail, Entry
from store import journal
from store.database import Database
from workers.runtime import system_user, utc_now

Why = Annotated[str, typer.Option("--why", help="The reason, for the journal; name nobody in it.")]


def enter(
    connection: Connection, act: Act, subject: ContactKey | None = None, why: str = "", **details: Detail
) -> None:
    """Enter what a command does, last in the transaction that does it."""
    journal.record(connection, Entry(system_user(), act, utc_now(), subject, why, details))


@contextmanager
def reading(
    database: Database, act: Act, subject: ContactKey | None = None, why: str = "", **details: Detail
) -> Iterator[Connection]:
    """Open a transaction to read in, once it is entered that it is read; unentered nothing is shown.

    What is about one contact is entered and read in one transaction: if nothing can be read of the contact,
    nothing is entered, and a contact that is being forgotten is read before that or not at all. Show what
    was read of it after the end.
    """
    with database.write() as connection:
        enter(connection, act, subject, why, **details)
        if subject is not None:
            yield connection
            return
    with database.read() as connection:
        yield connection
