"""The audience: who does what on which day, a pure function of (seed, index, day) that needs no memory.

The first half of the indices (`size // 2`) lives on X, the rest on Facebook. Every kind of act is a ring: the
first places of a seeded order of the platform's people; so "who did the k-th" and "did this person" both cost
one multiplication, and any page of any listing is computed alone. Day 0 is the start; each later day adds
acts, lets about 2 % of the follows end and about as many begin, and takes some reactions back.
"""

from collections.abc import Iterator
from functools import cached_property

from simulator.acts import (
    EXTRA_SLOT,
    Act,
    born_on,
    day_of,
    post_of_serial,
    post_second,
    posts_until,
    read_serial,
    serial_of,
    since_day,
)
from simulator.follows import follows_since
from simulator.listings import Listing
from simulator.mixing import Shuffle, key_of, mix
from simulator.people import OWN, People
from simulator.rings import (
    COMMENTS,
    DAY_S,
    FRIENDS,
    FRIENDSHIP,
    LIKES,
    LISTED,
    OPT_IN,
    OPTED_IN,
    REACTS,
    STAFF,
    Cycle,
    Ring,
)
from simulator.slots import (
    answered_slot,
    answering_slots,
    parts_of_post,
    place_of_slot,
    post_of_slot,
    rank_of_slot,
    second_of,
    slots_of_place,
)

#: x-api.md §1.1: 100 likers per post, for all time.
LIKERS_SHOWN = 100

_STATES: dict[str, Cycle] = {FRIENDS.name: FRIENDSHIP, OPTED_IN.name: OPT_IN}
_OWN_CHANCE = {"likes": 3, "replies": 6, "comments": 3, "reacts": 4}


