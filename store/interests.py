"""Interests: what texts spoke of, what was found of contacts, what they declared, what a human chose."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, or_, select, update

from domain.interest import Interest, Spoken, Strength
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.signals import moment_of
from store.tables import (
    chosen_topics,
    declared_topics,
    inferable_topics,
    interests,
    topic_holders,
)

_STRENGTHS = {each.word: each for each in Strength}
_ONE = {"id": "int"}


class Spoke(NamedTuple):
    """That one act's text speaks of a topic, ready to be stored."""

    contact_id: int
    account_id: int
    kind: str
    item: str
    topic: str
    platform: str
    under: str
    score: float
    words: tuple[str, ...]
    at: datetime


_SPOKE = {
    "contact_id": "int",
    "account_id": "int",
    "kind": "text",
    "item": "text",
    "topic": "text",
    "platform": "text",
    "under": "text",
    "score": "float",
    "words": "text",
    "at": "time",
}


def allow(connection: Connection, wanted: Collection[tuple[str, str]]) -> bool:
    """Let only these (topic, platform) be inferred of contacts; whatever else was inferred goes with it.

    Returns whether anything changed; then all interests are due to be found anew.
    """
    there = inferable(connection)
    if there == set(wanted):
        return False
    for topic, platform in sorted(there - set(wanted)):
        of_it = (inferable_topics.c.topic == topic, inferable_topics.c.platform == platform)
        connection.execute(delete(inferable_topics).where(*of_it))
    fresh = sorted(set(wanted) - there)
    if fresh:
        rows = [{"topic": topic, "platform": platform} for topic, platform in fresh]
        connection.execute(insert(inferable_topics), rows)
    connection.execute(update(topic_holders).values(found_at=None))
    return True


def allowed(connection: Connection, topic: str, platform: str) -> bool:
    """Tell whether the pack in force lets a topic be inferred of a platform's contacts."""
    of_it = (inferable_topics.c.topic == topic, inferable_topics.c.platform == platform)
    return connection.scalar(select(inferable_topics.c.topic).where(*of_it)) is not None


