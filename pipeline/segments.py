"""Segments: saved filters are checked before they are saved, and entered in the journal."""

from datetime import datetime

from sqlalchemy import Connection

from domain.journal import Act, Detail, Entry
from domain.segment import Segment, SegmentError, require_sound
from store import accounts, areas, consumers, journal, segments


def add_segment(connection: Connection, segment: Segment, actor: str, *, now: datetime) -> int:
    """Save a segment, entered in the journal; raises SegmentError where it cannot choose anybody."""
    require_sound(segment)
    if segment.area is not None and areas.name_of(connection, segment.area) is None:
        raise SegmentError(
            f"The partition has no area {segment.area!r}; `regulars areas partition` takes one from a file."
        )
    if segment.account_id is not None and segment.account_id not in {
        each.id for each in accounts.every(connection)
    }:
        raise SegmentError("There is no such account: `regulars account list` shows them.")
    number = segments.add(connection, segment, actor, now=now)
    details: dict[str, Detail] = {"segment": number, **segment.criteria}
    journal.record(connection, Entry(actor, Act.SEGMENT_ADDED, now, details=details))
    return number


def remove_segment(connection: Connection, number: int, actor: str, *, now: datetime) -> None:
    """Take a segment away; what its files held is told on, and the record of its uses stays."""
    bound = consumers.bound(connection, number)
    if bound:
        raise SegmentError(
            f"{', '.join(each.name for each in bound)} may read this segment and nothing else: revoke that "
            "token first (`regulars consumer revoke`)."
        )
    if not segments.end(connection, number, now=now):
        raise SegmentError("There is no such segment any more.")
    journal.record(connection, Entry(actor, Act.SEGMENT_REMOVED, now, details={"segment": number}))
