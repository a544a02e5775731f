"""Replay: a database that is older than its ledger of objections catches up, and the forgotten go again."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.keys import KeyMissingError, Sealer
from config.ledger import Entry, Keys, Ledger, LedgerError
from config.suppression import Suppressor, wrapper
from pipeline.objections import apply, beginning, hold_to, require_whole
from pipeline.suppress import erase
from store import erasures, journal, messaging, objections, suppressions
from store.database import Database

#: Contacts compared in one transaction.
SLICE = 2_000


class Replayed(NamedTuple):
    """What a replay did: entries read, lines that could not be, contacts erased, who is suppressed then."""

    entries: int
    unreadable: int
    erased: int
    suppressed: int


def replay(database: Database, ledger: Ledger, sealer: Sealer, *, now: datetime) -> Replayed:
    """Apply a whole ledger, erase whoever is suppressed, and open a new epoch of the feed.

    An entry that was applied before changes nothing. Raises LedgerError where the ledger is another
    installation's, or was written with keys that are not there.
    """

    def act(connection: Connection) -> tuple[Suppressor, int, int, int]:
        suppressions.take_keys(connection)
        require_whole(ledger, objections.hold(connection))
        lines = list(ledger.after())
        _bring_keys(
            connection, ledger, sealer, [each for each, _ in lines if isinstance(each, Keys)], now=now
        )
        suppressor = _suppressor(connection, sealer, ledger)
        entries = [each for each, _ in lines if isinstance(each, Entry)]
        for each in entries:
            apply(connection, each, suppressor)
        objections.settle(connection, lines[-1][1] if lines else 0)
        messaging.open_epoch(connection)
        unreadable = sum(each is None for each, _ in lines)
        return suppressor, len(entries), unreadable, suppressions.count(connection)

    suppressor, entries, unreadable, suppressed = database.transact(act)
    return Replayed(entries, unreadable, sweep(database, suppressor, now=now), suppressed)


def begin_anew(database: Database, ledger: Ledger) -> int:
    """Write a ledger from what the database has suppressed, where the former one is lost; returns how many.

    Raises LedgerError where there is one.
    """
    if ledger.size():
        raise LedgerError(f"{ledger.path} is there; move it away before a new ledger is written.")

    def act(connection: Connection) -> int:
        suppressions.take_keys(connection)
        objections.hold(connection)
        objections.settle(connection, ledger.append(beginning(connection)))
        return suppressions.count(connection)

    return database.transact(act)


def sweep(database: Database, suppressor: Suppressor, *, now: datetime) -> int:
    """Erase every contact that is suppressed, and what the journal says of any; returns how many."""
    after = erased = 0
    while True:
        with database.write() as connection:
            suppressions.share(connection)
            people = objections.people_after(connection, after, SLICE)
            if not people:
                _forget_entries(connection, suppressor, now=now)
                return erased
            after = people[-1].id
            whose = {suppressor.value(*each.key): each.key for each in people}
            whose |= {
                suppressor.value(f"handle:{each.key.platform}", each.handle): each.key
                for each in people
                if each.handle
            }
            met = {whose[each] for each in suppressions.among(connection, whose)}
            if met:
                of_ids = [suppressor.value(*key) for key in met]
                hold_to(connection, of_ids, "met_again", suppressor, now=now)
                # Whom a backup does not know as told may have been told since it was made.
                messaging.publish(connection, erase(connection, met, "objected", untold=True), now=now)
                erasures.note(connection, now=now)
                erased += len(met)


def _forget_entries(connection: Connection, suppressor: Suppressor, *, now: datetime) -> None:
    """Forget what the journal says of people who are suppressed, be they held or not."""
    whose = {suppressor.value(*each.partition(":")[::2]): each for each in journal.all_subjects(connection)}
    met = [whose[each] for each in suppressions.among(connection, whose)]
    if met:
        journal.forget(connection, met, now=now)


def _suppressor(connection: Connection, sealer: Sealer, ledger: Ledger) -> Suppressor:
    return Suppressor([sealer.open(each) for each in suppressions.keys(connection)], ledger)


def _bring_keys(
    connection: Connection, ledger: Ledger, sealer: Sealer, lines: list[Keys], *, now: datetime
) -> None:
    """Add the keys that the ledger knows and the database does not, and wrap what is there in them."""
    known = [sealer.open(each) for each in suppressions.keys(connection)]
    for line in reversed(lines):
        try:
            told = [sealer.open(each) for each in line.sealed]
        except KeyMissingError:  # sealed with a former key, or by a rotation that did not come to its end
            continue
        if known != told[: len(known)] and known[: len(told)] != told:
            if suppressions.count(connection):
                raise LedgerError(f"{ledger.path} is the ledger of another installation; name the right one.")
            suppressions.forget_keys(connection)
            known = []
        for each in told[len(known) :]:
            number = suppressions.add_key(connection, sealer.seal(each), now=now)
            suppressions.wrap(connection, number, wrapper(each))
        return
