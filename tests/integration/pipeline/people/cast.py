"""Three invented people: each on two platforms, which nobody joins, and with an address to sign up by."""

from typing import NamedTuple

from domain.contact import ContactKey, Platform, Profile
from domain.signal import Signal, SignalKind

PLATFORMS = (Platform.TWITTER, Platform.FACEBOOK)
#: Nobody's id is part of another's, and none stands in a hash by chance.
PEOPLE = [
    ContactKey(platform, f"{number}08177300{place}942617")
    for number in (1, 2, 3)
    for place, platform in enumerate(PLATFORMS)
]
MAILS = [f"reader{number}@people.example" for number in (1, 2, 3)]


class Person(NamedTuple):
    """What is shown of somebody on one platform."""

    key: ContactKey

    @property
    def profile(self) -> Profile:
        """The name that the platform shows."""
        mark = f"{self.key.platform[0]}{self.key.platform_id[0]}"
        return Profile(f"invented_{mark}_handle", f"Invented {mark} Name")

    @property
    def said(self) -> str:
        """What they write, each in words of their own."""
        return f"What {self.key.platform[0]}{self.key.platform_id[0]} wrote"

    @property
    def values(self) -> list[str]:
        """Whatever tells of them, wherever it stands."""
        handle, name = self.profile
        return [self.key.platform_id, str(handle), str(name), self.said]

    def follows(self) -> Signal:
        """Follow us."""
        return Signal(self.key, SignalKind.FOLLOWS, profile=self.profile)

    def mentions(self, item: str, at: object) -> Signal:
        """Mention us, and show who it is."""
        return Signal(self.key, SignalKind.MENTIONED, item, at, profile=self.profile, text=self.said)  # type: ignore[arg-type]

    def stops(self, item: str, at: object) -> Signal:
        """Write that they want no more."""
        return Signal(self.key, SignalKind.MESSAGED, item, at, profile=self.profile, text="STOP")  # type: ignore[arg-type]


PERSONS = {each: Person(each) for each in PEOPLE}
