"""Rights: what a person asks of us, done in one transaction whoever carries it out."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.contact import ContactKey
from pipeline.objections import hold_to
from pipeline.suppress import suppress
from store import journal, messaging, suppressions

#: Why somebody was suppressed, as it stands beside the value.
OBJECTED, ERASED = "objected", "erased"
_HANDLE = "handle:"


def end_contact(
    connection: Connection,
    keys: Collection[ContactKey],
    suppressor: Suppressor,
    reason: str,
    *,
    identifiers: Collection[tuple[str, str]] = (),
    now: datetime,
) -> int:
    """Carry out objections or erasures: the contacts go everywhere and never come in again.

    `identifiers` are more (kind, identifier) that the person gave, such as a handle, and may stand alone
    where nobody is known by a key. Returns how many left the messaging store. Whoever asks twice, or was
    never met, is answered by the same work.
    """
    suppressions.take(connection)
    hold_to(connection, suppressor.values(identifiers), reason, suppressor, now=now)
    platforms = {kind.removeprefix(_HANDLE) for kind, _ in identifiers if kind.startswith(_HANDLE)}
    steps = suppress(connection, keys, reason, suppressor, now=now, platforms=platforms)
    messaging.publish(connection, steps, now=now, even_none=True)
    journal.forget(connection, keys, now=now)
    return len(steps)
