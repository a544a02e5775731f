"""The messaging store and its feed: who is in, and each step that its readers were shown.

`changes` takes a step when the gates admit a contact, when the record of an admitted one changes, and when
one that was shown leaves or is no longer admitted. Of whoever is in and was never admitted it holds nothing.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from store import halts
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import (
    feed_state,
    messaging_contacts,
)


class Step(NamedTuple):
    """One step of the feed: a contact comes in or changes (`upsert`), or leaves (`remove`)."""

    contact_id: int
    platform: str
    platform_id: str
    op: str
    reason: str


def take_out(connection: Connection, contact_ids: Iterable[int], *, untold: bool = False) -> set[int]:
    """Remove contacts from the messaging store; returns those whose removal the feed must tell.

    Those are the ones that the gates ever admitted: nobody else was shown to any reader of the feed. With
    `untold` all that were in are returned. Must run before their label is weakened, and each removal must be
    published in the same transaction.
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
    return out


def removed(connection: Connection, platform: str, platform_ids: Iterable[str], *, but: str) -> set[str]:
    """Return those of a platform's contacts whose removal the feed tells for another reason than `but`."""
    found = run(
        connection,
        "SELECT DISTINCT platform_id FROM changes WHERE op = 'remove' AND reason <> :but "
        "AND platform = :platform AND platform_id IN "
        f"(SELECT platform_id FROM {rows_of(connection, {'platform_id': 'text'})} AS r)",
        but=but,
        platform=platform,
        rows=as_parameter([each] for each in platform_ids),
    )
    return {row[0] for row in found}


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
    """Let in whom the steps say, give those that readers are shown their numbers, and write the feed.

    Must be the transaction's last statements: whoever holds the counter commits next, so no change
    becomes visible after one with a larger number, and nobody who holds it waits for a lock. With
    `even_none` no step is as much work as one, for answers to strangers. Of whom the gates have not
    admitted nothing is shown (see `pipeline.admit`); whom a halt keeps out comes in when it ends (see
    `pipeline.halting`).
    """
    shown = _shown(connection, steps, now=now)
    if not shown and not even_none:
        return
    counted = run(
        connection, "UPDATE feed_state SET seq = seq + :count WHERE id = 1 RETURNING seq", count=len(shown)
    )
    first = counted.scalar_one() - len(shown) + 1
    placed = [[each.contact_id, seq] for seq, each in enumerate(shown, start=first) if each.op == "upsert"]
    if placed:
        run(
            connection,
            "UPDATE messaging_contacts SET seq = r.seq, unasked = false "
            f"FROM {rows_of(connection, {'contact_id': 'int', 'seq': 'int'})} AS r "
            "WHERE messaging_contacts.contact_id = r.contact_id",
            rows=as_parameter(placed),
        )
    columns = {"seq": "int", "platform": "text", "platform_id": "text", "op": "text", "reason": "text"}
    run(
        connection,
        "INSERT INTO changes (seq, platform, platform_id, op, reason, at) "
        f"SELECT seq, platform, platform_id, op, reason, {_moment(connection)} "
        f"FROM {rows_of(connection, columns)} AS r",
        now=stamp(now),
        rows=as_parameter([seq, *each[1:]] for seq, each in enumerate(shown, start=first)),
    )


def _shown(connection: Connection, steps: Sequence[Step], *, now: datetime) -> Sequence[Step]:
    """Let in those who come, unless a halt keeps them out; returns the steps that readers are shown."""
    coming = {each.contact_id: each.reason for each in steps if each.op == "upsert"}
    if not coming:
        return steps
    kept_out = halts.keep_out(connection, coming.items(), now=now)
    entering = sorted(coming.keys() - kept_out)
    entered = run(
        connection,
        "INSERT INTO messaging_contacts (contact_id, label, admitted_at) "
        f"SELECT id, 'regular', {_moment(connection)} FROM {rows_of(connection, {'id': 'int'})} AS r "
        "WHERE true ON CONFLICT (contact_id) DO NOTHING RETURNING contact_id",
        now=stamp(now),
        rows=as_parameter([each] for each in entering),
    )
    admitted = _admitted(connection, set(entering).difference(row[0] for row in entered))
    return [each for each in steps if each.op == "remove" or each.contact_id in admitted]


def _admitted(connection: Connection, contact_ids: Collection[int]) -> set[int]:
    """Return those of the contacts, all inside, whom the gates last admitted; that stays so to the end."""
    if not contact_ids:
        return set()
    rows = as_parameter([each] for each in sorted(contact_ids))
    given = f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)"
    if connection.dialect.name != "sqlite":  # whoever asks the gates holds the same lock
        locked = f"SELECT 1 FROM messaging_contacts WHERE contact_id IN {given} ORDER BY contact_id"
        run(connection, f"{locked} FOR NO KEY UPDATE", rows=rows)
    found = run(
        connection,
        f"SELECT contact_id FROM admissions WHERE refusal IS NULL AND contact_id IN {given}",
        rows=rows,
    )
    return {row[0] for row in found}


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"


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


def newcomers_wait(connection: Connection) -> bool:
    """Tell whether anybody came in since the gates were asked."""
    found = run(connection, "SELECT 1 FROM messaging_contacts WHERE unasked LIMIT 1")
    return found.first() is not None


def counts(connection: Connection) -> tuple[int, int]:
    """Return how many are in the messaging store, and the feed's newest number."""
    inside = connection.scalar(select(func.count()).select_from(messaging_contacts)) or 0
    return inside, connection.scalar(select(feed_state.c.seq)) or 0
