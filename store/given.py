"""What contacts gave and when they were last seen to stand: what a record holds beside the feed's row.

Columns of the statement that reads the rows: asked apart, by keys, they took two thirds of an export's time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Text, case, cast, func, or_, select

from store.tables import Moment, addresses, consents, contacts, sign_ups, signals, walks, withheld

#: What lists of nothing look like.
_NOTHING = (None, "[]")


class Said(NamedTuple):
    """The last consent to a purpose, and the last time that one was withdrawn."""

    given_at: datetime | None
    withdrawn_at: datetime | None


class Given(NamedTuple):
    """What one contact gave: language and area, addresses by channel, consents by purpose.

    `confirmed_at` is when an act of it that stands was last seen to stand.
    """

    language: str | None
    area: str | None
    addresses: dict[str, str]
    consents: dict[str, Said]
    confirmed_at: datetime | None


def columns(connection: Connection, *, now: datetime) -> Iterator[ColumnElement[Any]]:
    """Return the columns that `read` reads, of a statement that has `contacts` in it."""
    for each in (sign_ups.c.language, sign_ups.c.area):
        yield _of_contact(each, sign_ups.c.contact_id)
    yield _of_contact(_listed(connection, addresses.c.channel, addresses.c.address), addresses.c.contact_id)
    said = (consents.c.purpose, consents.c.given_at, consents.c.withdrawn_at)
    yield _of_contact(_listed(connection, *said), consents.c.contact_id)
    yield _confirmed(connection, now)


def read(
    language: str | None, area: str | None, given: str | None, said: str | None, confirmed_at: datetime | None
) -> Given:
    """Read the values of `columns`."""
    agreed: dict[str, Said] = {}
    if said in _NOTHING and given in _NOTHING:
        return Given(language, area, {}, agreed, confirmed_at)
    for purpose, given_at, withdrawn_at in orjson.loads(said or "[]"):
        before = agreed.get(purpose, Said(None, None))
        agreed[purpose] = Said(_newest(before.given_at, given_at), _newest(before.withdrawn_at, withdrawn_at))
    return Given(language, area, dict(orjson.loads(given or "[]")), agreed, confirmed_at)


def _of_contact(value: Any, contact_id: ColumnElement[int]) -> ColumnElement[Any]:
    return select(value).where(contact_id == contacts.c.id).correlate(contacts).scalar_subquery()


def _listed(connection: Connection, *values: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write rows as one JSON array of arrays."""
    if connection.dialect.name == "sqlite":
        return func.json_group_array(func.json_array(*values))
    return cast(func.json_agg(func.json_build_array(*values)), Text)


def _confirmed(connection: Connection, now: datetime) -> ColumnElement[Any]:
    """Return when an act of a contact that stands was last seen to stand.

    That is its own last event, or the begin of the last whole walk through its roster; of an act in doubt, of
    the walk that showed it last.
    """
    act = signals.c
    of_roster = (walks.c.account_id == act.account_id, walks.c.kind == act.kind, walks.c.post == act.item)
    walked = select(func.max(walks.c.began_at)).where(*of_roster, walks.c.whole).correlate(signals)
    of_act = (
        (withheld.c.account_id == act.account_id)
        & (withheld.c.kind == act.kind)
        & (withheld.c.item == act.item)
        & (withheld.c.contact_id == act.contact_id)
    )
    shown_at = case((withheld.c.since.is_(None), walked.scalar_subquery()), else_=withheld.c.confirmed_at)
    # Nothing beside it is empty.
    newest = func.max if connection.dialect.name == "sqlite" else func.greatest
    seen = (act.seen_at, func.coalesce(act.started_at, act.seen_at), func.coalesce(shown_at, act.seen_at))
    return (
        select(func.max(newest(*seen), type_=Moment()))
        .select_from(signals.outerjoin(withheld, of_act))
        .where(act.contact_id == contacts.c.id, or_(act.ended_at.is_(None), act.ended_at > now))
        .correlate(contacts)
        .scalar_subquery()
    )


def _newest(known: datetime | None, told: str | None) -> datetime | None:
    """Return the newer of two moments, one as JSON has it."""
    if told is None:
        return known
    at = datetime.fromisoformat(told).astimezone(UTC)
    return at if known is None else max(known, at)
