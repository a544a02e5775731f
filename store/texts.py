"""Texts that may still be read, apart from all else so that they expire in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.signal import SignalKind
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import texts


class KeptText(NamedTuple):
    """One text of a contact's act, and until when it may be read."""

    contact_id: int
    kind: SignalKind
    item: str
    text: str
    expires_at: datetime


_COLUMNS = {"contact_id": "int", "kind": "text", "item": "text", "text": "text", "expires_at": "time"}


def add(connection: Connection, account_id: int, kept: Sequence[KeptText]) -> None:
    """Keep texts; one that is there already stays as it is, with its date."""
    run(
        connection,
        "INSERT INTO texts (account_id, contact_id, kind, item, text, expires_at) "
        f"SELECT :account_id, contact_id, kind, item, text, expires_at FROM {rows_of(connection, _COLUMNS)} "
        "AS r WHERE true ON CONFLICT (contact_id, account_id, kind, item) DO NOTHING",
        account_id=account_id,
        rows=as_parameter([*each[:4], stamp(each.expires_at)] for each in sorted(kept)),
    )


def forget(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Delete all texts of contacts, whichever account they wrote to."""
    run(
        connection,
        f"DELETE FROM texts WHERE contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )


def readable(connection: Connection, count: int, *, now: datetime) -> list[str]:
    """Return at most so many texts that may still be read, those that stay longest first, without whose."""
    statement = (
        select(texts.c.text)
        .where(texts.c.expires_at > now)
        .order_by(texts.c.expires_at.desc(), texts.c.contact_id, texts.c.kind, texts.c.item)
        .limit(count)
    )
    return list(connection.scalars(statement))
