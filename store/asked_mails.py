"""Mails that were asked for on a page: one an address and day, so many in all; no address stored."""

from datetime import date

from sqlalchemy import Connection, delete, text

from store.sets import run
from store.tables import asked_mails

#: One request after the other counts, so that the day's bound is exact.
_LOCK = 7308604759847137654


def take(connection: Connection, mark: str, day: date, *, most: int) -> bool:
    """Count a mail in; False where this address had one that day, or the day had `most`.

    `mark` is a keyed hash of address and day: the same address has another one tomorrow. What other days
    left goes. The same statements whatever the answer.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    connection.execute(delete(asked_mails).where(asked_mails.c.day != day.isoformat()))
    taken = run(
        connection,
        "INSERT INTO asked_mails (mark, day) SELECT :mark, :day "
        "WHERE (SELECT count(*) FROM asked_mails) < :most ON CONFLICT (mark) DO NOTHING",
        mark=mark,
        day=day.isoformat(),
        most=most,
    )
    return taken.rowcount == 1


def give_back(connection: Connection, mark: str) -> None:
    """Let an address ask again whose mail could not be sent."""
    connection.execute(delete(asked_mails).where(asked_mails.c.mark == mark))
