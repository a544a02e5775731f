"""Bring in: the sign-ups of a whole list, a thousand a transaction, with each reason why one is refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from connectors.files.sign_up_list import Reject
from connectors.files.table import Row
from domain.sign_up import SignUp
from pipeline.signing_up import Outcome
from store.database import Database

#: Sign-ups stored in one transaction.
SLICE = 1_000

Entries = Iterable[tuple[Row, SignUp] | Reject]
#: Stores some sign-ups in an open transaction.
Store = Callable[[Connection, list[SignUp]], Outcome]


@dataclass(slots=True)
class Brought:
    """How many of a list were new, known already or twice on it, left out because they objected, refused."""

    new: int = 0
    known: int = 0
    suppressed: int = 0
    rejected: int = 0


def bring_in(database: Database, entries: Entries, store: Store, refuse: Callable[[Reject], None]) -> Brought:
    """Store the sign-ups of a list; what is stored stays where a later row ends the reading by an error."""
    brought = Brought()
    for rows, people in _slices(entries, refuse, brought):
        outcome = database.transact(lambda connection, given=people: store(connection, given))  # type: ignore[misc]  # each is bound here
        _count(rows, outcome, refuse, brought)
    return brought


def rehearse(database: Database, entries: Entries, store: Store, refuse: Callable[[Reject], None]) -> Brought:
    """Do the same in one transaction, and take all of it back."""
    brought = Brought()
    with database.write() as connection:
        for rows, people in _slices(entries, refuse, brought):
            _count(rows, store(connection, people), refuse, brought)
        connection.rollback()
    return brought


def _slices(
    entries: Entries, refuse: Callable[[Reject], None], brought: Brought
) -> Iterable[tuple[list[Row], list[SignUp]]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, SLICE)):
        people = []
        for each in batch:
            if isinstance(each, Reject):
                refuse(each)
                brought.rejected += 1
            else:
                people.append(each)
        if people:
            yield [row for row, _ in people], [signed for _, signed in people]


def _count(rows: list[Row], outcome: Outcome, refuse: Callable[[Reject], None], brought: Brought) -> None:
    brought.new += len(outcome.new)
    brought.known += len(outcome.known)
    brought.suppressed += len(outcome.suppressed)
    for place, reason in outcome.invalid:
        refuse(Reject(rows[place], reason))
        brought.rejected += 1
