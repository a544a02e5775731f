"""The screen before every write: whom it keeps out leaves no trace of the page."""

from collections.abc import Iterable
from datetime import datetime

from domain.account import Account
from domain.signal import Signal


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
