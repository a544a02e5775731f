"""Sign-ups that stand: when each was confirmed last, whether it was asked about anew, and its end."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, update

from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import sign_ups

_ONE = {"id": "int"}


class Kept(NamedTuple):
    """What is kept of a sign-up; `email` is the address that it can be asked at."""

    contact_id: int
    name: str | None
    email: str
    phone: str | None
    language: str
    area: str | None


def end(connection: Connection, contact_ids: Iterable[int], *, now: datetime) -> None:
    """Let the sign-ups of contacts end."""
    run(
        connection,
        f"UPDATE signals SET ended_at = {_moment(connection)} WHERE kind = 'signed_up' AND ended_at IS NULL "
        f"AND contact_id IN (SELECT id FROM {rows_of(connection, _ONE)} AS r)",
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
    )


def renew(connection: Connection, given: Iterable[tuple[int, datetime]]) -> None:
    """Let sign-ups of contacts count as confirmed at these moments, where those are later."""
    columns = {"contact_id": "int", "at": "time"}
    run(
        connection,
        f"UPDATE signals SET seen_at = r.at FROM {rows_of(connection, columns)} AS r "
        "WHERE signals.contact_id = r.contact_id AND signals.kind = 'signed_up' "
        "AND signals.ended_at IS NULL AND signals.seen_at < r.at",
        rows=as_parameter([contact_id, stamp(at)] for contact_id, at in given),
    )


def not_asked(connection: Connection, contact_ids: Iterable[int]) -> list[Kept]:
    """Return what is kept of those of the contacts who gave an e-mail address and were not asked anew."""
    found = run(
        connection,
        "SELECT c.id, c.display_name, e.address, p.address, f.language, f.area "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN contacts AS c "
        "JOIN sign_ups AS f ON f.contact_id = c.id "
        "JOIN addresses AS e ON e.contact_id = c.id AND e.channel = 'email' "
        "LEFT JOIN addresses AS p ON p.contact_id = c.id AND p.channel = 'sms' "
        "WHERE c.id = r.id AND f.asked_at IS NULL ORDER BY c.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    return [Kept(*row) for row in found]


def mark_asked(connection: Connection, contact_id: int, *, at: datetime | None) -> None:
    """Keep when a contact was asked to confirm its sign-up anew; None: it was not."""
    connection.execute(update(sign_ups).where(sign_ups.c.contact_id == contact_id).values(asked_at=at))


def _moment(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
