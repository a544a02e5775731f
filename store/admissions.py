"""Admissions: what the gates last said of those in the messaging store."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import admissions


class Said(NamedTuple):
    """What the gates said of a contact; `refusal` None where it is admitted.

    `addressable` and `hindrances` are JSON: the open channels, and what hinders on each of the others. `told`
    says that the contact was ever admitted, so that whoever reads the feed may hold it.
    """

    contact_id: int
    refusal: str | None
    addressable: str
    hindrances: str
    told: bool


class Inside(NamedTuple):
    """A contact in the messaging store, and what the gates last said of it."""

    contact_id: int
    platform: str
    platform_id: str
    said: Said | None


_COLUMNS = {
    "contact_id": "int",
    "refusal": "text",
    "addressable": "text",
    "hindrances": "text",
    "told": "int",
}


def inside_after(connection: Connection, after: int, size: int, *, unasked: bool = False) -> list[Inside]:
    """Return the next contacts in the messaging store by id, held there to the end of the transaction.

    With `unasked` only those of whom the gates were not asked since they came in.
    """
    locking = "" if connection.dialect.name == "sqlite" else " FOR NO KEY UPDATE"
    held = run(
        connection,
        f"SELECT contact_id FROM messaging_contacts WHERE {'unasked AND ' if unasked else ''}"
        "contact_id > :after "
        f"ORDER BY contact_id LIMIT :size{locking}",
        after=after,
        size=size,
    )
    # What was said last is read by a statement of its own: while the first one waited for another review,
    # that one may have said more.
    found = run(
        connection,
        "SELECT c.id, c.platform, c.platform_id, a.contact_id, a.refusal, a.addressable, a.hindrances, "
        f"a.told FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN contacts AS c "
        "LEFT JOIN admissions AS a ON a.contact_id = c.id WHERE c.id = r.id ORDER BY c.id",
        rows=as_parameter([row[0]] for row in held),
    )
    return [
        Inside(row[0], row[1], row[2], Said(row[3], row[4], row[5], row[6], bool(row[7])) if row[3] else None)
        for row in found
    ]


def put(connection: Connection, said: Sequence[Said], *, now: datetime) -> None:
    """Write what the gates said of contacts in the messaging store.

    Whom they let be shown must be published in the same transaction.
    """
    moment = ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
    told = "told" if connection.dialect.name == "sqlite" else "told = 1"
    run(
        connection,
        "INSERT INTO admissions (contact_id, refusal, addressable, hindrances, since, told) "
        f"SELECT contact_id, refusal, addressable, hindrances, {moment}, {told} "
        f"FROM {rows_of(connection, _COLUMNS)} AS r WHERE true "
        "ON CONFLICT (contact_id) DO UPDATE SET refusal = excluded.refusal, "
        "addressable = excluded.addressable, hindrances = excluded.hindrances, since = excluded.since, "
        "told = excluded.told",
        now=stamp(now),
        rows=as_parameter([*each[:4], int(each.told)] for each in sorted(said, key=lambda said: said[0])),
    )
    run(
        connection,
        "UPDATE messaging_contacts SET seq = NULL, unasked = false WHERE (unasked OR seq IS NOT NULL) "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r)",
        rows=as_parameter([each.contact_id] for each in said if each.refusal is not None),
    )


def refused(connection: Connection) -> dict[str, int]:
    """Count the refused in the messaging store by the first gate that refuses."""
    counted = connection.execute(
        select(admissions.c.refusal, func.count())
        .where(admissions.c.refusal.is_not(None))
        .group_by(admissions.c.refusal)
    )
    return {str(refusal): int(count) for refusal, count in counted}
