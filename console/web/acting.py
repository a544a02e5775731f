"""What pages enter in the journal: which user did what, and why."""

from sqlalchemy import Connection

from console.web.desk import Visit
from domain.contact import ContactKey
from domain.journal import Act, Detail, Entry
from store import journal


def enter(  # what an entry is made of
    connection: Connection,
    visit: Visit,
    act: Act,
    subject: ContactKey | None = None,
    why: str = "",
    **details: Detail,
) -> None:
    """Enter what a page does, last in the transaction that does it."""
    journal.record(connection, Entry(visit.actor, act, visit.now, subject, why, details))
