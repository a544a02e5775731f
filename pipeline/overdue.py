"""Overdue: who was not told in time is forgotten, and never written to."""

import sys
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from pipeline.suppress import erase
from store import messaging, notices
from store.messaging import Step

#: Contacts removed by one round of statements.
SLICE = 5_000
REASON = "notice_overdue"


def purge_overdue(connection: Connection, _policy: Policy, *, now: datetime, most: int = sys.maxsize) -> int:
    """Delete the contacts whose notice is overdue, with all that is held of them (GDPR art. 14(3)).

    Whoever was in the messaging store leaves a tombstone in the feed. These statements must be the
    transaction's last. Returns how many went: fewer than `most` where none is left.
    """
    steps: list[Step] = []
    gone = 0
    while gone < most and (late := notices.take_overdue(connection, now=now, size=min(SLICE, most - gone))):
        steps += erase(connection, late, REASON)
        gone += len(late)
    messaging.publish(connection, steps, now=now)
    return gone
