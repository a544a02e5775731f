"""Rotate: every sealed secret opens with a new key from one moment on."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection

from config.keys import KeyMissingError, Sealer
from config.ledger import Keys, Ledger
from config.suppression import Suppressor, further_key, wrapper
from pipeline.objections import write_down
from store import installation, sealed, suppressions
from store.database import Database


def rotate(
    database: Database,
    old: Sealer,
    new: Sealer,
    ledger: Ledger | None = None,
    tell: Callable[[Connection, int], None] = lambda *_: None,
) -> int:
    """Seal everything anew in one transaction; returns how many secrets that were.

    Suppressions get a further key around theirs, so that the old ones alone tell nothing any more. `tell` is
    called with the number at the end of the transaction.
    Raises KeyMissingError where `old` is no longer the key in force, or the new one is the old one.
    """
    if new.fingerprint == old.fingerprint:
        raise KeyMissingError(
            "The new key is the one in force; give another file, or one that is not there yet."
        )

    def act(connection: Connection) -> int:
        suppressions.take_keys(connection)
        turned = seal_anew(connection, old, new)
        _add_key(connection, new, ledger)
        tell(connection, turned)
        return turned

    return database.transact(act)


def seal_anew(connection: Connection, old: Sealer, new: Sealer) -> int:
    """Seal everything anew; returns how many secrets. Raises KeyMissingError where `old` is not in force."""
    if not installation.replace_key(connection, old.fingerprint, new.fingerprint):
        raise KeyMissingError("Another rotation was quicker; nothing was changed by this one.")
    return sealed.turn(connection, lambda secret: new.seal(old.open(secret)))


def _add_key(connection: Connection, sealer: Sealer, ledger: Ledger | None) -> None:
    """Wrap every suppression in a further key; without a first one there is nothing to wrap."""
    if not suppressions.keys(connection):
        return
    added = further_key()
    wraps = suppressions.add_key(connection, sealer.seal(added), now=datetime.now(UTC))
    suppressions.wrap(connection, wraps, wrapper(added))
    in_force = suppressions.keys(connection)
    suppressor = Suppressor([sealer.open(each) for each in in_force], ledger)
    write_down(connection, suppressor, Keys(in_force))
