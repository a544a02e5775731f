"""An archive: what a platform let the owner of an account download, as far as it tells of people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from domain.contact import Platform
from domain.signal import SignalKind


class Proposal(NamedTuple):
    """A name in a list that holds no ids: a human may know whose it is, we never do."""

    name: str
    kind: SignalKind
    at: datetime | None


@dataclass(slots=True)
class Archive:
    """What an archive tells of people: the ids of followers, or names alone.

    `platform_id` is the account whose archive it is and `made_at` when it was made, where it says so;
    `unread` counts the rows that could not be read.
    """

    platform: Platform
    platform_id: str | None = None
    made_at: datetime | None = None
    followers: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    unread: int = 0
