"""Consumers: programs of a recipient that read the feed, each with a token of its own."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from domain.errors import RegularsError

#: Fields of every record, whatever a consumer may read.
ALWAYS = ("contact_key", "op", "seq")
LONGEST_NAME = 60
#: Days for which a token is good, and at most.
DAYS, MOST_DAYS = 365, 1_095
_NAME = re.compile("[a-z0-9][a-z0-9-]*")


class ConsumerError(RegularsError):
    """Raised where there is no such consumer, or none may be made so."""


class Consumer(NamedTuple):
    """A program that reads the feed; `fields` None for all of them.

    What it said that it has carried out: every step up to `acked_seq`, and removals up to `acked_removals`.
    """

    id: int
    name: str
    recipient_id: int
    fields: tuple[str, ...] | None
    created_at: datetime
    acked_seq: int = 0
    acked_removals: int = 0
    acked_at: datetime | None = None
    seen_at: datetime | None = None
    #: The segment that it is bound to, and what for: a message or campaign.
    segment_id: int | None = None
    why: str = ""
    #: The last removal that it acknowledged and that is forgotten since.
    forgotten_seq: int = 0

    @property
    def actor(self) -> str:
        """Who this is, for the journal."""
        return f"consumer:{self.name}"


def require_sound(name: str, fields: Collection[str] | None, offered: Collection[str], days: int) -> None:
    """Raise ConsumerError where a consumer cannot be made so."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise ConsumerError(
            f"A consumer's name has small letters, digits and hyphens, {LONGEST_NAME} at most, such as "
            "crm-paris."
        )
    unknown = sorted(set(fields or ()) - set(offered))
    if unknown:
        raise ConsumerError(f"A record has no field {', '.join(unknown)}; it has {', '.join(offered)}.")
    if not 1 <= days <= MOST_DAYS:
        raise ConsumerError(f"A token is good for 1 to {MOST_DAYS} days.")
