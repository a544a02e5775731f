"""Counts of acts whose actors may not be kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from domain.signal import SignalKind
from store.tables import kept_counts


class Tally(NamedTuple):
    """How many acts were counted, and when the newest of them happened, where the platform says."""

    acts: int
    newest_at: datetime | None


def add(
    connection: Connection,
    act: tuple[int, SignalKind, str],
    tally: Tally,
    *,
    now: datetime,
    whole: bool,
) -> None:
    """Add to the acts (account id, kind, item); `whole` replaces what was counted before."""
    account_id, kind, item = act
    where = (kept_counts.c.account_id == account_id, kept_counts.c.kind == kind, kept_counts.c.item == item)
    before = connection.execute(select(kept_counts.c.count, kept_counts.c.newest_at).where(*where)).first()
    count, newest_at = before or (0, None)
    values = {
        "count": tally.acts if whole else count + tally.acts,
        "newest_at": max(filter(None, (newest_at, tally.newest_at)), default=None),
        "counted_at": now,
    }
    if before:
        connection.execute(update(kept_counts).where(*where).values(values))
    else:
        connection.execute(insert(kept_counts).values(account_id=account_id, kind=kind, item=item, **values))


def newest(connection: Connection, account_id: int, item: str) -> dict[str, datetime]:
    """Return when the newest act was counted, by kind: of `item`, or of the account as a whole."""
    found = connection.execute(
        select(kept_counts.c.kind, func.max(kept_counts.c.newest_at))
        .where(
            kept_counts.c.account_id == account_id,
            kept_counts.c.item.in_([item, ""]),
            kept_counts.c.newest_at.is_not(None),
        )
        .group_by(kept_counts.c.kind)
    )
    return {kind: at for kind, at in found}  # noqa: C416  # rows are no pairs to a type checker


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
