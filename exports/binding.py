"""Binding: a consumer reads the contacts of one segment, by the gate of segments and on its record."""

from datetime import datetime
from typing import Any

from classifier.policy import Policy
from domain.consumer import Consumer, ConsumerError
from domain.recipient import Recipient
from domain.segment import Segment, SegmentError
from exports.narrowing import Chosen, enter_use, needs_consent, require_usable
from exports.segment_source import OfSegment
from exports.sources import Source
from store import consumers, recipients, segment_steps, segments
from store.segment_steps import Bound


def source_of(connection: Any, consumer: Consumer, policy: Policy) -> Source:
    """Return what a consumer is told of: everybody, or its segment."""
    if consumer.segment_id is None:
        return Source(consumer.recipient_id)
    bound = Bound(consumer.id, _segment(connection, consumer), needs_consent(policy))
    return OfSegment(consumer.recipient_id, bound)


def require_binding(
    connection: Any, recipient: Recipient, segment: Segment, policy: Policy, *, why: str
) -> None:
    """Raise SegmentError where no consumer of a recipient may be bound to a segment, with the reason."""
    if recipient.needs_consent:
        raise SegmentError(
            f"{recipient.name} is a third party: it reads all who consented to it, and no segment. Leave "
            "--segment out."
        )
    require_usable(connection, segment, policy, why=why)


def begin(connection: Any, consumer: Consumer, policy: Policy, *, now: datetime) -> None:
    """Reckon for the first time, or anew, whom a bound consumer is told of, and enter whom its segment chose.

    Does nothing for a consumer that is not bound.
    """
    source = source_of(connection, consumer, policy)
    if not isinstance(source, OfSegment):
        return
    consumers.hold(connection, consumer.id)
    source.settle(connection, now=now, whole=True)
    people = segment_steps.count(connection, consumer.id)
    name = recipients.name_of(connection, consumer.recipient_id)
    chosen = Chosen(consumer.actor, consumer.why, name, None, people)
    enter_use(connection, source.bound.segment, policy, chosen, now=now)


def settle_all(database: Any, policy: Policy, *, now: datetime) -> int:
    """Reckon for each bound consumer what it is behind with, though it may never ask; returns how many."""
    with database.read() as connection:
        bound = consumers.bound(connection)
    for each in bound:
        with database.write() as connection:
            consumers.hold(connection, each.id)
            source_of(connection, each, policy).settle(connection, now=now)
    return len(bound)


def concerns(connection: Any, source: Source, platform: str, platform_id: str) -> bool:
    """Tell whether a contact is the consumer's business: it is in its segment, or was shown to it."""
    return not isinstance(source, OfSegment) or segment_steps.knows(
        connection, source.bound, platform, platform_id
    )


def _segment(connection: Any, consumer: Consumer) -> Segment:
    found = segments.one(connection, consumer.segment_id or 0, ended_too=True)
    if found is None:  # nothing deletes one
        raise ConsumerError(f"The segment of the consumer {consumer.name} is not there; revoke it.")
    return found
