"""What contacts gave and when they were last seen to stand: what a record holds beside the feed's row.

Columns of the statement that reads the rows: asked apart, by keys, they took two thirds of an export's time.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, or_, select

from domain.signal import SignalKind
from store.json_rows import array, told, within
from store.tables import addresses, consents, contacts, sign_ups, signals, walks, withheld

#: A list that the database wrote, None where it has nothing to list.
_List: TypeAlias = list[list[Any]] | None


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


class Proofs:
    """Finds since when the longest unseen contact of some was not seen to be regular: `oldest`.

    `aging` are the acts that must be seen again and again, `lasting` those that count for themselves. Whoever
    has one of these does not age; of nobody `oldest` is None.
    """

    def __init__(self, aging: Collection[SignalKind], lasting: Collection[SignalKind]) -> None:
        self.aging, self.lasting = _listed_kinds(aging), _listed_kinds(lasting)
        self.oldest: datetime | None = None

    def take(self, seen_at: datetime | None) -> None:
        """Take in when one contact was last seen to be regular."""
        if seen_at is not None and (self.oldest is None or seen_at < self.oldest):
            self.oldest = seen_at


def columns(
    connection: Connection, *, now: datetime, proofs: Proofs | None = None
) -> Iterator[ColumnElement[Any]]:
    """Return the columns that `read` reads, of a statement that has `contacts` in it.

    The last one is for `confirmed` to read first.
    """
    for each in (sign_ups.c.language, sign_ups.c.area):
        yield _of_contact(each, sign_ups.c.contact_id)
    given = _listed(connection, addresses.c.channel, addresses.c.address)
    said = _listed(connection, consents.c.purpose, consents.c.given_at, consents.c.withdrawn_at)
    yield within(connection, _of_contact(given, addresses.c.contact_id))
    yield within(connection, _of_contact(said, consents.c.contact_id))
    yield within(connection, _seen(connection, now, proofs))


def confirmed(seen: Sequence[str | None], proofs: Proofs | None) -> datetime | None:
    """Read when an act of a contact that stands was last seen to stand, and tell `proofs` of the contact."""
    newest, *proof = seen
    at = told(newest)
    if proofs is not None:
        proofs.take(at if proof[0] == newest else told(proof[0]))
    return at


def read(
    language: str | None, area: str | None, given: _List, said: _List, confirmed_at: datetime | None
) -> Given:
    """Read the values of `columns`."""
    agreed: dict[str, Said] = {}
    for purpose, given_at, withdrawn_at in said or ():
        before = agreed.get(purpose, Said(None, None))
        agreed[purpose] = Said(_newest(before.given_at, given_at), _newest(before.withdrawn_at, withdrawn_at))
    return Given(language, area, dict(given or ()), agreed, confirmed_at)


def _of_contact(value: Any, contact_id: ColumnElement[int]) -> ColumnElement[Any]:
    return select(value).where(contact_id == contacts.c.id).correlate(contacts).scalar_subquery()


def _listed(connection: Connection, *values: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write rows as one JSON array of arrays, None where there are none or an empty one."""
    if connection.dialect.name == "sqlite":
        return func.json_group_array(array(connection, *values))
    return func.json_agg(array(connection, *values))


def _seen(connection: Connection, now: datetime, proofs: Proofs | None) -> ColumnElement[Any]:
    """Write when an act of a contact that stands was last seen to stand, and one that makes it regular.

    That is the act's own last event, or the begin of the last whole walk through its roster; of an act in
    doubt, of the walk that showed it last.
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
    acts = (
        select(newest(*seen).label("at"), act.kind, act.ended_at)
        .select_from(signals.outerjoin(withheld, of_act))
        .where(act.contact_id == contacts.c.id, or_(act.ended_at.is_(None), act.ended_at > now))
        .correlate(contacts)
        .offset(0)  # else the walks would be asked for each time that the moment is named
        .subquery()
    )
    values: list[ColumnElement[Any]] = [func.max(acts.c.at)]
    if proofs is not None:
        stands = acts.c.ended_at.is_(None)
        aging = and_(stands, acts.c.kind.in_([*proofs.aging, *proofs.lasting]))
        lasts = and_(stands, acts.c.kind.in_(proofs.lasting))
        one: ColumnElement[int] = literal_column("1")
        values.append(case((func.max(case((lasts, one))).is_(None), func.max(case((aging, acts.c.at))))))
    return select(array(connection, *values)).scalar_subquery()


def _listed_kinds(kinds: Collection[SignalKind]) -> list[str]:
    return sorted(each.value for each in kinds)


def _newest(known: datetime | None, said: str | None) -> datetime | None:
    """Return the newer of two moments, one as JSON has it."""
    at = told(said)
    if at is None:
        return known
    return at if known is None else max(known, at)
