"""Who a contact is: its platform, its key, and the profile it shows."""

from enum import StrEnum
from typing import NamedTuple, Self


class Platform(StrEnum):
    """A platform under the name that stands in data; X keeps its old name there."""

    TWITTER = "twitter"
    FACEBOOK = "facebook"


class ContactKey(NamedTuple):
    """One person or organisation as one platform shows them.

    Written `twitter:<user id>`, `facebook:<page id>:<page-scoped id>` or
    `facebook:app-<app id>:<app-scoped id>`: `platform_id` is all after the first colon, so ids of
    different scopes are different contacts and are never merged.
    """

    platform: str
    platform_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.platform_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a written key; raises ValueError with a sentence when it is none."""
        platform, _, platform_id = text.strip().partition(":")
        if not platform or not platform_id:
            raise ValueError(
                "A contact's key looks like twitter:<user id> or facebook:<page id>:<page-scoped id>."
            )
        return cls(platform, platform_id)


class Profile(NamedTuple):
    """What a platform shows of a contact; each field is None where it shows nothing."""

    handle: str | None
    display_name: str | None
