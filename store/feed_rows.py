"""Rows of the feed: the contacts that its readers are shown, and what the records of these hold."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select

from store import given
from store.tables import admissions, changes, contacts, decisions, messaging_contacts, topic_holders

#: A row of the messaging store (see `rows`) or a step of the feed (a row of `changes`).
FeedRow: TypeAlias = Row[*tuple[Any, ...]]


def rows(
    connection: Connection,
    after: int = 0,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
) -> Iterator[FeedRow]:
    """Read whom the gates last admitted, in the order of the feed, with each contact's newest decision.

    A row is platform, platform id, handle, display name, label, regular since, seq, policy, kind, the topics
    that the feed knows of, as one JSON array of (topic, strength), None where there are none, the channels
    that are open as one JSON array, and what hinders on each of the others as one JSON object. `after` leaves
    out whoever has not moved since a step of the feed, `among` whoever does not meet a condition on
    `contacts`. With `given_at` (now) the columns of `store.given` follow.
    """
    # Whom the feed has not shown yet has no number.
    shown = shown_rows(connection, given_at)
    statement = shown.where(messaging_contacts.c.seq > after).order_by(messaging_contacts.c.seq)
    if among is not None:
        statement = statement.where(among)
    yield from connection.execution_options(yield_per=2_000).execute(statement)


def rows_between(
    connection: Connection,
    after: int,
    upto: int,
    size: int | None = None,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
) -> Sequence[FeedRow]:
    """Read those of `rows` whose step lies behind `after`, up to `upto`, `size` of them at most."""
    place = messaging_contacts.c.seq
    statement = shown_rows(connection, given_at).where(place > after, place <= upto).order_by(place)
    if among is not None:
        statement = statement.where(among)
    return connection.execute(statement.limit(size) if size else statement).all()


def count(connection: Connection) -> int:
    """Count whom the feed shows."""
    numbered = messaging_contacts.c.seq.is_not(None)
    return connection.scalar(select(func.count()).select_from(messaging_contacts).where(numbered)) or 0


def row_of(
    connection: Connection,
    platform: str,
    platform_id: str,
    among: ColumnElement[bool] | None = None,
    *,
    given_at: datetime | None = None,
) -> FeedRow | None:
    """Read the one of `rows` that is this contact's; None where the feed does not show it."""
    of_key = (contacts.c.platform == platform, contacts.c.platform_id == platform_id)
    shown = shown_rows(connection, given_at)
    found = shown.where(*of_key, messaging_contacts.c.seq.is_not(None))
    return connection.execute(found if among is None else found.where(among)).first()


def shown_rows(
    connection: Connection, given_at: datetime | None, place: ColumnElement[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Return the statement of `rows`, with another number in place of the feed's where one is given."""
    newest = (
        select(func.max(decisions.c.id))
        .where(decisions.c.contact_id == contacts.c.id)
        .correlate(contacts)
        .scalar_subquery()
    )
    return (
        select(
            contacts.c.platform,
            contacts.c.platform_id,
            contacts.c.handle,
            contacts.c.display_name,
            contacts.c.label,
            contacts.c.regular_since,
            messaging_contacts.c.seq if place is None else place,
            decisions.c.policy,
            decisions.c.kind,
            topic_holders.c.told,
            admissions.c.addressable,
            admissions.c.hindrances,
            *(given.columns(connection, now=given_at) if given_at else ()),
        )
        .select_from(messaging_contacts)
        .join(contacts, contacts.c.id == messaging_contacts.c.contact_id)
        .join(admissions, admissions.c.contact_id == messaging_contacts.c.contact_id)
        .outerjoin(topic_holders, topic_holders.c.contact_id == contacts.c.id)
        .join(decisions, decisions.c.id == newest)
        .where(admissions.c.refusal.is_(None))
    )


def steps_between(
    connection: Connection, after: int, upto: int, size: int, *, removals: bool = False
) -> Sequence[FeedRow]:
    """Read steps of the feed (rows of `changes`), or the removals among them, behind `after` up to `upto`."""
    statement = select(changes).where(changes.c.seq > after, changes.c.seq <= upto)
    if removals:
        statement = statement.where(changes.c.op == literal_column("'remove'"))
    return connection.execute(statement.order_by(changes.c.seq).limit(size)).all()


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
