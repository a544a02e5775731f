"""Segments: saved filters of the messaging store, whom each chooses, and whom its files held."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from domain.segment import Segment, SegmentError
from domain.sign_up import FOR_TOPICS
from domain.signal import INTERACTIONS, SignalKind
from store.tables import (
    admissions,
    consent_texts,
    consents,
    contacts,
    declared_topics,
    interests,
    messaging_contacts,
    segments,
    sign_ups,
    signals,
)

_LASTING = sorted(set(SignalKind) - INTERACTIONS - {SignalKind.OBJECTED, SignalKind.BLOCKED})
_COLUMNS = (
    segments.c.name,
    segments.c.topic,
    segments.c.area_code,
    segments.c.account_id,
    segments.c.since,
    segments.c.id,
    segments.c.created_by,
    segments.c.created_at,
)


def add(connection: Connection, segment: Segment, by: str, *, now: datetime) -> int:
    """Save a segment; returns its number. Raises SegmentError where one of its name is there."""
    values = {
        "name": segment.name,
        "topic": segment.topic,
        "area_code": segment.area,
        "account_id": segment.account_id,
        "since": segment.since.isoformat() if segment.since else None,
    }
    statement = insert(segments).values(**values, created_by=by, created_at=now).returning(segments.c.id)
    try:
        with connection.begin_nested():
            return int(connection.execute(statement).scalar_one())
    except IntegrityError:
        raise SegmentError(f"{segment.name} is a segment already.") from None


def every(connection: Connection) -> Sequence[Segment]:
    """Return the segments that stand, by name."""
    statement = select(*_COLUMNS).where(segments.c.ended_at.is_(None)).order_by(segments.c.name)
    return [_segment(each) for each in connection.execute(statement)]


def one(connection: Connection, number: int, *, ended_too: bool = False) -> Segment | None:
    """Return a segment by its number, None where there is none that stands."""
    statement = select(*_COLUMNS).where(segments.c.id == number)
    if not ended_too:
        statement = statement.where(segments.c.ended_at.is_(None))
    row = connection.execute(statement).first()
    return _segment(row) if row else None


def called(connection: Connection, name: str) -> Segment:
    """Return one by its name; raises SegmentError where there is none."""
    statement = select(*_COLUMNS).where(segments.c.name == name, segments.c.ended_at.is_(None))
    row = connection.execute(statement).first()
    if row is None:
        raise SegmentError(
            f"There is no segment {name!r}: `regulars segment list` shows them, `add` makes one."
        )
    return _segment(row)


def end(connection: Connection, number: int, *, now: datetime) -> bool:
    """Take a segment away; False where there is none. What its files held is told on."""
    standing = (segments.c.id == number, segments.c.ended_at.is_(None))
    return connection.execute(update(segments).where(*standing).values(ended_at=now)).rowcount == 1


def holds(segment: Segment, *, needs_consent: bool = True) -> ColumnElement[bool]:
    """Return the condition on a row of `contacts` (no alias) that it is in a segment.

    By a topic it holds only who declared that topic itself and, where consent is needed, agreed in words that
    say so to be chosen by its topics, and has not withdrawn that. It says nothing of admission: a statement
    that reads whom the gates admit adds it.
    """
    asked: list[ColumnElement[bool]] = []
    if segment.topic is not None:
        asked += _declared(segment.topic, needs_consent=needs_consent)
    if segment.area is not None:
        form = and_(sign_ups.c.contact_id == contacts.c.id, sign_ups.c.area_code == segment.area)
        asked.append(select(literal(1)).where(form).correlate(contacts).exists())
    if segment.account_id is not None:
        act = and_(
            signals.c.contact_id == contacts.c.id,
            signals.c.account_id == segment.account_id,
            signals.c.kind.in_(_LASTING),
            signals.c.ended_at.is_(None),
        )
        asked.append(select(literal(1)).where(act).correlate(contacts).exists())
    if segment.since is not None:
        asked.append(contacts.c.regular_since >= datetime.combine(segment.since, time.min, UTC))
    return and_(true(), *asked)


def _declared(topic: str, *, needs_consent: bool) -> Iterator[ColumnElement[bool]]:
    found = and_(
        interests.c.contact_id == contacts.c.id,
        interests.c.topic == topic,
        interests.c.strength == "declared",
        declared_topics.c.contact_id == interests.c.contact_id,
        declared_topics.c.topic == interests.c.topic,
    )
    yield select(literal(1)).where(found).correlate(contacts).exists()
    agreed = [
        consents.c.contact_id == contacts.c.id,
        consents.c.purpose == FOR_TOPICS,
        consents.c.withdrawn_at.is_(None),
        consent_texts.c.hash == consents.c.text,
    ]
    if needs_consent:
        agreed.append(consent_texts.c.for_targeting)
    yield select(literal(1)).where(*agreed).correlate(contacts).exists()


def keys(
    connection: Connection, segment: Segment, *, needs_consent: bool = True
) -> Iterator[tuple[str, str]]:
    """Read platform and platform id of everybody in a segment whom readers of the feed are shown."""
    statement = select(contacts.c.platform, contacts.c.platform_id).where(
        *shown(), holds(segment, needs_consent=needs_consent)
    )
    found = connection.execute(statement.execution_options(yield_per=2_000))
    yield from ((platform, platform_id) for platform, platform_id in found)


def count(connection: Connection, segment: Segment, *, needs_consent: bool = True) -> int:
    """Count who is in a segment and shown; whoever tells it tells `domain.segment.about` it."""
    statement = select(func.count()).select_from(contacts)
    return connection.scalar(statement.where(*shown(), holds(segment, needs_consent=needs_consent))) or 0


def undeclared(connection: Connection, segment: Segment) -> int:
    """Count who declared the segment's topic and is shown, but did not agree to be chosen by it."""
    without = segment._replace(area=None, account_id=None, since=None)
    all_of_them = count(connection, without, needs_consent=False)
    return all_of_them - count(connection, without)


def wordings(connection: Connection) -> list[str]:
    """Return the hashes of the words by which people agreed to be chosen by their topics."""
    statement = select(consent_texts.c.hash).where(consent_texts.c.for_targeting)
    return list(connection.scalars(statement.order_by(consent_texts.c.hash)))


def shown() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that readers of the feed are shown a row of `contacts`."""
    return (
        messaging_contacts.c.contact_id == contacts.c.id,
        messaging_contacts.c.seq.is_not(None),
        admissions.c.contact_id == contacts.c.id,
        admissions.c.refusal.is_(None),
    )


def _segment(row: Row[*tuple[Any, ...]]) -> Segment:
    name, topic, area, account_id, since, *rest = row
    return Segment(name, topic, area, account_id, date.fromisoformat(since) if since else None, *rest)
