"""Suppress: a person goes from everywhere, and the keyed hash of each identifier alone stays."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from config.suppression import Suppressor
from domain.contact import ContactKey
from pipeline.objections import hold_to
from store import consents, contacts, erasing, erasures, messaging
from store.messaging import Step

#: Whom we hold no more has no number of ours.
NOBODY = 0


def suppress(
    connection: Connection,
    keys: Iterable[ContactKey],
    reason: str,
    suppressor: Suppressor,
    *,
    now: datetime,
    platforms: Collection[str] = (),
) -> list[Step]:
    """Suppress contacts by every identifier that is known of them, and erase them; returns what to publish.

    On `platforms` the work is done even where no contact is given. Those we never met are suppressed, too:
    they will not come in. The caller holds `suppressions.take`.
    """
    wanted = set(keys)
    known = erasing.identifiers(connection, wanted)
    hold_to(connection, suppressor.values([*wanted, *known]), reason, suppressor, now=now)
    steps = erase(connection, wanted, reason, platforms, again=True)
    note_erasure(connection, now=now)
    return steps


def note_erasure(connection: Connection, *, now: datetime) -> None:
    """Let what only the erased stood in go, too, and note by when all copies are gone.

    The caller holds `suppressions.take`: nobody may agree to a wording that goes at this moment.
    """
    consents.forget_unused_wordings(connection)
    erasures.note(connection, now=now)


def erase(
    connection: Connection,
    keys: Iterable[ContactKey],
    reason: str,
    platforms: Collection[str] = (),
    *,
    untold: bool = False,
    again: bool = False,
) -> list[Step]:
    """Delete contacts with all that is stored of them; returns the removals that the feed must tell.

    With `untold` it tells of everybody who was in the messaging store, else of those alone whom it knows.
    With `again` it tells also of whoever was removed for another reason: other systems do more upon an
    objection than upon an unfollow. Of the feed only a contact's newest step stays, as the tombstone by
    which other systems delete it.
    """
    steps = []
    for platform in sorted({each.platform for each in keys} | {*platforms}):
        ids = [each.platform_id for each in keys if each.platform == platform]
        there = contacts.known(connection, platform, ids)
        out = messaging.take_out(connection, [each.id for each in there.values()], untold=untold)
        before = messaging.removed(connection, platform, ids, but=reason) if again else set()
        leaving = {platform_id: each.id for platform_id, each in sorted(there.items()) if each.id in out}
        leaving = dict.fromkeys(sorted(before), NOBODY) | leaving
        steps += [Step(each, platform, who, "remove", reason) for who, each in leaving.items()]
        erasing.erase(connection, [each.id for each in there.values()])
        erasing.forget_steps(connection, platform, ids, leaving=leaving)
    return steps
