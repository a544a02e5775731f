"""A deletion: what a platform says became of somebody, after which we may not hold them as before."""

from enum import StrEnum


class Fate(StrEnum):
    """What X says of a person whose id we uploaded (x-api.md §4, events of batch compliance)."""

    DELETED = "deleted"
    DEACTIVATED = "deactivated"
    SUSPENDED = "suspended"
    PROTECTED = "protected"
    SCRUB_GEO = "scrub_geo"


#: After these nothing of the person stays.
GONE = frozenset({Fate.DELETED, Fate.DEACTIVATED, Fate.SUSPENDED})


class Progress(StrEnum):
    """How far a platform has come with a check of ids."""

    AWAITS_IDS = "awaits ids"
    UNDER_WAY = "under way"
    READY = "ready"
    #: Failed, expired or no longer known: another one is begun.
    LOST = "lost"