class Audience(People):
    """All that can be asked about the people on one day."""

    def __init__(self, seed: int, size: int, day: int = 0) -> None:
        super().__init__(seed, size)
        self.day = day
        self._orders: dict[tuple[int, int], Shuffle] = {}

    def on(self, day: int) -> "Audience":
        """Return the same audience on another day."""
        same = Audience(self.seed, self.size, day)
        same.canary, same.canary_index = self.canary, self.canary_index
        return same

    @cached_property
    def posts(self) -> range:
        """The numbers of the own posts, oldest first; both platforms have as many."""
        return posts_until(self.day)

    def post_of(self, serial: int) -> int | None:
        """Return which own post a number names today, or None."""
        return post_of_serial(serial, self.day)

    def count(self, ring: Ring, day: int) -> int:
        """Return how many acts of a ring one day brings (day 0: all before); 0 for days to come."""
        return ring.count(day, len(self.range_of(ring.platform))) if day <= self.day else 0

    def order(self, ring: Ring, day: int) -> Shuffle:
        """Return the order of the people from which a ring takes the first places on `day`."""
        found = self._orders.get((ring.code, day))
        if found is None:
            found = Shuffle.seeded(
                len(self.range_of(ring.platform)), key_of(self.seed, ring.like or ring.name, day)
            )
            self._orders[ring.code, day] = found
        return found

    def act(self, ring: Ring, day: int, slot: int) -> Act:
        """Return the act in `slot` of what `day` brought, whether or not it is shown."""
        place = place_of_slot(slot, self.count(ring, day)) if ring.talks else slot
        person = self.range_of(ring.platform)[self.order(ring, day).at(place)]
        if ring.name in _STATES:
            return self._state(ring, person, slot)
        post = post_of_slot(day, slot) if ring.on_posts else None
        second = second_of(day, slot, self.count(ring, day), post)
        serial = serial_of(ring.code, second, slot)
        kind, answers = ring.name, None
        answered = answered_slot(day, slot) if ring is COMMENTS else None
        if answered is not None:
            kind, answers = "comment_replies", self._serial_at(ring, *answered)
        ended = self._taken_back(day, slot) if ring is REACTS else None
        return Act(kind, person, serial, since_day(second), second, slot, post, answers, ended)

    def slots_of(self, ring: Ring, day: int, place: int) -> list[int]:
        """Return the slots of a day in which whoever stands in a place of the ring's order acts."""
        count = self.count(ring, day)
        if ring.talks:
            return slots_of_place(place, count)
        return [place] if place < count else []

    def _state(self, ring: Ring, person: int, slot: int) -> Act:
        bits = mix(key_of(self.seed, ring.name, "turns"), person)
        since, ended = _STATES[ring.name].on(self.day, bits)
        second = since * DAY_S - (bits >> 32) % DAY_S
        return Act(
            ring.name, person, serial_of(ring.code, second, slot), since, second, slot, ended_day=ended
        )

    def _serial_at(self, ring: Ring, day: int, slot: int) -> int:
        second = second_of(day, slot, self.count(ring, day), post_of_slot(day, slot))
        return serial_of(ring.code, second, slot)

    def _taken_back(self, day: int, slot: int) -> int | None:
        # facebook-graph-api.md §9: un-react. One reaction in twelve goes within ten days.
        bits = mix(key_of(self.seed, "taken back", day), slot)
        return day + 1 + bits // 12 % 10 if bits % 12 == 0 else None

    def act_of(self, serial: int) -> Act | None:
        """Return the act a number names, if it has happened by today and is shown."""
        ring, second, slot = read_serial(serial)
        if ring is None or ring.name in _STATES:
            return None
        if slot >= EXTRA_SLOT:
            extras = (each for post in self.posts for each in self.extras(ring, post))
            return next((each for each in extras if each.serial == serial), None)
        day = day_of(second)
        if slot >= self.count(ring, day):
            return None
        found = self.act(ring, day, slot)
        return found if found.serial == serial and self.shows(found) else None

    def shows(self, act: Act) -> bool:
        """Tell whether the platform lists an act today.

        Nobody suspended, nothing taken back, no answer to what is gone, no like beyond the first hundred. An
        opt-in that ended stays in its list, with `ended_day` set; it holds no longer.
        """
        if self.suspended(act.person):
            return False
        if act.kind == LIKES.name:
            return act.person == OWN or self._liked_as(act) < LIKERS_SHOWN
        if act.answers is not None and self.act_of(act.answers) is None:
            return False
        return act.kind == OPTED_IN.name or act.ended_day is None or act.ended_day > self.day

    def _liked_as(self, act: Act) -> int:
        """Return how many liked the same post before; those suspended count too."""
        post, day = act.post or 0, day_of(act.second)
        before = sum(1 for _ in self.extras(LIKES, post))
        parts = self._parts(LIKES, post)
        return before + sum(len(slots) for each, slots in parts if each < day) + rank_of_slot(day, act.slot)

    def _parts(self, ring: Ring, post: int) -> list[tuple[int, range]]:
        born = born_on(post)
        counts = (self.count(ring, 0), self.count(ring, born), self.count(ring, born + 1))
        return parts_of_post(post, self.day, counts)

    def on_post(self, ring: Ring, post: int) -> Listing:
        """Return all acts of a ring on one own post, newest first."""
        find = lambda day, slot: self.act(ring, day, slot)  # noqa: E731 - one expression, used once
        return Listing(find, self.shows, self._parts(ring, post), tuple(self.extras(ring, post)))

    def whole(self, ring: Ring) -> Listing:
        """Return all acts of a ring up to today, newest first; rings on posts only day by day, not sorted."""
        find = lambda day, slot: self.act(ring, day, slot)  # noqa: E731 - one expression, used once
        parts = [(day, range(self.count(ring, day))) for day in range(self.day + 1)]
        extras = [each for post in self.posts for each in self.extras(ring, post)]
        return Listing(find, self.shows, parts, extras)

    def answers_to(self, act: Act) -> list[Act]:
        """Return the replies under a comment of Facebook, oldest first."""
        if act.slot >= EXTRA_SLOT:
            return []
        day = day_of(act.second)
        slots = answering_slots(day, act.slot, self.count(COMMENTS, day), self.count(COMMENTS, day + 1))
        found = (self.act(COMMENTS, *each) for each in slots)
        return [each for each in found if self.shows(each)]

    def extras(self, ring: Ring, post: int) -> Iterator[Act]:
        """Yield what the team's own account and staff do on an own post: no contact may come of it."""
        second = post_second(post)
        chance = _OWN_CHANCE.get(ring.name)
        doers = [(OWN, EXTRA_SLOT + post)] if chance and post % chance == 0 else []
        staff = self.staff if ring is COMMENTS else []
        if post < len(staff):
            doers.append((staff[post], EXTRA_SLOT + (1 << 20) + post))
        for person, slot in doers:
            serial = serial_of(ring.code, second, slot)
            yield Act(ring.name, person, serial, since_day(second), second, slot, post)

    def follows_since(self, index: int) -> int | None:
        """Return the day a person of X began to follow (below 0: before the start), None where not today."""
        return follows_since(self, index, self.day)

    @cached_property
    def staff(self) -> list[int]:
        """The few people of Facebook who have a role on the Page."""
        found = [self.act(STAFF, 0, slot).person for slot in range(self.count(STAFF, 0))]
        return [each for each in found if not self.suspended(each)]

    def acts_of(self, index: int) -> list[Act]:
        """Return the listed acts of one person that are shown today; follows and staff roles stand apart."""
        people = self.range_of("twitter" if index < self.x_size else "facebook")
        found = []
        for ring in LISTED:
            if index not in self.range_of(ring.platform):
                continue
            for day in range(self.day + 1):
                place = self.order(ring, day).where(index - people.start)
                found += [self.act(ring, day, slot) for slot in self.slots_of(ring, day, place)]
        return [each for each in found if self.shows(each)]
