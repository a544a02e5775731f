"""A database whose user may die in the middle of a transaction."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection

from store.database import Database


class Crash(NamedTuple):
    """The process dies in its n-th transaction from now, before or after the commit."""

    transaction: int
    committed: bool


class CrashError(BaseException):
    """What a dying process looks like from here."""


class Fragile(Database):
    """A database whose user may die in the middle of a transaction."""

    def __init__(self, sound: Database) -> None:
        vars(self).update(vars(sound))
        self.crash: Crash | None = None

    def transact(self, act: Callable[[Connection], Any]) -> Any:
        """Carry out a transaction, or die in it."""
        if self.crash is None or self.crash.transaction > 1:
            self.crash = self.crash and self.crash._replace(transaction=self.crash.transaction - 1)
            return super().transact(act)
        committed, self.crash = self.crash.committed, None
        with self.write() as connection:
            act(connection)
            if not committed:
                raise CrashError
        raise CrashError
