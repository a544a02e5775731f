"""Texts that may still be read, apart from all else so that they expire in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from domain.contact import ContactKey
from domain.signal import SignalKind
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import contacts, signals, texts


class Unread(NamedTuple):
    """A text that waits to be read: whose, of which act, and when it was written."""

    contact_id: int
    platform: str
    account_id: int
    kind: str
    item: str
    under: str
    text: str
    at: datetime


class KeptText(NamedTuple):
    """One text of a contact's act, until when it may be read, and under what it was written ("": nothing)."""

    contact_id: int
    kind: SignalKind
    item: str
    text: str
    expires_at: datetime
    under: str = ""


_COLUMNS = {
    "contact_id": "int",
    "kind": "text",
    "item": "text",
    "text": "text",
    "expires_at": "time",
    "under": "text",
}


def add(connection: Connection, account_id: int, kept: Sequence[KeptText]) -> None:
    """Keep texts; one that is there already stays as it is, with its date.

    Only those of contacts who are regular by now wait to be read.
    """
    run(
        connection,
        "INSERT INTO texts (account_id, contact_id, kind, item, text, expires_at, under, unread) "
        "SELECT :account_id, r.contact_id, r.kind, r.item, r.text, r.expires_at, r.under, "
        "EXISTS (SELECT 1 FROM contacts AS c WHERE c.id = r.contact_id AND c.label = 'regular') "
        f"FROM {rows_of(connection, _COLUMNS)} AS r WHERE true "
        "ON CONFLICT (contact_id, account_id, kind, item) DO NOTHING",
        account_id=account_id,
        rows=as_parameter([*each[:4], stamp(each.expires_at), each.under] for each in sorted(kept)),
    )


def read_again(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Let all texts of contacts wait to be read: of those who have become regular."""
    run(
        connection,
        "UPDATE texts SET unread = true WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )


def unread(connection: Connection, count: int, *, now: datetime) -> list[Unread]:
    """Return texts of regular contacts whose topics are still to be read and that may be, by contact."""
    moment = func.coalesce(signals.c.started_at, signals.c.seen_at)
    columns = (texts.c.account_id, texts.c.kind, texts.c.item, texts.c.under, texts.c.text, moment)
    waiting = _waiting(select(texts.c.contact_id, contacts.c.platform, *columns), now)
    return [Unread(*each) for each in connection.execute(waiting.order_by(texts.c.contact_id).limit(count))]


def waits(connection: Connection, *, now: datetime) -> bool:
    """Tell whether there is such a text."""
    return connection.scalar(_waiting(select(texts.c.contact_id), now).limit(1)) is not None


def _waiting(statement: Select[Any], now: datetime) -> Select[Any]:
    of_its_act = and_(
        signals.c.account_id == texts.c.account_id,
        signals.c.kind == texts.c.kind,
        signals.c.item == texts.c.item,
        signals.c.contact_id == texts.c.contact_id,
    )
    joined = statement.join(contacts, contacts.c.id == texts.c.contact_id).join(signals, of_its_act)
    return joined.where(texts.c.unread.is_(True), texts.c.expires_at > now, contacts.c.label == "regular")


def mark_read(connection: Connection, read: Iterable[Unread]) -> None:
    """Note that the topics of texts were read."""
    columns = {"contact_id": "int", "account_id": "int", "kind": "text", "item": "text"}
    run(
        connection,
        "UPDATE texts SET unread = false "
        f"FROM {rows_of(connection, columns)} AS r WHERE texts.contact_id = r.contact_id "
        "AND texts.account_id = r.account_id AND texts.kind = r.kind AND texts.item = r.item",
        rows=as_parameter([each.contact_id, each.account_id, each.kind, each.item] for each in read),
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


def writers(connection: Connection, least: int) -> dict[int, ContactKey]:
    """Return the regular contacts of whom at least so many texts are kept."""
    found = run(
        connection,
        "SELECT c.id, c.platform, c.platform_id FROM contacts AS c JOIN texts AS t ON t.contact_id = c.id "
        "WHERE c.label = 'regular' GROUP BY c.id, c.platform, c.platform_id HAVING count(*) >= :least",
        least=least,
    )
    return {row[0]: ContactKey(row[1], row[2]) for row in found}
