"""Rights: what a person asks of us, done in one transaction whoever carries it out."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.contact import ContactKey
from pipeline.objections import hold_to
from pipeline.suppress import suppress
from store import erasing, journal, messaging, suppressions

#: Why somebody was suppressed, as it stands beside the value.
OBJECTED, ERASED = "objected", "erased"
_HANDLE = "handle:"


def end_contact(  # noqa: PLR0913  # what a right needs, and for strangers even work
    connection: Connection,
    keys: Collection[ContactKey],
    suppressor: Suppressor,
    reason: str,
    *,
    identifiers: Collection[tuple[str, str]] = (),
    now: datetime,
    even_none: bool = False,
) -> int:
    """Carry out objections or erasures: the contacts go everywhere and never come in again.

    `identifiers` are more (kind, identifier) that the person gave, such as a handle, and may stand alone
    where nobody is known by a key. Returns how many removals the feed tells. With `even_none`, for
    strangers who ask, whoever asks twice, or was never met, takes the same statements.
    """
    suppressions.take(connection)
    known = erasing.identifiers(connection, keys)
    values = suppressor.values([*keys, *known, *identifiers])
    hold_to(connection, values, reason, suppressor, now=now, even_none=even_none)
    platforms = {kind.removeprefix(_HANDLE) for kind, _ in identifiers if kind.startswith(_HANDLE)}
    steps = suppress(connection, keys, reason, suppressor, now=now, platforms=platforms)
    messaging.publish(connection, steps, now=now, even_none=True)
    journal.forget(connection, keys, now=now, even_none=even_none)
    return len(steps)
