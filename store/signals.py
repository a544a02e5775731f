"""Signals: added and ended in sets; the same act read twice stays one row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import signals, texts


class Act(NamedTuple):
    """A signal ready to be stored."""

    contact_id: int
    kind: SignalKind
    item: str
    started_at: datetime | None
    ended_at: datetime | None
    keep_until: datetime | None


_COLUMNS = {
    "kind": "text",
    "item": "text",
    "contact_id": "int",
    "started_at": "time",
    "ended_at": "time",
    "keep_until": "time",
}


def add(connection: Connection, account_id: int, acts: Sequence[Act], *, now: datetime) -> set[int]:
    """Store acts; one that is there already changes only where it had ended or now ends otherwise.

    Returns the contacts with an act that is new or began again.
    """
    moment = stamp(now)
    listed = [
        [
            each.kind,
            each.item,
            each.contact_id,
            stamp(each.started_at) if each.started_at else None,
            stamp(each.ended_at) if each.ended_at else None,
            stamp(each.keep_until) if each.keep_until else None,
        ]
        for each in sorted(acts)
    ]
    seen = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
    stored = run(
        connection,
        "INSERT INTO signals (account_id, kind, item, contact_id, started_at, seen_at, ended_at, keep_until) "
        f"SELECT :account_id, kind, item, contact_id, started_at, {seen}, ended_at, keep_until "
        f"FROM {rows_of(connection, _COLUMNS)} AS r WHERE true "
        "ON CONFLICT (account_id, kind, item, contact_id) DO UPDATE SET "
        "ended_at = excluded.ended_at, started_at = excluded.started_at, seen_at = excluded.seen_at, "
        "keep_until = excluded.keep_until WHERE signals.ended_at IS DISTINCT FROM excluded.ended_at "
        "RETURNING contact_id",
        account_id=account_id,
        now=moment,
        rows=as_parameter(listed),
    )
    return {row[0] for row in stored}


def date_back(
    connection: Connection,
    account_id: int,
    kind: str,
    contact_ids: Iterable[int],
    at: datetime,
    *,
    now: datetime,
) -> None:
    """Let acts without item that were stored at `now` have been seen earlier: when a file was made."""
    moment = ":{}" if connection.dialect.name == "sqlite" else "CAST(:{} AS timestamptz)"
    run(
        connection,
        f"UPDATE signals SET seen_at = {moment.format('at')} WHERE account_id = :account_id AND kind = :kind "
        f"AND item = '' AND seen_at = {moment.format('now')} "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        account_id=account_id,
        kind=kind,
        at=stamp(at),
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
    )


def of_contacts(connection: Connection, contact_ids: Iterable[int]) -> dict[int, list[tuple[int, Signal]]]:
    """Return each contact's signals, ended ones too, as (account id, signal)."""
    wanted = rows_of(connection, {"id": "int"})
    found = run(
        connection,
        "SELECT s.contact_id, s.account_id, c.platform, c.platform_id, s.kind, s.item, s.started_at, "
        f"s.ended_at FROM {wanted} AS w CROSS JOIN signals AS s CROSS JOIN contacts AS c "
        "WHERE s.contact_id = w.id AND c.id = s.contact_id",
        rows=as_parameter([each] for each in contact_ids),
    )
    grouped: dict[int, list[tuple[int, Signal]]] = defaultdict(list)
    for row in found:
        contact_id, account_id, platform, platform_id, kind, item, started, ended = row
        signal = Signal(
            ContactKey(platform, platform_id), SignalKind(kind), item, moment_of(started), moment_of(ended)
        )
        grouped[contact_id].append((account_id, signal))
    return grouped


def forget_account(connection: Connection, account_id: int) -> list[int]:
    """Delete every act towards an account, with its texts; returns the contacts concerned."""
    connection.execute(delete(texts).where(texts.c.account_id == account_id))
    gone = connection.scalars(
        delete(signals).where(signals.c.account_id == account_id).returning(signals.c.contact_id)
    )
    return sorted(set(gone))


def towards(connection: Connection, account_id: int, most: int) -> list[int]:
    """Return some contacts who have acts towards an account: those of so many acts at most."""
    ours = select(signals.c.contact_id).where(signals.c.account_id == account_id)
    some = ours.order_by(signals.c.kind, signals.c.item, signals.c.contact_id).limit(most)
    return sorted(set(connection.scalars(some)))


def forget_towards(connection: Connection, account_id: int, contact_ids: Iterable[int]) -> None:
    """Delete every act of some contacts towards an account, with its texts."""
    listed = as_parameter([each] for each in contact_ids)
    wanted = f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)"
    for table in ("texts", "signals"):
        statement = f"DELETE FROM {table} WHERE account_id = :account_id AND contact_id IN {wanted}"
        run(connection, statement, account_id=account_id, rows=listed)


def forget_kind(connection: Connection, account_id: int, kind: SignalKind) -> list[int]:
    """Delete every act of one kind towards an account; returns the contacts concerned."""
    gone = connection.scalars(
        delete(signals)
        .where(signals.c.account_id == account_id, signals.c.kind == kind)
        .returning(signals.c.contact_id)
    )
    return sorted(set(gone))


def keep_only(connection: Connection, contact_ids: Iterable[int], kind: SignalKind) -> set[int]:
    """Delete every act of contacts but those of one kind; returns the contacts who had others."""
    gone = run(
        connection,
        "DELETE FROM signals WHERE kind <> :kind AND contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r) RETURNING contact_id",
        kind=kind,
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in gone}


def moment_of(value: object) -> datetime | None:
    """Read a time that came through a plain statement."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]
