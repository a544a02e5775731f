"""Patience with a database that is away for a moment: what a platform has answered is paid for."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from store.database import Database, DatabaseError

Result = TypeVar("Result")

#: Seconds between two tries: a server that restarts is back in time, and a page's lease outlives them all.
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def transact(database: Database, act: Callable[[Connection], Result], pauses_s: Sequence[float]) -> Result:
    """Run `act` in a writing transaction, again after each pause where the database could not be used.

    Only for what may be repeated when a commit was not answered for: statements that are guarded by a fence.
    """
    for each in pauses_s:
        try:
            return database.transact(act)
        except DatabaseError:
            time.sleep(each)
    return database.transact(act)
