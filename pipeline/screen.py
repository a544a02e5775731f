"""The screen before every write: whom it keeps out leaves no trace of the page."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.account import Account
from domain.signal import Signal
from store import pushed
from store.pushed import act_of

#: How far a platform's clock, which tells some moments in whole seconds, may be from ours.
CLOCKS_APART = timedelta(seconds=2)


def screened(account: Account, signals: Iterable[Signal], *, now: datetime) -> list[Signal]:
    """Return the acts that may make a contact, each once: no own ones, none of the staff, none ended."""
    ours = account.staff | {account.platform_id}
    kept: dict[tuple[str, str, str], Signal] = {}
    for each in signals:
        platform_id = each.contact.platform_id
        if platform_id in ours or platform_id.rpartition(":")[2] in ours or not each.holds(now):
            continue
        kept.setdefault((platform_id, each.kind, each.item), each)
    return list(kept.values())


def standing(
    connection: Connection, account: Account, acts: list[Signal], asked_at: datetime
) -> list[Signal]:
    """Leave out what a push said to have ended since a page was asked for: the page may show it still."""
    since = asked_at - CLOCKS_APART
    if not pushed.ended_since(connection, account.id, since):
        return acts
    hashes = [
        (act_of(each.kind, each.item, each.contact), act_of(each.kind, each.item, None)) for each in acts
    ]
    told = pushed.told_ends(connection, account.id, (one for both in hashes for one in both))
    doubtful = {
        (each.kind, each.item, each.contact.platform_id)
        for each, both in zip(acts, hashes, strict=True)
        if any(told.get(one, since) > since for one in both)
    }
    there = pushed.stored(connection, account.id, account.platform, doubtful) if doubtful else []
    # One that a later push began again stands.
    doubtful -= {(each.kind, each.item, each.platform_id) for each in there if each.ended_at is None}
    return [each for each in acts if (each.kind, each.item, each.contact.platform_id) not in doubtful]
