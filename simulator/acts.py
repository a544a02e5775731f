"""One act of one person, its number, and where in simulated time it lies."""

from dataclasses import dataclass

from simulator.rings import BY_CODE, DAY_S, FIRST_POSTS, Ring

#: Slots from here on are acts of the team's own account or staff, outside every ring.
EXTRA_SLOT = 1 << 25
#: All that comes before day 0 lies within this many days.
SPAN_S = FIRST_POSTS * DAY_S

_FLOOR = 1_800_000_000_000_000_000
_SLOT_BITS = 26
_CODE_BITS = 4
_BEFORE_S = 4 * SPAN_S


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who, when (`second` of simulated time, 0 = end of day 0), on which own post.

    `serial` is a positive number of 19 digits that no other act or post has and that grows with time; on X it
    is the post's id. `answers` is the serial of the comment a Facebook reply stands under.
    """

    kind: str
    person: int
    serial: int
    day: int
    second: int
    slot: int
    post: int | None = None
    answers: int | None = None
    ended_day: int | None = None


def serial_of(code: int, second: int, slot: int) -> int:
    """Make the number of an act; it grows with `second` (seconds of simulated time, 0 = end of day 0)."""
    return _FLOOR + (((second + _BEFORE_S) << _CODE_BITS | code) << _SLOT_BITS | slot)


def read_serial(serial: int) -> tuple[Ring | None, int, int]:
    """Take a number apart into ring (None for a post or an invented number), second and slot."""
    rest = serial - _FLOOR
    slot = rest & (1 << _SLOT_BITS) - 1
    code = rest >> _SLOT_BITS & (1 << _CODE_BITS) - 1
    return BY_CODE.get(code), (rest >> _SLOT_BITS + _CODE_BITS) - _BEFORE_S, slot


def day_of(second: int) -> int:
    """Return the day a second of simulated time belongs to: 0 for all before day 1."""
    return max(0, (second - 1) // DAY_S + 1)


def since_day(second: int) -> int:
    """Return the day on which a second lies, counted on below 0 for what came before."""
    return (second - 1) // DAY_S + 1


# Own posts: numbers 0..11 before day 0, number 11 + day on each later day.


def posts_until(day: int) -> range:
    """Return the numbers of the own posts that exist on `day`."""
    return range(FIRST_POSTS + day)


def born_on(post: int) -> int:
    """Return the day an own post appeared (0 for all that were there at the start)."""
    return max(0, post - FIRST_POSTS + 1)


def post_second(post: int) -> int:
    """Return when an own post was written; nothing on it is older."""
    return (post - FIRST_POSTS) * DAY_S + 1


def post_serial(post: int) -> int:
    """Return the number of an own post."""
    return serial_of(0, post_second(post), post)


def post_of_serial(serial: int, day: int) -> int | None:
    """Return which own post a number names on `day`, or None where it names none."""
    post = (serial - _FLOOR) & (1 << _SLOT_BITS) - 1
    return post if post in posts_until(day) and post_serial(post) == serial else None
