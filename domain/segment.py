"""Segments: saved filters of the messaging store, by what people declared and where they came from."""

from datetime import date, datetime
from typing import NamedTuple

from domain.errors import RegularsError
from domain.topic import TOPICS

LONGEST_NAME = 100


class SegmentError(RegularsError):
    """Raised where a segment cannot be saved or used."""


class Segment(NamedTuple):
    """Regular contacts who meet all that is asked; at least one thing is.

    `topic` is one that the person declared itself, `area` a code of the partition that its form names,
    `account_id` an account of ours that it follows or is a friend of, `since` the first day (UTC) since which
    it is regular.
    """

    name: str
    topic: str | None = None
    area: str | None = None
    account_id: int | None = None
    since: date | None = None
    id: int = 0
    created_by: str = ""
    created_at: datetime | None = None

    @property
    def targets(self) -> bool:
        """Tell whether it chooses people by what they told of themselves (Regulation (EU) 2024/900)."""
        return self.topic is not None or self.area is not None

    @property
    def criteria(self) -> dict[str, str | int]:
        """Return what it asks."""
        since = self.since.isoformat() if self.since else None
        asked = {"topic": self.topic, "area": self.area, "account": self.account_id, "since": since}
        return {name: value for name, value in asked.items() if value is not None}


def require_sound(segment: Segment) -> None:
    """Raise SegmentError where a segment cannot be saved."""
    name = segment.name
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SegmentError(f"A segment needs a name of {LONGEST_NAME} characters at most, on one line.")
    if not segment.criteria:
        raise SegmentError("A segment asks at least one thing: a topic, an area, an account or a day.")
    if segment.topic is not None and segment.topic not in TOPICS:
        raise SegmentError(f"{segment.topic!r} is no topic; choose one of {', '.join(TOPICS)}.")


def about(number: int, least: int) -> int:
    """Return how many may be told of a group: in whole groups of `least`, 0 where there are fewer."""
    return number - number % least
