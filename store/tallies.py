"""Tallies: what there was on which day, kept so that nobody counts it to look at a page."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store import leavers, reading
from store.sets import run
from store.tables import admissions, changes, contacts, messaging_contacts, tallies


class Tally(NamedTuple):
    """How many there were on a day (UTC) of something on a platform.

    Names: `label:regular` and the other labels, `inside` (the messaging store), `refused:<gate>` and
    `open:<channel>` of those inside, `left:<reason>` (tombstones that are still told), `in_files`
    (who left and is in a file still), `flow:<kind>:<label>` (contacts by the act that decided their label).
    """

    day: date
    platform: str
    name: str
    number: int
    counted_at: datetime


def count(connection: Connection, *, now: datetime) -> list[Tally]:
    """Count everything; reads whole tables, so it is for the background."""
    return [Tally(now.date(), platform, name, number, now) for platform, name, number in _counted(connection)]


def _counted(connection: Connection) -> Iterator[tuple[str, str, int]]:
    platform = contacts.c.platform
    labels = select(platform, contacts.c.label, func.count()).group_by(platform, contacts.c.label)
    for each, label, number in connection.execute(labels):
        yield each, f"label:{label}", number
    joined = messaging_contacts.c.contact_id == contacts.c.id
    inside = select(platform, func.count()).join(messaging_contacts, joined).group_by(platform)
    for each, number in connection.execute(inside):
        yield each, "inside", number
    refused = (
        select(platform, admissions.c.refusal, func.count())
        .join(admissions, admissions.c.contact_id == contacts.c.id)
        .where(admissions.c.refusal.is_not(None))
        .group_by(platform, admissions.c.refusal)
    )
    for each, gate, number in connection.execute(refused):
        yield each, f"refused:{gate}", number
    yield from _open(connection)
    left = (
        select(changes.c.platform, changes.c.reason, func.count())
        .where(changes.c.op == "remove")
        .group_by(changes.c.platform, changes.c.reason)
    )
    for each, reason, number in connection.execute(left):
        yield each, f"left:{reason}", number
    for each, number in leavers.by_platform(connection).items():
        yield each, leavers.IN_FILES, number
    for each, kind, label, number in reading.label_flow(connection):
        yield each, f"flow:{kind}:{label}", number


def _open(connection: Connection) -> Iterator[tuple[str, str, int]]:
    listed = (
        "json_each(a.addressable)"
        if connection.dialect.name == "sqlite"
        else "json_array_elements_text(CAST(a.addressable AS json)) AS way(value)"
    )
    counted = run(
        connection,
        f"SELECT c.platform, value, count(*) FROM admissions AS a JOIN contacts AS c ON c.id = a.contact_id "
        f"CROSS JOIN {listed} WHERE a.refusal IS NULL AND a.addressable <> '[]' GROUP BY 1, 2",
    )
    for platform, channel, number in counted:
        yield platform, f"open:{channel}", number


def keep(connection: Connection, counted: Sequence[Tally], *, now: datetime) -> None:
    """Keep what was counted as today's."""
    connection.execute(delete(tallies).where(tallies.c.day == now.date().isoformat()))
    rows = [{**each._asdict(), "day": each.day.isoformat()} for each in counted]
    if rows:
        connection.execute(insert(tallies), rows)


def since(connection: Connection, day: date, *names: str) -> list[Tally]:
    """Return the tallies of some names of a day and all later ones, the oldest first."""
    statement = select(tallies).where(tallies.c.day >= day.isoformat(), tallies.c.name.in_(names))
    rows = connection.execute(statement.order_by(tallies.c.day)).all()
    return [Tally(date.fromisoformat(row.day), *row[1:]) for row in rows]


def newest(connection: Connection) -> list[Tally]:
    """Return all tallies of the newest day."""
    day = select(func.max(tallies.c.day)).scalar_subquery()
    rows = connection.execute(select(tallies).where(tallies.c.day == day)).all()
    return [Tally(date.fromisoformat(row.day), *row[1:]) for row in rows]
