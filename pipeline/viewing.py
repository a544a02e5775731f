"""Viewing: which role of PostgreSQL reads the views, and for whom; entered in the journal."""

from datetime import datetime

from domain.journal import Act, Detail, Entry
from domain.recipient import Recipient, require_no_third_party
from store import journal, view_readers
from store.database import Database
from store.view_readers import ViewError


def grant_views(
    database: Database, owner: Database, role: str, recipient: Recipient, actor: str, *, now: datetime
) -> None:
    """Let a role read the views for a recipient.

    Raises RecipientError where the recipient may get nothing, ViewError where the role may do more than read
    the views. Until it is registered the views refuse it, whatever it was granted.
    """
    require_no_third_party(recipient)
    view_readers.grant(owner, role)
    with database.write() as connection:
        view_readers.add(connection, role, recipient, actor, now=now)
        details: dict[str, Detail] = {"role": role, "recipient": recipient.id}
        journal.record(connection, Entry(actor, Act.VIEWS_GRANTED, now, details=details))


def revoke_views(database: Database, owner: Database, role: str, actor: str, *, now: datetime) -> None:
    """Take the views from a role; raises ViewError where it had none."""
    with database.write() as connection:
        if not view_readers.end(connection, role, now=now):
            raise ViewError(f"No role {role!r} reads the views: `regulars views list` shows them.")
        journal.record(connection, Entry(actor, Act.VIEWS_REVOKED, now, details={"role": role}))
    view_readers.revoke(owner, role)
