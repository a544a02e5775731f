"""What people ask of the store: lists and pages to look at."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from domain.contact import ContactKey
from domain.errors import RegularsError
from store.runs import BEGUN
from store.tables import (
    accounts,
    admissions,
    contacts,
    decisions,
    harvest_runs,
    messaging_contacts,
    signals,
    texts,
    walks,
    withheld,
)

#: Stands for a kind of act where a person decided a label.
BY_HAND = "by_hand"


class UnknownContactError(RegularsError):
    """Raised when we hold nothing under a key."""


def contacts_listed(
    connection: Connection, *, label: str | None, platform: str | None
) -> Iterator[RowMapping]:
    """Read contacts by label and platform in the order in which we met them; those who left only by label.

    `refusal` is the first gate that refused when the gates were last asked.
    """
    statement = (
        select(contacts, messaging_contacts.c.admitted_at, admissions.c.refusal)
        .outerjoin(messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id)
        .outerjoin(admissions, admissions.c.contact_id == contacts.c.id)
    )
    statement = statement.where(contacts.c.label == label if label else contacts.c.label != "none")
    if platform:
        statement = statement.where(contacts.c.platform == platform)
    yield from (
        connection.execution_options(yield_per=2_000).execute(statement.order_by(contacts.c.id)).mappings()
    )


def contact(connection: Connection, key: ContactKey) -> RowMapping:
    """Return one contact, `admitted_at` None where it is not in messaging; raises UnknownContactError."""
    row = (
        connection.execute(
            select(contacts, messaging_contacts.c.admitted_at, admissions.c.refusal)
            .outerjoin(messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id)
            .outerjoin(admissions, admissions.c.contact_id == contacts.c.id)
            .where(contacts.c.platform == key.platform, contacts.c.platform_id == key.platform_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise UnknownContactError("We hold nothing under this key.")
    return row


def numbered(connection: Connection, contact_id: int) -> RowMapping | None:
    """Return one contact by our number, `admitted_at` as for `contact`; None where there is none.

    `told` says that the gates once admitted it, so that readers of the feed may hold it.
    """
    statement = (
        select(
            contacts,
            messaging_contacts.c.admitted_at,
            admissions.c.refusal,
            admissions.c.told,
        )
        .outerjoin(messaging_contacts, messaging_contacts.c.contact_id == contacts.c.id)
        .outerjoin(admissions, admissions.c.contact_id == contacts.c.id)
        .where(contacts.c.id == contact_id)
    )
    return connection.execute(statement).mappings().first()


def signals_of(
    connection: Connection, contact_id: int, *, now: datetime, most: int | None = None
) -> Sequence[RowMapping]:
    """Return a contact's acts, newest first, with the account and, while it may be read, the text.

    `walked_at` is when the last whole walk through the act's roster began. An act in doubt (`withheld_since`)
    was not in it: `confirmed_at` is when the one began that showed it last.
    """
    walked_at = (
        select(func.max(walks.c.began_at))
        .where(
            walks.c.account_id == signals.c.account_id,
            walks.c.kind == signals.c.kind,
            walks.c.post == signals.c.item,
            walks.c.whole.is_(True),
        )
        .correlate(signals)
        .scalar_subquery()
    )
    statement = (
        select(
            signals,
            accounts.c.name.label("account"),
            texts.c.text,
            texts.c.expires_at,
            walked_at.label("walked_at"),
            withheld.c.since.label("withheld_since"),
            withheld.c.confirmed_at,
        )
        .join(accounts, accounts.c.id == signals.c.account_id)
        .outerjoin(
            withheld,
            (withheld.c.contact_id == signals.c.contact_id)
            & (withheld.c.account_id == signals.c.account_id)
            & (withheld.c.kind == signals.c.kind)
            & (withheld.c.item == signals.c.item),
        )
        .outerjoin(
            texts,
            (texts.c.contact_id == signals.c.contact_id)
            & (texts.c.account_id == signals.c.account_id)
            & (texts.c.kind == signals.c.kind)
            & (texts.c.item == signals.c.item)
            & (texts.c.expires_at > now),
        )
        .where(signals.c.contact_id == contact_id)
        .order_by(signals.c.seen_at.desc(), signals.c.kind, signals.c.item)
        .limit(most)
    )
    return connection.execute(statement).mappings().all()


def examples(connection: Connection) -> Sequence[RowMapping]:
    """Return one contact of each platform and label that explain something: at most three."""
    first = (
        select(func.min(contacts.c.id))
        .where(contacts.c.label.in_(["regular", "occasional"]))
        .group_by(contacts.c.platform, contacts.c.label)
    )
    statement = (
        select(contacts).where(contacts.c.id.in_(first)).order_by(contacts.c.label.desc(), contacts.c.id)
    )
    return connection.execute(statement.limit(3)).mappings().all()


def label_counts(connection: Connection) -> Mapping[str, int]:
    """Count the contacts of each label."""
    counted = connection.execute(select(contacts.c.label, func.count()).group_by(contacts.c.label))
    return {label: count for label, count in counted}  # noqa: C416  # rows are no pairs to a type checker


def label_flow(connection: Connection) -> Sequence[tuple[str, str, str, int]]:
    """Count contacts by platform, the kind of act that decided their label, and label.

    Where no act decided but a person, the kind is `by_hand`.
    """
    newest = select(func.max(decisions.c.id)).group_by(decisions.c.contact_id)
    counted = connection.execute(
        select(contacts.c.platform, decisions.c.kind, contacts.c.label, func.count())
        .join(decisions, decisions.c.contact_id == contacts.c.id)
        .where(decisions.c.id.in_(newest), contacts.c.label != "none")
        .group_by(contacts.c.platform, decisions.c.kind, contacts.c.label)
        .order_by(contacts.c.platform, decisions.c.kind)
    )
    return [(str(each[0]), str(each[1] or BY_HAND), str(each[2]), int(each[3])) for each in counted]


def active_runs(connection: Connection) -> int:
    """Count the runs that have not ended."""
    statement = select(func.count()).select_from(harvest_runs).where(BEGUN)
    return connection.scalar(statement) or 0
