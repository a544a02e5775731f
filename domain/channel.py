"""A way to write to a contact, whether it is open, and what hinders."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Channel(StrEnum):
    """A way to write to a contact."""

    X_MESSAGE = "x_message"
    MESSENGER = "messenger"
    EMAIL = "email"
    SMS = "sms"


class Hindrance(StrEnum):
    """Why a contact may not be written to on a channel."""

    NOT_ADMITTED = "not_admitted"
    OTHER_PLATFORM = "other_platform"
    NOT_ALLOWED = "not_allowed"
    TOLD_IN_PUBLIC_ONLY = "told_in_public_only"
    NEVER_WROTE = "never_wrote"
    SAID_STOP = "said_stop"
    WINDOW_CLOSED = "window_closed"
    NO_CONSENT = "no_consent"


class ChannelAnswer(NamedTuple):
    """Whether a contact may be written to on a channel now; `hindrance` None where it may."""

    channel: Channel
    hindrance: Hindrance | None
    at: datetime | None
    source: str
    checked_on: date

    @property
    def addressable(self) -> bool:
        """Whether nothing hinders."""
        return self.hindrance is None
