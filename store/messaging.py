"""The messaging store and its feed: who is in, and each step that led there.

Readers are shown `rows` and `tombstones` alone: `changes` also holds the coming in of those whom the gates
have not admitted.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, func, select, update

from store import halts
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import (
    admissions,
    changes,
    contacts,
    decisions,
    feed_state,
    messaging_contacts,
    topic_holders,
)

#: A row of the messaging store (see `rows`) or a step of the feed (a row of `changes`).
FeedRow: TypeAlias = Row[*tuple[Any, ...]]


class Step(NamedTuple):
    """One step of the feed: a contact comes in or changes (`upsert`), or leaves (`remove`)."""

    contact_id: int
    platform: str
    platform_id: str
    op: str
    reason: str


def take_out(connection: Connection, contact_ids: Iterable[int], *, untold: bool = False) -> set[int]:
    """Remove contacts from the messaging store; returns those whose removal the feed must tell.

    Those are the ones that the gates ever admitted: nobody else was shown to any reader of the feed, so of
    the others no step stays at all. With `untold` all that were in are returned. Must run before their
    label is weakened, and each removal must be published in the same transaction.
    """
    rows = as_parameter([each] for each in contact_ids)
    given = f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)"
    # The gates are asked under the same lock: nobody is admitted between the question and the removal.
    locking = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    inside = run(
        connection,
        f"SELECT contact_id FROM messaging_contacts WHERE contact_id IN {given} ORDER BY contact_id{locking}",
        rows=rows,
    )
    there = {row[0] for row in inside}
    told = run(
        connection, f"SELECT contact_id FROM admissions WHERE told AND contact_id IN {given}", rows=rows
    )
    out = there if untold else {row[0] for row in told}
    run(connection, f"DELETE FROM messaging_contacts WHERE contact_id IN {given}", rows=rows)
    run(
        connection,
        "DELETE FROM changes WHERE op = 'upsert' AND (platform, platform_id) IN "
        f"(SELECT c.platform, c.platform_id FROM contacts AS c WHERE c.id IN {given})",
        rows=as_parameter([each] for each in there - out),
    )
    return out


def inside(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts who are in the messaging store."""
    found = run(
        connection,
        "SELECT contact_id FROM messaging_contacts WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def publish(connection: Connection, steps: Sequence[Step], *, now: datetime, even_none: bool = False) -> None:
    """Give the steps their numbers, let the admitted in, and write the feed.

    Must be the transaction's last statements: whoever holds the counter commits next, so no change
    becomes visible after one with a larger number, and nobody who holds it waits for a lock. With
    `even_none` no step is as much work as one, for answers to strangers. Whom a halt keeps out comes in
    when it ends (see `pipeline.halting`).
    """
    if not steps and not even_none:
        return
    coming = [(each.contact_id, each.reason) for each in steps if each.op == "upsert"]
    kept_out = halts.keep_out(connection, coming, now=now) if coming else ()
    steps = [each for each in steps if each.op == "remove" or each.contact_id not in kept_out]
    counted = run(
        connection, "UPDATE feed_state SET seq = seq + :count WHERE id = 1 RETURNING seq", count=len(steps)
    )
    first = counted.scalar_one() - len(steps) + 1
    moment = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
    entering = [[each.contact_id, seq] for seq, each in enumerate(steps, start=first) if each.op == "upsert"]
    if entering:
        run(
            connection,
            "INSERT INTO messaging_contacts (contact_id, label, admitted_at, seq) "
            f"SELECT contact_id, 'regular', {moment}, seq "
            f"FROM {rows_of(connection, {'contact_id': 'int', 'seq': 'int'})} AS r WHERE true "
            "ON CONFLICT (contact_id) DO UPDATE SET seq = excluded.seq",
            now=stamp(now),
            rows=as_parameter(entering),
        )
    columns = {"seq": "int", "platform": "text", "platform_id": "text", "op": "text", "reason": "text"}
    run(
        connection,
        "INSERT INTO changes (seq, platform, platform_id, op, reason, at) "
        f"SELECT seq, platform, platform_id, op, reason, {moment} FROM {rows_of(connection, columns)} AS r",
        now=stamp(now),
        rows=as_parameter([seq, *each[1:]] for seq, each in enumerate(steps, start=first)),
    )


def once_each(steps: Sequence[Step]) -> list[Step]:
    """Let nobody come in twice in one transaction: the feed takes one coming a contact."""
    kept: list[Step] = []
    inside: set[int] = set()
    for each in steps:
        if each.op == "remove":
            inside.discard(each.contact_id)
        elif each.contact_id in inside:
            continue
        else:
            inside.add(each.contact_id)
        kept.append(each)
    return kept


def open_epoch(connection: Connection) -> str:
    """Begin a new epoch of the feed: whoever read the former one reads everything anew."""
    epoch = uuid.uuid4().hex
    connection.execute(update(feed_state).values(epoch=epoch))
    return epoch


def rows(connection: Connection, after: int = 0) -> Iterator[FeedRow]:
    """Read whom the gates last admitted, in the order of the feed, with each contact's newest decision.

    A row is platform, platform id, handle, display name, label, regular since, seq, policy, kind, the topics
    that the feed knows of, as one JSON array of (topic, strength), None where there are none, the channels
    that are open as one JSON array, and what hinders on each of the others as one JSON object. `after` leaves
    out whoever has not moved since a step of the feed.
    """
    newest = (
        select(func.max(decisions.c.id))
        .where(decisions.c.contact_id == contacts.c.id)
        .correlate(contacts)
        .scalar_subquery()
    )
    statement = (
        select(
            contacts.c.platform,
            contacts.c.platform_id,
            contacts.c.handle,
            contacts.c.display_name,
            contacts.c.label,
            contacts.c.regular_since,
            messaging_contacts.c.seq,
            decisions.c.policy,
            decisions.c.kind,
            topic_holders.c.told,
            admissions.c.addressable,
            admissions.c.hindrances,
        )
        .join(contacts, contacts.c.id == messaging_contacts.c.contact_id)
        .join(admissions, admissions.c.contact_id == messaging_contacts.c.contact_id)
        .outerjoin(topic_holders, topic_holders.c.contact_id == contacts.c.id)
        .join(decisions, decisions.c.id == newest)
        .where(admissions.c.refusal.is_(None))
        .where(messaging_contacts.c.seq > after)
        .order_by(messaging_contacts.c.seq)
    )
    yield from connection.execution_options(yield_per=2_000).execute(statement)


def tombstones(connection: Connection, after: int = 0) -> Iterator[FeedRow]:
    """Read the newest removal of each contact that `rows` does not show, in the order of the feed."""
    latest = (
        select(func.max(changes.c.seq).label("seq"))
        .where(changes.c.op == "remove")
        .group_by(changes.c.platform, changes.c.platform_id)
        .subquery()
    )
    shown = (
        select(contacts.c.id)
        .join(admissions, admissions.c.contact_id == contacts.c.id)
        .where(
            admissions.c.refusal.is_(None),
            contacts.c.platform == changes.c.platform,
            contacts.c.platform_id == changes.c.platform_id,
        )
        .exists()
    )
    statement = (
        select(changes)
        .join(latest, latest.c.seq == changes.c.seq)
        .where(~shown, changes.c.seq > after)
        .order_by(changes.c.seq)
    )
    yield from connection.execution_options(yield_per=2_000).execute(statement)


def counts(connection: Connection) -> tuple[int, int]:
    """Return how many are in the messaging store, and the feed's newest number."""
    inside = connection.scalar(select(func.count()).select_from(messaging_contacts)) or 0
    return inside, connection.scalar(select(feed_state.c.seq)) or 0
