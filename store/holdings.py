"""Holdings: everything that is stored of one contact, from whichever table, for whoever asks for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from domain.contact import ContactKey
from store import consents, transfers
from store.sealed import ENDING
from store.tables import (
    accounts,
    changes,
    consumers,
    contacts,
    journal_chain,
    journal_texts,
    metadata,
    received,
    recipients,
    segment_steps,
    segment_told,
    segments,
    transferred,
)

#: By what a row names its contact.
_OWNER = "contact_id"

Rows = Sequence[Mapping[str, Any]]


def tables() -> list[Table]:
    """Return every table whose rows belong to one contact, the contact's own apart."""
    return [each for each in metadata.sorted_tables if _OWNER in each.columns]


def of_contact(connection: Connection, key: ContactKey) -> dict[str, Rows]:
    """Return the rows about a contact by table, without our numbers; empty where nothing is held.

    Accounts are named as the team calls them. The feed's steps name the contact by its key.
    """
    found: dict[str, Rows] = {}
    names = {row.id: row.name for row in connection.execute(select(accounts.c.id, accounts.c.name))}
    of_key = (contacts.c.platform == key.platform, contacts.c.platform_id == key.platform_id)
    contact = connection.execute(select(contacts).where(*of_key)).mappings().first()
    if contact is not None:
        found["contacts"] = [_readable(contact, names)]
        for each in tables():
            rows = connection.execute(select(each).where(each.columns[_OWNER] == contact["id"])).mappings()
            found[f"{each.name}"] = [_readable(row, names) for row in rows]
        found["consents"] = [_readable(row, names) for row in consents.of_contact(connection, contact["id"])]
        agreed = transfers.of_contact(connection, contact["id"])
        found["transfer_consents"] = [_readable(row, names) for row in agreed]
    about = select(journal_texts, journal_chain.c.at).join(
        journal_chain, journal_chain.c.seq == journal_texts.c.seq
    )
    entries = connection.execute(about.where(journal_texts.c.subject_key == str(key))).mappings()
    found["journal_texts"] = [_readable(row, names) for row in entries]
    steps = connection.execute(
        select(changes)
        .where(changes.c.platform == key.platform, changes.c.platform_id == key.platform_id)
        .order_by(changes.c.seq)
    )
    found["changes"] = [_readable(row, names) for row in steps.mappings()]
    shown = (
        select(consumers.c.name.label("consumer"), recipients.c.name.label("recipient"))
        .select_from(consumers.join(recipients).join(received))
        .where(received.c.platform_id == key.platform_id, received.c.platform == key.platform)
    )
    found["received"] = [_readable(row, names) for row in connection.execute(shown).mappings()]
    named = (consumers.c.name.label("consumer"), recipients.c.name.label("recipient"))
    steps_of = (
        select(*named, segment_steps.c.op, segment_steps.c.reason, segment_steps.c.at)
        .select_from(consumers.join(recipients).join(segment_steps))
        .where(segment_steps.c.platform_id == key.platform_id, segment_steps.c.platform == key.platform)
    )
    found["segment_steps"] = [_readable(row, names) for row in connection.execute(steps_of).mappings()]
    held = select(segment_told, segments.c.name.label("segment")).join(segments)
    told = held.where(
        segment_told.c.platform == key.platform, segment_told.c.platform_id == key.platform_id
    ).order_by(segment_told.c.segment_id)
    found["segment_told"] = [_readable(row, names) for row in connection.execute(told).mappings()]
    got = (
        select(recipients.c.name.label("recipient"))
        .join(transferred, transferred.c.recipient_id == recipients.c.id)
        .where(transferred.c.platform_id == key.platform_id, transferred.c.platform == key.platform)
        .order_by(recipients.c.id)
    )
    found["transferred"] = [_readable(row, names) for row in connection.execute(got).mappings()]
    return {name: rows for name, rows in found.items() if rows}


def _readable(row: Mapping[Any, Any], names: Mapping[int, str]) -> dict[str, Any]:
    kept = {
        f"{name}": value
        for name, value in row.items()
        if value is not None and name not in {"id", "salt", _OWNER} and not str(name).endswith(ENDING)
    }
    if "account_id" in kept:
        kept["account"] = names.get(kept.pop("account_id"), "an account that was removed")
    return kept