def hold(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Let topics be tied to contacts, who must be regular, and their interests be due."""
    run(
        connection,
        "INSERT INTO topic_holders (contact_id, label) SELECT c.id, 'regular' "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN contacts AS c "
        "WHERE c.id = r.id AND c.label = 'regular' ORDER BY c.id "
        "ON CONFLICT (contact_id) DO UPDATE SET found_at = NULL",
        rows=as_parameter([each] for each in set(contact_ids)),
    )


def forget(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Delete all that ties topics to contacts; must run before their label is weakened."""
    run(
        connection,
        f"DELETE FROM topic_holders WHERE contact_id IN (SELECT id FROM {rows_of(connection, _ONE)} AS r)",
        rows=as_parameter([each] for each in contact_ids),
    )


def keep(connection: Connection, spoke: Sequence[Spoke]) -> None:
    """Store what texts spoke of, of contacts that are held and as far as the pack in force allows.

    An act that has gone meanwhile is left out.
    """
    run(
        connection,
        "INSERT INTO spoken (contact_id, account_id, kind, item, topic, platform, under, score, words, at) "
        "SELECT r.contact_id, r.account_id, r.kind, r.item, r.topic, r.platform, r.under, r.score, r.words, "
        f"r.at FROM {rows_of(connection, _SPOKE)} AS r "
        "CROSS JOIN topic_holders AS h CROSS JOIN inferable_topics AS t CROSS JOIN signals AS s "
        "WHERE h.contact_id = r.contact_id AND t.topic = r.topic AND t.platform = r.platform "
        "AND s.account_id = r.account_id AND s.kind = r.kind AND s.item = r.item "
        "AND s.contact_id = r.contact_id "
        "ON CONFLICT (contact_id, account_id, kind, item, topic) DO UPDATE SET "
        "under = excluded.under, score = excluded.score, words = excluded.words, at = excluded.at",
        rows=as_parameter(
            [*each[:8], orjson.dumps(each.words).decode(), stamp(each.at)] for each in sorted(spoke)
        ),
    )


def due(connection: Connection, before: datetime, count: int) -> list[int]:
    """Return contacts whose interests were last found before a moment, or have changed since."""
    statement = select(topic_holders.c.contact_id).where(_due(before))
    return list(connection.scalars(statement.order_by(topic_holders.c.contact_id).limit(count)))


def is_due(connection: Connection, before: datetime) -> bool:
    """Tell whether there is such a contact."""
    return connection.scalar(select(topic_holders.c.contact_id).where(_due(before)).limit(1)) is not None


def _due(before: datetime) -> ColumnElement[bool]:
    return or_(topic_holders.c.found_at.is_(None), topic_holders.c.found_at < before)


def evidence(connection: Connection, contact_ids: Iterable[int], *, now: datetime) -> dict[int, list[Spoken]]:
    """Return what the texts of contacts spoke of, as far as their acts still stand."""
    found = run(
        connection,
        "SELECT p.contact_id, p.account_id, p.kind, p.item, p.under, p.topic, p.score, p.words, p.at "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN spoken AS p CROSS JOIN signals AS s "
        "WHERE p.contact_id = r.id AND s.account_id = p.account_id AND s.kind = p.kind "
        "AND s.item = p.item AND s.contact_id = p.contact_id "
        f"AND (s.ended_at IS NULL OR s.ended_at > {_now(connection)})",
        rows=as_parameter([each] for each in contact_ids),
        now=stamp(now),
    )
    by_contact: dict[int, list[Spoken]] = defaultdict(list)
    for contact_id, account_id, kind, item, under, topic, score, words, at in found:
        moment = moment_of(at)
        assert moment is not None  # noqa: S101  # the column is never empty
        source = f"{account_id}:{under}" if under else ""
        signal = f"{account_id}:{kind}:{item}"
        by_contact[contact_id].append(
            Spoken(signal, source, topic, score, tuple(orjson.loads(words)), moment)
        )
    return by_contact


def stored(connection: Connection, contact_ids: Iterable[int]) -> dict[int, tuple[Interest, ...]]:
    """Return the interests of contacts as they were last found, in their order, without their signals."""
    found = run(
        connection,
        "SELECT i.contact_id, i.topic, i.strength, i.texts, i.last_at, i.words "
        f"FROM {rows_of(connection, _ONE)} AS r CROSS JOIN interests AS i WHERE i.contact_id = r.id "
        "ORDER BY i.contact_id, i.place",
        rows=as_parameter([each] for each in contact_ids),
    )
    by_contact: dict[int, tuple[Interest, ...]] = {}
    for contact_id, topic, strength, texts, last_at, words in found:
        each = Interest(topic, _STRENGTHS[strength], texts, moment_of(last_at), tuple(orjson.loads(words)))
        by_contact[contact_id] = (*by_contact.get(contact_id, ()), each)
    return by_contact


_INTEREST = {
    "contact_id": "int",
    "topic": "text",
    "place": "int",
    "strength": "text",
    "texts": "int",
    "last_at": "time",
    "words": "text",
    "platform": "text",
}


def replace(
    connection: Connection,
    found: Mapping[int, Sequence[Interest]],
    platform_of: Mapping[int, str],
) -> None:
    """Put the interests of contacts in the place of those that were found before."""
    ids = as_parameter([each] for each in found)
    listed = f"(SELECT id FROM {rows_of(connection, _ONE)} AS r)"
    run(connection, f"DELETE FROM interests WHERE contact_id IN {listed}", rows=ids)
    rows = [
        [
            contact_id,
            each.topic,
            place,
            each.strength.word,
            each.texts,
            stamp(each.last_at) if each.last_at else None,
            orjson.dumps(each.words).decode(),
            None if each.strength is Strength.DECLARED else platform_of[contact_id],
        ]
        for contact_id, of_contact in sorted(found.items())
        for place, each in enumerate(of_contact)
    ]
    run(
        connection,
        f"INSERT INTO interests ({', '.join(_INTEREST)}) SELECT {', '.join(_INTEREST)} "
        f"FROM {rows_of(connection, _INTEREST)} AS r",
        rows=as_parameter(rows),
    )


def settle(connection: Connection, told: Mapping[int, str], *, now: datetime) -> None:
    """Note that the interests of contacts were found at this moment, and what the feed knows of them."""
    columns = {"contact_id": "int", "told": "text"}
    run(
        connection,
        f"UPDATE topic_holders SET found_at = {_now(connection)}, told = r.told "
        f"FROM {rows_of(connection, columns)} AS r WHERE topic_holders.contact_id = r.contact_id",
        rows=as_parameter(sorted(told.items())),
        now=stamp(now),
    )


class Holder(NamedTuple):
    """A contact that topics are tied to: its platform, and what the feed knows of them."""

    platform: str
    told: str


def holders(connection: Connection, contact_ids: Iterable[int]) -> dict[int, Holder]:
    """Return those of the contacts that topics are tied to."""
    found = run(
        connection,
        f"SELECT c.id, c.platform, h.told FROM {rows_of(connection, _ONE)} AS r "
        "CROSS JOIN topic_holders AS h CROSS JOIN contacts AS c WHERE h.contact_id = r.id AND c.id = r.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {contact_id: Holder(platform, told) for contact_id, platform, told in found}


def of_contact(connection: Connection, contact_id: int) -> Sequence[RowMapping]:
    """Return a contact's interests in their order, with consent and source of what it declared."""
    statement = (
        select(interests, declared_topics.c.consent, declared_topics.c.source, chosen_topics.c.choice)
        .outerjoin(
            declared_topics,
            and_(
                declared_topics.c.contact_id == interests.c.contact_id,
                declared_topics.c.topic == interests.c.topic,
            ),
        )
        .outerjoin(
            chosen_topics,
            and_(
                chosen_topics.c.contact_id == interests.c.contact_id,
                chosen_topics.c.topic == interests.c.topic,
            ),
        )
        .where(interests.c.contact_id == contact_id)
        .order_by(interests.c.place)
    )
    return connection.execute(statement).mappings().all()


def counts(connection: Connection) -> Mapping[str, int]:
    """Count the contacts by the strongest interest that they have."""
    counted = connection.execute(
        select(interests.c.strength, func.count())
        .where(interests.c.place == 0)
        .group_by(interests.c.strength)
    )
    return {strength: count for strength, count in counted}  # noqa: C416  # rows are no pairs to a type checker


def inferable(connection: Connection) -> set[tuple[str, str]]:
    """Return the (topic, platform) that the pack in force lets be inferred of contacts."""
    return {(each.topic, each.platform) for each in connection.execute(select(inferable_topics))}


def _now(connection: Connection) -> str:
    return ":now" if connection.dialect.name == "sqlite" else "CAST(:now AS timestamptz)"
