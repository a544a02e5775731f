"""Counts of acts whose actors may not be kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, update

from domain.signal import SignalKind
from store.tables import kept_counts


def add(
    connection: Connection, act: tuple[int, SignalKind, str], count: int, *, now: datetime, whole: bool
) -> None:
    """Add `count` acts (account id, kind, item); `whole` replaces what was counted before."""
    account_id, kind, item = act
    where = (kept_counts.c.account_id == account_id, kept_counts.c.kind == kind, kept_counts.c.item == item)
    total = count if whole else kept_counts.c.count + count
    if not connection.execute(update(kept_counts).where(*where).values(count=total, counted_at=now)).rowcount:
        connection.execute(
            insert(kept_counts).values(
                account_id=account_id, kind=kind, item=item, count=count, counted_at=now
            )
        )


def none_left(
    connection: Connection, account_id: int, kinds: Iterable[SignalKind], item: str, *, now: datetime
) -> None:
    """Count nobody for kinds of which a whole walk showed no act."""
    connection.execute(
        update(kept_counts)
        .where(
            kept_counts.c.account_id == account_id,
            kept_counts.c.kind.in_(list(kinds)),
            kept_counts.c.item == item,
            kept_counts.c.count != 0,
        )
        .values(count=0, counted_at=now)
    )
