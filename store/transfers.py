"""Transfers: who consented to be disclosed to a third party, and whom it got.

A third party gets contacts whose consent to that lives, and is told of the removal of those whom it got and
of nobody else. The end of a consent has a step of the feed: to its third party it is a removal, to all other
readers the record as it was.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, RowMapping, delete, func, literal, select

from domain.recipient import Part
from store import key_lists
from store.moments import stamp
from store.segments import shown
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import (
    changes,
    consent_texts,
    contacts,
    messaging_contacts,
    recipients,
    transfer_consents,
    transferred,
)

#: What the tombstone says of whoever withdrew the consent and is a regular contact still.
WITHDRAWN = "transfer_withdrawn"


class Agreed(NamedTuple):
    """One consent of a contact to be disclosed to a recipient; `text` is the hash of its wording."""

    contact_id: int
    recipient_id: int
    given_at: datetime
    text: str
    source: str
    taken_by: str


def keep(connection: Connection, given: Iterable[Agreed], *, now: datetime) -> set[int]:
    """Store consents, whose wordings must be there; returns the contacts of those that are new.

    One that is older than its withdrawal is not kept: it would revive what its person took back.
    """
    columns = {
        "contact_id": "int",
        "recipient_id": "int",
        "given_at": "time",
        "text": "text",
        "source": "text",
        "taken_by": "text",
    }
    kept = run(
        connection,
        "INSERT INTO transfer_consents (contact_id, recipient_id, given_at, text, source, taken_by, "
        "recorded_at) SELECT contact_id, recipient_id, given_at, text, source, taken_by, "
        f"{_moment(connection)} FROM {rows_of(connection, columns)} AS r WHERE NOT EXISTS ("
        "SELECT 1 FROM transfer_consents AS w WHERE w.contact_id = r.contact_id "
        "AND w.recipient_id = r.recipient_id AND w.withdrawn_at >= r.given_at) "
        "ON CONFLICT (contact_id, recipient_id, given_at) DO NOTHING RETURNING contact_id",
        now=stamp(now),
        rows=as_parameter([*each[:2], stamp(each.given_at), *each[3:]] for each in sorted(set(given))),
    )
    return {row[0] for row in kept}


def withdraw(
    connection: Connection, contact_ids: Iterable[int], recipient_id: int | None, *, now: datetime
) -> set[int]:
    """End consents to be disclosed to a recipient, to all with None; returns whose any was ended."""
    ended = run(
        connection,
        f"UPDATE transfer_consents SET withdrawn_at = {_moment(connection)} WHERE withdrawn_at IS NULL "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r) "
        f"{'' if recipient_id is None else 'AND recipient_id = :recipient '}RETURNING contact_id",
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
        **({} if recipient_id is None else {"recipient": recipient_id}),
    )
    return {row[0] for row in ended}


def note_step(connection: Connection, contact_ids: Iterable[int], *, now: datetime) -> None:
    """Note by which step of the feed the consents that ended `now` were told; comes after `publish`.

    The rows are those that `withdraw` locked, so nobody who holds the feed's counter waits.
    """
    run(
        connection,
        "UPDATE transfer_consents SET withdrawn_seq = (SELECT m.seq FROM messaging_contacts AS m "
        "WHERE m.contact_id = transfer_consents.contact_id) "
        f"WHERE withdrawn_at = {_moment(connection)} AND withdrawn_seq IS NULL "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
    )


def needs_consent(connection: Connection, recipient_id: int) -> bool:
    """Tell whether a recipient is a third party."""
    part = connection.scalar(select(recipients.c.part).where(recipients.c.id == recipient_id))
    return part == Part.THIRD_PARTY.value


def consenting(recipient_id: int) -> ColumnElement[bool]:
    """Return the condition on a row of `contacts` (no alias) that it consents to this recipient."""
    living = (
        transfer_consents.c.contact_id == contacts.c.id,
        transfer_consents.c.recipient_id == recipient_id,
        transfer_consents.c.withdrawn_at.is_(None),
    )
    return select(literal(1)).where(*living).correlate(contacts).exists()


def among(connection: Connection, recipient_id: int) -> ColumnElement[bool] | None:
    """Return the condition on a row of `contacts` that a recipient may get it; None where it may get all."""
    return consenting(recipient_id) if needs_consent(connection, recipient_id) else None


def counts(connection: Connection) -> dict[int, int]:
    """Count by recipient the contacts who consent to it now; of a third party with nobody there is none."""
    people = func.count(transfer_consents.c.contact_id.distinct())
    living = select(transfer_consents.c.recipient_id, people).where(
        transfer_consents.c.withdrawn_at.is_(None)
    )
    rows = connection.execute(living.group_by(transfer_consents.c.recipient_id))
    return {number: people for number, people in rows}  # noqa: C416  # rows are no pairs


def shown_count(connection: Connection, recipient_id: int | None = None) -> int:
    """Count whom readers of the feed are shown, or those of them who consent to a recipient."""
    statement = select(func.count()).select_from(contacts).where(*shown())
    if recipient_id is not None:
        statement = statement.where(consenting(recipient_id))
    return connection.scalar(statement) or 0


def ended_between(
    connection: Connection, recipient_id: int, after: int, upto: int
) -> Iterator[tuple[Any, ...]]:
    """Read whose consent to a recipient ended by a step behind `after`, up to `upto`: as rows of `changes`.

    Nobody who consented anew since.
    """
    found = run(
        connection,
        "SELECT t.withdrawn_seq, c.platform, c.platform_id, max(t.withdrawn_at) FROM transfer_consents AS t "
        "JOIN contacts AS c ON c.id = t.contact_id WHERE t.recipient_id = :recipient "
        "AND t.withdrawn_seq > :after AND t.withdrawn_seq <= :upto AND NOT EXISTS ("
        "SELECT 1 FROM transfer_consents AS l WHERE l.contact_id = t.contact_id "
        "AND l.recipient_id = t.recipient_id AND l.withdrawn_at IS NULL) "
        "GROUP BY t.withdrawn_seq, c.platform, c.platform_id ORDER BY t.withdrawn_seq",
        recipient=recipient_id,
        after=after,
        upto=upto,
    )
    for seq, platform, platform_id, at in found:
        yield seq, platform, platform_id, "remove", WITHDRAWN, moment_of(at)


def note(connection: Connection, recipient_id: int, keys: Iterable[tuple[str, str]]) -> None:
    """Note whom (platform, platform id) a third party is about to get."""
    key_lists.note(connection, transferred, recipient_id, keys)


def got(connection: Connection, recipient_id: int, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the contacts (platform, platform id) whom a third party got."""
    return key_lists.among(connection, transferred, recipient_id, keys)


