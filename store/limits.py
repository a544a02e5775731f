"""What the platforms said of their rate limits, kept so that neither a restart nor a flush forgets it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, tuple_

from domain.limit import Limit
from store import sets
from store.tables import limit_windows, limits


class Place(NamedTuple):
    """Whose limit: `subject` is an account or an app of a platform, `endpoint` a window of its own."""

    platform: str
    subject: str
    endpoint: str


class Kept(NamedTuple):
    """A limit as an answer told it at `observed_at`."""

    limit: Limit
    observed_at: datetime


def observe(connection: Connection, place: Place, limit: Limit, *, now: datetime, reason: str = "") -> None:
    """Keep what an answer told; `reason` says why nothing at all may be asked, for a pause."""
    values = {
        **place._asdict(),
        "remaining": limit.remaining,
        "limit": limit.limit,
        "share": limit.share,
        "reset_at": limit.reset_at,
        "observed_at": now,
        "reason": reason or None,
    }
    sets.put(connection, limits, values)


def pausing(place: Place, now: datetime) -> ColumnElement[bool]:
    """Return what must hold of a row that pauses a place now.

    A pause that was written in the future is one of a clock that was put back since: it holds no more.
    """
    return and_(
        limits.c.platform == place.platform,
        limits.c.subject == place.subject,
        limits.c.endpoint == place.endpoint,
        limits.c.reset_at > now,
        limits.c.observed_at <= now,
        limits.c.reason.is_not(None),
    )


def paused(connection: Connection, place: Place, *, now: datetime) -> tuple[datetime, str] | None:
    """Return until when nothing of a place may be asked, and why; None for no pause."""
    row = connection.execute(select(limits.c.reset_at, limits.c.reason).where(pausing(place, now))).first()
    return (row.reset_at, row.reason) if row else None


def kept(connection: Connection, places: Sequence[Place], *, now: datetime) -> dict[Place, Kept]:
    """Return what is known of the places' windows that have not ended."""
    found = connection.execute(
        select(limits).where(
            tuple_(limits.c.platform, limits.c.subject, limits.c.endpoint).in_(
                [tuple(each) for each in places]
            ),
            limits.c.reset_at > now,
            limits.c.observed_at <= now,
        )
    )
    return {
        Place(row.platform, row.subject, row.endpoint): Kept(
            Limit(row.endpoint, row.remaining, row.reset_at, row.limit, row.share), row.observed_at
        )
        for row in found
    }


class Clock(NamedTuple):
    """A window, or a pause with its reason, that has not ended; see `domain.limit.Limit`."""

    limit: Limit
    reason: str | None


def clocks(
    connection: Connection, subjects: Mapping[str, Collection[str]], *, now: datetime
) -> Callable[[str, Collection[str]], list[Clock]]:
    """Look up the windows of all accounts and apps at once, `subjects` by platform.

    Returns what tells the windows of some subjects of a platform, the scarcest first.
    """
    each_platform = [
        and_(limits.c.platform == platform, limits.c.subject.in_(named))
        for platform, named in subjects.items()
    ]
    found = connection.execute(
        select(limits)
        .where(or_(false(), *each_platform), limits.c.reset_at > now, limits.c.observed_at <= now)
        .order_by(limits.c.remaining, limits.c.endpoint)
    ).all()

    def of(platform: str, named: Collection[str]) -> list[Clock]:
        return [
            Clock(Limit(each.endpoint, each.remaining, each.reset_at, each.limit, each.share), each.reason)
            for each in found
            if each.platform == platform and each.subject in named
        ]

    return of


def windows(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return the states of windows ("" for an unknown one) and keep them ours to the transaction's end."""
    for each in sorted(names):
        sets.add(connection, limit_windows, {"window": each, "state": ""})
    found = connection.execute(
        select(limit_windows).where(limit_windows.c.window.in_(names)).order_by("window").with_for_update()
    )
    states = {row.window: row.state for row in found}
    return [states[each] for each in names]


def keep_windows(connection: Connection, states: Mapping[str, str]) -> None:
    """Write the states of windows."""
    for name, state in states.items():
        sets.put(connection, limit_windows, {"window": name, "state": state})
