"""Who a person is, from a seed and an index: ids of every scope, handle, name, what the platform hides."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.mixing import Disguise, Flags, Many, key_of, mix, mix_many
from simulator.names import NAMES, WORDS

#: The index of the team's own account or Page, which is nobody of the audience.
OWN = -1


@dataclass(frozen=True, slots=True)
class Person:
    """One person; ids of different scopes are different numbers for the same person."""

    index: int
    platform: str
    x_id: str
    handle: str
    name: str
    page_scoped_id: str
    app_scoped_id: str
    protected: bool
    suspended: bool
    author_hidden: bool


class People:
    """The first `size // 2` indices live on X, the rest on Facebook; nobody lives on both."""

    def __init__(self, seed: int, size: int) -> None:
        self.seed, self.size = seed, size
        self.x_size = size // 2
        self.facebook_size = size - self.x_size
        #: What every third person is called where a test wants to find a name again, or only one of them.
        self.canary: str | None = None
        self.canary_index: int | None = None
        self._traits = key_of(seed, "traits")
        # X ids: 16 to 19 digits. Page-scoped and app-scoped ids: 16 and 17 digits, other numbers.
        self.x_ids = Disguise.seeded(62, 10**15, key_of(seed, "x id"))
        self.page_scoped = Disguise.seeded(52, 2 * 10**15, key_of(seed, "psid"))
        self.app_scoped = Disguise.seeded(54, 10**16, key_of(seed, "asid"))

    def range_of(self, platform: str) -> range:
        """Return the indices that live on `platform` ("twitter" or "facebook")."""
        return range(self.x_size) if platform == "twitter" else range(self.x_size, self.size)

    def traits(self, index: int) -> int:
        """Return the 64 bits all of a person's lasting traits are cut from."""
        return mix(self._traits, index)

    def traits_many(self, indices: Many) -> Many:
        """Return the traits of each of `indices`."""
        return mix_many(self._traits, indices)

    def suspended(self, index: int) -> bool:
        """Tell whether a person is suspended, and so never appears anywhere."""
        return index != OWN and (self.traits(index) >> 16) % 100 == 0

    @staticmethod
    def suspended_many(traits: Many) -> Flags:
        """Tell the same of many, from their traits."""
        flags: Flags = (traits >> np.uint64(16)) % np.uint64(100) == 0
        return flags

    def person(self, index: int) -> Person:
        """Return the person behind an index of the audience."""
        traits = self.traits(index)
        return Person(
            index=index,
            platform="twitter" if index < self.x_size else "facebook",
            x_id=str(self.x_ids.number(index)),
            handle=f"{WORDS[traits >> 52 & 63]}_{index:x}",
            name=self.canary if self.canary and self._sings(index) else NAMES[traits >> 40 & 4095],
            page_scoped_id=str(self.page_scoped.number(index)),
            app_scoped_id=str(self.app_scoped.number(index)),
            protected=(traits >> 24) % 20 == 0,
            suspended=(traits >> 16) % 100 == 0,
            # facebook-graph-api.md §9: `from` is missing for a share of authors.
            author_hidden=(traits >> 32) % 20 == 0,
        )

    def _sings(self, index: int) -> bool:
        return index % 3 == 0 if self.canary_index is None else index == self.canary_index

    def by_x_id(self, x_id: str) -> Person | None:
        """Return the person of X with this id, or None where the id is nobody's."""
        index = self.x_ids.index(int(x_id))
        found = self.person(index) if index < self.x_size else None
        return found if found and found.x_id == x_id else None

    def by_handle(self, handle: str) -> Person | None:
        """Return the person of X with this handle, or None; case does not matter."""
        try:
            index = int(handle.rpartition("_")[2], 16)
        except ValueError:
            return None
        if index >= self.x_size:
            return None
        person = self.person(index)
        return person if person.handle.lower() == handle.lower() else None

    def by_page_scoped_id(self, page_scoped_id: str) -> Person | None:
        """Return the person of Facebook with this page-scoped id, or None."""
        found = self._of_facebook(self.page_scoped.index(int(page_scoped_id)))
        return found if found and found.page_scoped_id == page_scoped_id else None

    def by_app_scoped_id(self, app_scoped_id: str) -> Person | None:
        """Return the person of Facebook with this app-scoped id, or None."""
        found = self._of_facebook(self.app_scoped.index(int(app_scoped_id)))
        return found if found and found.app_scoped_id == app_scoped_id else None

    def _of_facebook(self, index: int) -> Person | None:
        return self.person(index) if self.x_size <= index < self.size else None

    @cached_property
    def x_account(self) -> Person:
        """The team's own account on X."""
        return self._own("twitter", "team_example")

    @cached_property
    def page(self) -> Person:
        """The team's own Page; its `page_scoped_id` is the Page's id."""
        return self._own("facebook", "team_example")

    @cached_property
    def neighbour_id(self) -> str:
        """The id of the other account of X whose followers are served: nobody's token owns it."""
        return str(6 * 10**14 + key_of(self.seed, "neighbour") % 10**14)

    @cached_property
    def app_id(self) -> str:
        """The id of the developer app, the scope of app-scoped ids."""
        return str(10**14 + key_of(self.seed, "app") % 10**14)

    def _own(self, platform: str, handle: str) -> Person:
        x_id = str(7 * 10**14 + key_of(self.seed, "own x") % 10**14)
        page_id = str(10**14 + key_of(self.seed, "own page") % 10**14)
        return Person(OWN, platform, x_id, handle, "The Team", page_id, page_id, *(False,) * 3)
