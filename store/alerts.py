"""Alerts that stand, what users wish to be told, and what is on its way to whom."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from domain.alert import Alert, AlertKind, told_at
from domain.errors import RegularsError
from store.moments import stamp
from store.sets import run
from store.tables import alert_deliveries, alert_wishes, alerts, users

#: A delivery that failed so often is given up.
MOST_TRIES = 8


class Due(NamedTuple):
    """What one wish is to be told now: language, time zone and alerts, each with when it began."""

    wish_id: int
    way: str
    address: str
    language: str
    time_zone: str
    alerts: tuple[tuple[int, str, Mapping[str, Any], datetime], ...]
    tries: int


def settle(connection: Connection, found: Iterable[Alert], *, now: datetime) -> list[int]:
    """Let the alerts stand that were found and end the others; new ones go on their way. Returns the new."""
    wanted = {(each.kind.value, each.key): each for each in found}
    columns = (alerts.c.id, alerts.c.kind, alerts.c.key)
    rows = connection.execute(select(*columns).where(alerts.c.ended_at.is_(None)))

    standing = {(row.kind, row.key): row.id for row in rows}
    over = [standing[each] for each in standing.keys() - wanted.keys()]
    if over:
        connection.execute(update(alerts).where(alerts.c.id.in_(over)).values(ended_at=now))
    begun = []
    for kind, key in sorted(wanted.keys() - standing.keys()):
        details = json.dumps(dict(wanted[kind, key].values))
        added = run(
            connection,
            "INSERT INTO alerts (kind, key, details, at) VALUES (:kind, :key, :details, :at) "
            "ON CONFLICT (kind, key) WHERE ended_at IS NULL DO NOTHING RETURNING id",
            kind=kind,
            key=key,
            details=details,
            at=stamp(now) if connection.dialect.name == "sqlite" else now,
        ).scalar()
        if added is not None:  # else another dispatcher was quicker
            begun.append(int(added))
    if begun:
        _send(connection, begun, now=now)
    return begun


def _send(connection: Connection, alert_ids: Sequence[int], *, now: datetime) -> None:
    """Put alerts on their way to whoever wishes to be told of their kind."""
    begun = select(alerts.c.id, alerts.c.kind).where(alerts.c.id.in_(alert_ids))
    kinds: dict[int, str] = dict(connection.execute(begun).all())

    wishes = connection.execute(
        select(alert_wishes, users.c.time_zone)
        .join(users, users.c.id == alert_wishes.c.user_id)
        .where(users.c.shut_out_at.is_(None))
    ).all()
    rows = [
        {
            "alert_id": alert_id,
            "wish_id": wish.id,
            "due_at": told_at(wish.hour, ZoneInfo(wish.time_zone), now),
            "tries": 0,
        }
        for wish in wishes
        for alert_id, kind in kinds.items()
        if kind in json.loads(wish.kinds)
    ]
    if rows:
        connection.execute(insert(alert_deliveries), rows)


def claim(connection: Connection, until: datetime, *, now: datetime) -> list[Due]:
    """Take everything that is due, so that nobody else does before `until`."""
    due = (
        alert_deliveries.c.sent_at.is_(None)
        & (alert_deliveries.c.due_at <= now)
        & (alert_deliveries.c.tries < MOST_TRIES)
    )
    taken = connection.execute(
        update(alert_deliveries)
        .where(due)
        .values(due_at=until, tries=alert_deliveries.c.tries + 1)
        .returning(alert_deliveries.c.alert_id, alert_deliveries.c.wish_id, alert_deliveries.c.tries)
    ).all()
    by_wish: dict[int, list[tuple[int, int]]] = {}
    for alert_id, wish_id, tries in taken:
        by_wish.setdefault(wish_id, []).append((alert_id, tries))
    return [_due(connection, wish_id, told) for wish_id, told in sorted(by_wish.items())]


def _due(connection: Connection, wish_id: int, told: Sequence[tuple[int, int]]) -> Due:
    wish = connection.execute(
        select(alert_wishes.c.way, alert_wishes.c.address, users.c.language, users.c.time_zone)
        .join(users, users.c.id == alert_wishes.c.user_id)
        .where(alert_wishes.c.id == wish_id)
    ).one()
    ids = [each for each, _ in told]
    rows = connection.execute(select(alerts).where(alerts.c.id.in_(ids)).order_by(alerts.c.id))

    said = tuple((row.id, row.kind, json.loads(row.details), row.at) for row in rows)
    tries = max(tries for _, tries in told)
    return Due(wish_id, wish.way, wish.address, wish.language or "fr", wish.time_zone, said, tries)


def sent(connection: Connection, due: Due, *, now: datetime) -> None:
    """Note that everything of a wish has been told."""
    _of(connection, due, sent_at=now, error=None)


def failed(connection: Connection, due: Due, error: str, again_at: datetime) -> None:
    """Note why it could not be told, and when to try again."""
    _of(connection, due, due_at=again_at, error=error[:200])


def _of(connection: Connection, due: Due, **values: Any) -> None:
    ids = [each[0] for each in due.alerts]
    same = (alert_deliveries.c.wish_id == due.wish_id) & alert_deliveries.c.alert_id.in_(ids)
    connection.execute(update(alert_deliveries).where(same).values(**values))


def wish(  # what a wish is made of
    connection: Connection, user_id: int, kinds: Sequence[AlertKind], way: str, address: str, hour: int | None
) -> int:
    """Keep what a user wishes to be told."""
    values = {"user_id": user_id, "kinds": json.dumps([each.value for each in kinds]), "way": way}
    added = insert(alert_wishes).values(**values, address=address, hour=hour).returning(alert_wishes.c.id)
    return int(connection.execute(added).scalar_one())


def forget(connection: Connection, user_id: int, wish_id: int) -> None:
    """Take back a wish of a user; raises RegularsError where there is none."""
    mine = (alert_wishes.c.id == wish_id) & (alert_wishes.c.user_id == user_id)
    if not connection.execute(delete(alert_wishes).where(mine)).rowcount:
        raise RegularsError("There is no such wish.")


def wishes(connection: Connection, user_id: int) -> list[dict[str, Any]]:
    """Return what a user wishes to be told, each with the last delivery and why it failed."""
    rows = connection.execute(
        select(alert_wishes).where(alert_wishes.c.user_id == user_id).order_by(alert_wishes.c.id)
    ).mappings()
    found = []
    for row in rows:
        newest = (
            connection.execute(
                select(alert_deliveries.c.sent_at, alert_deliveries.c.error, alert_deliveries.c.tries)
                .where(alert_deliveries.c.wish_id == row["id"])
                .order_by(alert_deliveries.c.alert_id.desc())
                .limit(1)
            )
            .mappings()
            .first()
        )
        found.append({**row, "kinds": json.loads(row["kinds"]), "last": newest})
    return found


def standing(connection: Connection) -> Sequence[RowMapping]:
    """Return the alerts that stand, the newest first."""
    statement = select(alerts).where(alerts.c.ended_at.is_(None)).order_by(alerts.c.id.desc())
    return connection.execute(statement).mappings().all()


def expire(connection: Connection, before: datetime) -> int:
    """Delete the alerts that ended before a moment, with what told of them."""
    return connection.execute(delete(alerts).where(alerts.c.ended_at < before)).rowcount


def details_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Read what an alert's sentence is filled in with."""
    found: dict[str, Any] = json.loads(row["details"])
    return found
