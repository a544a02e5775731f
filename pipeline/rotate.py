"""Rotate: every sealed secret opens with a new key from one moment on."""

from collections.abc import Callable

from sqlalchemy import Connection

from config.keys import KeyMissingError, Sealer
from store import installation, sealed
from store.database import Database


def rotate(
    database: Database, old: Sealer, new: Sealer, tell: Callable[[Connection, int], None] = lambda *_: None
) -> int:
    """Seal everything anew in one transaction; returns how many secrets that were.

    `tell` is called with that number at the end of the transaction.
    Raises KeyMissingError where `old` is no longer the key in force, or the new one is the old one.
    """
    if new.fingerprint == old.fingerprint:
        raise KeyMissingError(
            "The new key is the one in force; give another file, or one that is not there yet."
        )

    def act(connection: Connection) -> int:
        if not installation.replace_key(connection, old.fingerprint, new.fingerprint):
            raise KeyMissingError("Another rotation was quicker; nothing was changed by this one.")
        count = sealed.turn(connection, lambda secret: new.seal(old.open(secret)))
        tell(connection, count)
        return count

    return database.transact(act)
