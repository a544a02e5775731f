"""Recipients: who gets files of the messaging store is registered before it does."""

from datetime import datetime

from sqlalchemy import Connection

from config.transfers import adequate
from domain.journal import Act, Detail, Entry
from domain.recipient import Recipient, RecipientError, require_lawful
from store import journal, recipients


def add_recipient(connection: Connection, recipient: Recipient, actor: str, *, now: datetime) -> int:
    """Register a recipient, entered in the journal; raises RecipientError where that is not lawful."""
    require_lawful(recipient, adequate())
    number = recipients.add(connection, recipient, now=now)
    details: dict[str, Detail] = {
        "recipient": number,
        "country": recipient.country,
        "part": recipient.part.value,
    }
    journal.record(connection, Entry(actor, Act.RECIPIENT_ADDED, now, details=details))
    return number


def remove_recipient(connection: Connection, number: int, actor: str, *, now: datetime) -> None:
    """Let a recipient get no file any more; what it got stays on record."""
    if not recipients.end(connection, number, now=now):
        raise RecipientError("There is no such recipient any more.")
    journal.record(connection, Entry(actor, Act.RECIPIENT_REMOVED, now, details={"recipient": number}))
