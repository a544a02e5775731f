"""Binding: a consumer is added by a command or a page, and to its segment where it has one."""

from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.segment import Segment
from exports.binding import begin, require_binding
from exports.feed import OFFERED
from pipeline.consumers import Wanted, add_consumer


def add_bound(
    connection: Connection,
    wanted: Wanted,
    segment: Segment | None,
    policy: Policy,
    actor: str,
    *,
    now: datetime,
) -> str:
    """Add a consumer; returns its token. The record of targeting has whom a segment chose for it.

    Raises ConsumerError, RecipientError, and SegmentError where the segment may not be used.
    """
    if segment is not None:
        require_binding(connection, wanted.recipient, segment, policy, why=wanted.why)
    made, token = add_consumer(connection, wanted, OFFERED, actor, now=now)
    begin(connection, made, policy, now=now)
    return token
