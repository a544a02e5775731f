"""Decisions: appended, read newest first, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, select

from domain.label import Label
from domain.signal import SignalKind
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import accounts, decisions


class Carried(NamedTuple):
    """A label and the one signal and rule that carried it; `kind` is None where none did.

    `decided_by` and `reason` stand where an operator decided.
    """

    contact_id: int
    label: Label
    kind: SignalKind | None
    account_id: int | None
    item: str | None
    started_at: datetime | None
    source: str | None
    decided_by: str | None = None
    reason: str | None = None


_COLUMNS = {
    "contact_id": "int",
    "label": "text",
    "kind": "text",
    "account_id": "int",
    "item": "text",
    "started_at": "time",
    "source": "text",
    "decided_by": "text",
    "reason": "text",
}


def append(connection: Connection, carried: Sequence[Carried], *, policy: str, now: datetime) -> None:
    """Write one decision for each contact whose label was decided."""
    listed = [
        [
            each.contact_id,
            each.label.word,
            each.kind,
            each.account_id,
            each.item,
            stamp(each.started_at) if each.started_at else None,
            each.source,
            each.decided_by,
            each.reason,
        ]
        for each in carried
    ]
    moment = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
    run(
        connection,
        "INSERT INTO decisions (contact_id, label, policy, decided_at, kind, account_id, item, started_at, "
        f"source, decided_by, reason) SELECT contact_id, label, :policy, {moment}, kind, account_id, item, "
        f"started_at, source, decided_by, reason FROM {rows_of(connection, _COLUMNS)} AS r",
        policy=policy,
        now=stamp(now),
        rows=as_parameter(listed),
    )


def keep_only(connection: Connection, contact_ids: Iterable[int], kind: SignalKind) -> None:
    """Delete the decisions of contacts that rest on acts of other kinds than one."""
    run(
        connection,
        "DELETE FROM decisions WHERE kind <> :kind AND contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        kind=kind,
        rows=as_parameter([each] for each in contact_ids),
    )


def forget_account(connection: Connection, account_id: int) -> None:
    """Delete the decisions that rest on acts towards an account."""
    connection.execute(delete(decisions).where(decisions.c.account_id == account_id))


def forget_towards(connection: Connection, account_id: int, contact_ids: Iterable[int]) -> None:
    """Delete the decisions on some contacts that rest on acts towards an account."""
    run(
        connection,
        "DELETE FROM decisions WHERE account_id = :account_id AND contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        account_id=account_id,
        rows=as_parameter([each] for each in contact_ids),
    )


def without_any(connection: Connection, contact_ids: Iterable[int]) -> list[int]:
    """Return those of the contacts of whom no decision is stored."""
    found = run(
        connection,
        f"SELECT r.id FROM {rows_of(connection, {'id': 'int'})} AS r "
        "WHERE NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.contact_id = r.id)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return [row[0] for row in found]


def of_contact(connection: Connection, contact_id: int, *, most: int | None = None) -> Sequence[RowMapping]:
    """Return a contact's decisions, newest first, each with the name of the account concerned."""
    return (
        connection.execute(
            select(decisions, accounts.c.name.label("account"))
            .outerjoin(accounts, accounts.c.id == decisions.c.account_id)
            .where(decisions.c.contact_id == contact_id)
            .order_by(decisions.c.id.desc())
            .limit(most)
        )
        .mappings()
        .all()
    )
