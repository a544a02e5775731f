"""Numbers of a segment that may be told without betraying a small group."""

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.segment import Segment, about
from exports.narrowing import needs_consent
from store import segments


def told_of(connection: Connection, segment: Segment, policy: Policy) -> int | None:
    """Return how many at least a segment holds, in whole groups of the pack's smallest size; 0 where fewer.

    None for a segment by area: every count by area comes from the published table.
    """
    if segment.area is not None:
        return None
    counted = segments.count(connection, segment, needs_consent=needs_consent(policy))
    return about(counted, policy.number("aggregate_k"))
