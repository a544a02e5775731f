"""Consents: which words people agreed to, for which channel, where and when, and the addresses they gave."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, exists, select

from domain.sign_up import CHANNELS
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import consent_texts, consents, transfer_consents


class Consent(NamedTuple):
    """One consent of a contact; `text` is the hash of its wording."""

    contact_id: int
    purpose: str
    given_at: datetime
    text: str
    source: str
    taken_by: str


class Wording(NamedTuple):
    """The exact text of a consent, named by its hash."""

    hash: str
    language: str
    wording: str
    #: Whether it says that the person may be chosen by its topics.
    for_targeting: bool = False


class Form(NamedTuple):
    """What else a contact gave when it signed up."""

    contact_id: int
    language: str
    area: str | None
    at: datetime
    #: Which area of the partition is meant, where that is clear.
    area_code: str | None = None


_ONE = {"id": "int"}


def channels(connection: Connection, contact_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return by contact the channels that it consents to now and gave an address for."""
    listed = ", ".join(f"'{each}'" for each in CHANNELS)
    found = run(
        connection,
        f"SELECT DISTINCT c.contact_id, c.purpose FROM {rows_of(connection, _ONE)} AS r "
        "CROSS JOIN consents AS c CROSS JOIN addresses AS a WHERE c.contact_id = r.id "
        f"AND c.withdrawn_at IS NULL AND c.purpose IN ({listed}) "
        "AND a.contact_id = c.contact_id AND a.channel = c.purpose",
        rows=as_parameter([each] for each in contact_ids),
    )
    by_contact: dict[int, set[str]] = defaultdict(set)
    for contact_id, purpose in found:
        by_contact[contact_id].add(purpose)
    return {each: frozenset(given) for each, given in by_contact.items()}


def withdrawals(connection: Connection, contact_ids: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """Return when each contact last withdrew a consent, by contact and purpose."""
    found = run(
        connection,
        f"SELECT c.contact_id, c.purpose, max(c.withdrawn_at) FROM {rows_of(connection, _ONE)} AS r "
        "CROSS JOIN consents AS c WHERE c.contact_id = r.id AND c.withdrawn_at IS NOT NULL "
        "GROUP BY c.contact_id, c.purpose",
        rows=as_parameter([each] for each in contact_ids),
    )
    moments = ((contact_id, purpose, moment_of(at)) for contact_id, purpose, at in found)
    return {(contact_id, purpose): at for contact_id, purpose, at in moments if at is not None}


def form_dates(connection: Connection, contact_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each contact signed up last."""
    found = run(
        connection,
        f"SELECT s.contact_id, s.at FROM {rows_of(connection, _ONE)} AS r CROSS JOIN sign_ups AS s "
        "WHERE s.contact_id = r.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    moments = ((contact_id, moment_of(at)) for contact_id, at in found)
    return {contact_id: at for contact_id, at in moments if at is not None}


def keep_wordings(connection: Connection, wordings: Iterable[Wording], *, now: datetime) -> None:
    """Store texts of consents; one that is there stays as it is."""
    columns = {"hash": "text", "language": "text", "wording": "text", "targets": "int"}
    run(
        connection,
        "INSERT INTO consent_texts (hash, language, wording, for_targeting, first_at) "
        f"SELECT hash, language, wording, targets = 1, {_moment(connection)} "
        f"FROM {rows_of(connection, columns)} AS r WHERE true "
        "ON CONFLICT (hash) DO NOTHING",
        now=stamp(now),
        rows=as_parameter([*each[:3], int(each.for_targeting)] for each in sorted(set(wordings))),
    )


def keep(connection: Connection, given: Iterable[Consent], *, now: datetime) -> int:
    """Store consents, whose wordings must be there; returns how many were not there before."""
    columns = {
        "contact_id": "int",
        "purpose": "text",
        "given_at": "time",
        "text": "text",
        "source": "text",
        "taken_by": "text",
    }
    kept = run(
        connection,
        "INSERT INTO consents (contact_id, purpose, given_at, text, source, taken_by, recorded_at) "
        f"SELECT contact_id, purpose, given_at, text, source, taken_by, {_moment(connection)} "
        f"FROM {rows_of(connection, columns)} AS r WHERE true "
        "ON CONFLICT (contact_id, purpose, given_at) DO NOTHING",
        now=stamp(now),
        rows=as_parameter([*each[:2], stamp(each.given_at), *each[3:]] for each in sorted(set(given))),
    )
    return kept.rowcount


def keep_forms(connection: Connection, given: Sequence[Form]) -> None:
    """Store what else contacts gave, of each the newest."""
    columns = {"contact_id": "int", "language": "text", "area": "text", "at": "time", "area_code": "text"}
    run(
        connection,
        "INSERT INTO sign_ups (contact_id, language, area, at, area_code) "
        "SELECT contact_id, language, area, at, area_code "
        f"FROM {rows_of(connection, columns)} AS r WHERE true ON CONFLICT (contact_id) DO UPDATE SET "
        "language = excluded.language, area = coalesce(excluded.area, sign_ups.area), at = excluded.at, "
        "area_code = CASE WHEN excluded.area IS NULL THEN sign_ups.area_code ELSE excluded.area_code END, "
        "asked_at = NULL "
        "WHERE sign_ups.at < excluded.at",
        rows=as_parameter([*each[:3], stamp(each.at), each.area_code] for each in given),
    )


def withdraw(
    connection: Connection, contact_ids: Iterable[int], purposes: Sequence[str], *, now: datetime
) -> set[int]:
    """End the consents of contacts to these purposes; returns whose any was ended.

    The proofs stay with their dates as long as the contact does.
    """
    listed = as_parameter([contact_id, each] for contact_id in contact_ids for each in purposes)
    columns = {"contact_id": "int", "purpose": "text"}
    ended = run(
        connection,
        f"UPDATE consents SET withdrawn_at = {_moment(connection)} WHERE withdrawn_at IS NULL "
        f"AND (contact_id, purpose) IN (SELECT contact_id, purpose FROM {rows_of(connection, columns)} AS r) "
        "RETURNING contact_id",
        now=stamp(now),
        rows=listed,
    )
    return {row[0] for row in ended}


def standing(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts who consent to be written to by any channel."""
    listed = ", ".join(f"'{each}'" for each in CHANNELS)
    found = run(
        connection,
        f"SELECT DISTINCT c.contact_id FROM {rows_of(connection, _ONE)} AS r CROSS JOIN consents AS c "
        f"WHERE c.contact_id = r.id AND c.withdrawn_at IS NULL AND c.purpose IN ({listed})",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def forget_unused_wordings(connection: Connection) -> int:
    """Delete the texts to which no consent points any more: one taken by hand may name its person."""
    pointing = exists().where(consents.c.text == consent_texts.c.hash)
    transferring = exists().where(transfer_consents.c.text == consent_texts.c.hash)
    return connection.execute(delete(consent_texts).where(~pointing, ~transferring)).rowcount


def of_contact(connection: Connection, contact_id: int) -> Sequence[RowMapping]:
    """Return every consent of a contact with its wording, oldest first."""
    statement = (
        select(consents, consent_texts.c.language, consent_texts.c.wording)
        .join(consent_texts, consent_texts.c.hash == consents.c.text)
        .where(consents.c.contact_id == contact_id)
        .order_by(consents.c.given_at, consents.c.purpose)
    )
    return connection.execute(statement).mappings().all()


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
