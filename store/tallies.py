"""Tallies: how many contacts there were on which day, kept so that nobody counts them to look at a page."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from store.sets import put
from store.tables import contact_tallies, contacts, messaging_contacts


class Tally(NamedTuple):
    """How many contacts of a platform and label there were on a day (UTC), and how many of them inside."""

    day: date
    platform: str
    label: str
    contacts: int
    inside: int
    counted_at: datetime


def count(connection: Connection, *, now: datetime) -> list[Tally]:
    """Count the contacts there are; reads an index from end to end."""
    inside: dict[str, int] = dict(
        connection.execute(
            select(contacts.c.platform, func.count())
            .join(messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id)
            .group_by(contacts.c.platform)
        ).all()
    )
    counted = connection.execute(
        select(contacts.c.platform, contacts.c.label, func.count()).group_by(
            contacts.c.platform, contacts.c.label
        )
    )
    day = now.date()
    return [
        Tally(day, platform, label, number, inside.get(platform, 0) if label == "regular" else 0, now)
        for platform, label, number in counted
    ]


def keep(connection: Connection, tallies: Sequence[Tally], *, now: datetime) -> None:
    """Keep what was counted as today's."""
    today = now.date().isoformat()
    connection.execute(delete(contact_tallies).where(contact_tallies.c.day == today))
    for each in tallies:
        put(connection, contact_tallies, {**each._asdict(), "day": each.day.isoformat()})


def since(connection: Connection, day: date) -> list[Tally]:
    """Return the tallies of a day and all later ones, the oldest first."""
    statement = select(contact_tallies).where(contact_tallies.c.day >= day.isoformat())
    rows = connection.execute(statement.order_by(contact_tallies.c.day)).all()
    return [Tally(date.fromisoformat(row.day), *row[1:]) for row in rows]


def newest(connection: Connection) -> list[Tally]:
    """Return the tallies of the newest day."""
    day = connection.scalar(select(func.max(contact_tallies.c.day)))
    return since(connection, date.fromisoformat(day)) if day else []