def left(connection: Connection, recipient_id: int) -> Iterator[Row[*tuple[Any, ...]]]:
    """Read whom a third party got and may hold no more: rows as `store.feed_rows.tombstones` has.

    Who is a regular contact still has the reason WITHDRAWN and the step that told it.
    """
    step = (
        select(func.max(changes.c.seq))
        .where(
            changes.c.platform == transferred.c.platform, changes.c.platform_id == transferred.c.platform_id
        )
        .correlate(transferred)
        .scalar_subquery()
    )
    of_key = (
        contacts.c.platform == transferred.c.platform,
        contacts.c.platform_id == transferred.c.platform_id,
    )

    def ended(last: ColumnElement[Any]) -> Any:
        return (
            select(func.max(last))
            .where(*of_key, transfer_consents.c.contact_id == contacts.c.id)
            .where(transfer_consents.c.recipient_id == recipient_id)
            .correlate(transferred)
            .scalar_subquery()
        )

    inside = (
        select(literal(1)).where(*of_key, *shown(), consenting(recipient_id)).correlate(transferred).exists()
    )
    gone = (changes.c.seq == step) & (changes.c.op == "remove")
    place = func.coalesce(changes.c.seq, ended(transfer_consents.c.withdrawn_seq), 0)
    statement = (
        select(
            place,
            transferred.c.platform,
            transferred.c.platform_id,
            literal("remove"),
            func.coalesce(changes.c.reason, WITHDRAWN),
            func.coalesce(changes.c.at, ended(transfer_consents.c.withdrawn_at)),
        )
        .select_from(transferred.outerjoin(changes, gone))
        .where(transferred.c.recipient_id == recipient_id, ~inside)
        .order_by(place, transferred.c.platform, transferred.c.platform_id)
    )
    yield from connection.execute(statement.execution_options(yield_per=2_000))


def forget_told(connection: Connection) -> int:
    """Forget whom third parties got of whom the feed knows no more: nobody can be told of them.

    Whoever withdrew alone stays while it is a contact: its erasure is told, too (GDPR art. 19).
    """
    of_feed = (
        changes.c.platform == transferred.c.platform,
        changes.c.platform_id == transferred.c.platform_id,
    )
    of_store = (
        contacts.c.platform == transferred.c.platform,
        contacts.c.platform_id == transferred.c.platform_id,
        messaging_contacts.c.contact_id == contacts.c.id,
    )
    known = select(literal(1)).where(*of_feed).correlate(transferred).exists()
    inside = select(literal(1)).where(*of_store).correlate(transferred).exists()
    return connection.execute(delete(transferred).where(~known, ~inside)).rowcount


def of_contact(connection: Connection, contact_id: int) -> list[RowMapping]:
    """Return every consent of a contact to be disclosed, with its wording and to whom, oldest first."""
    statement = (
        select(
            recipients.c.name.label("recipient"),
            transfer_consents.c.given_at,
            transfer_consents.c.source,
            transfer_consents.c.taken_by,
            transfer_consents.c.recorded_at,
            transfer_consents.c.withdrawn_at,
            consent_texts.c.language,
            consent_texts.c.wording,
        )
        .join(recipients, recipients.c.id == transfer_consents.c.recipient_id)
        .join(consent_texts, consent_texts.c.hash == transfer_consents.c.text)
        .where(transfer_consents.c.contact_id == contact_id)
        .order_by(transfer_consents.c.given_at)
    )
    return list(connection.execute(statement).mappings())


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
