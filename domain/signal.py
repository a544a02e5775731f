"""A signal: one act of a contact towards one of our accounts."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.contact import ContactKey, Profile


class SignalKind(StrEnum):
    """The kinds of act; every policy pack has a rule for each of them."""

    FOLLOWS = "follows"
    FRIEND = "friend"
    OPTED_IN = "opted_in"
    SIGNED_UP = "signed_up"
    LIKED = "liked"
    REACTED = "reacted"
    COMMENTED = "commented"
    REPLIED = "replied"
    MENTIONED = "mentioned"
    SHARED = "shared"
    QUOTED = "quoted"
    RATED = "rated"
    MESSAGED = "messaged"
    OBJECTED = "objected"
    BLOCKED = "blocked"


#: Kinds that no pack may raise above occasional: a mere interaction is no lasting step (CNIL, 2016-11-08).
INTERACTIONS = frozenset(
    {
        SignalKind.LIKED,
        SignalKind.REACTED,
        SignalKind.COMMENTED,
        SignalKind.REPLIED,
        SignalKind.MENTIONED,
        SignalKind.SHARED,
        SignalKind.QUOTED,
        SignalKind.RATED,
        SignalKind.MESSAGED,
    }
)


class Signal(NamedTuple):
    """One act, as a connector yields it and as the store keeps it.

    `item` is the platform's id of the thing acted on or of the act itself ("" for a follow): the same
    contact, account, kind and item is the same signal however often it is read. A platform that shows
    no time leaves `started_at` None. `ended_at` may lie ahead (an opt-in that runs out).
    `profile` and `text` are what the answer carried beside the act; keeping decides whether they stay.
    `under` is the platform's id of what a text was written under, such as an own post.
    `hidden` says that the contact shows itself to few: the profile tells who it is, and is never stored.
    """

    contact: ContactKey
    kind: SignalKind
    item: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    profile: Profile | None = None
    text: str | None = None
    under: str | None = None
    hidden: bool = False

    def holds(self, now: datetime) -> bool:
        """Tell whether the act stands at `now`."""
        return self.ended_at is None or now < self.ended_at
