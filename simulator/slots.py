"""Where a slot of a ring lies: on which own post, when, and under which comment."""

from simulator.acts import SPAN_S, born_on, post_second
from simulator.rings import DAY_S, FIRST_POSTS

#: Comments on one post come in blocks of sixteen: ten of their own, then six that answer one of them.
_BLOCK, _OWN_WORDS = 16, 10

#: How often those act in addition who act again and again.
_AGAIN = 8


def place_of_slot(slot: int, count: int) -> int:
    """Return the place, in the order of people, of whoever acts in a slot of a ring in which some talk."""
    once = count - count // 3
    return slot if slot < once else (slot - once) // _AGAIN


def slots_of_place(place: int, count: int) -> list[int]:
    """Return the slots in which somebody in a place acts."""
    once = count - count // 3
    again = range(min(count, once + _AGAIN * place), min(count, once + _AGAIN * (place + 1)))
    return [*range(place, min(place + 1, once)), *again]


def post_of_slot(day: int, slot: int) -> int:
    """Return the own post a slot falls on: at the start any, later the newest or the one before."""
    return slot % FIRST_POSTS if day == 0 else FIRST_POSTS - 1 + day - slot % 2


def rank_of_slot(day: int, slot: int) -> int:
    """Return which of the day's acts on its post a slot is; 0 is the oldest."""
    return slot // (FIRST_POSTS if day == 0 else 2)


def parts_of_post(post: int, today: int, counts: tuple[int, int, int]) -> list[tuple[int, range]]:
    """Return the (day, slots) that fall on one own post, oldest first.

    `counts` are the ring's acts on day 0, on the day the post appeared, and on the day after that.
    """
    born = born_on(post)
    parts = []
    if born == 0:
        parts.append((0, range(post, counts[0], FIRST_POSTS)))
    elif born <= today:
        parts.append((born, range(0, counts[1], 2)))
    newest_at_start = post == FIRST_POSTS - 1
    if born + 1 <= today and (born > 0 or newest_at_start):
        parts.append((born + 1, range(1, counts[2], 2)))
    return parts


def second_of(day: int, slot: int, count: int, post: int | None) -> int:
    """Return when a slot happens, in seconds of simulated time; never before the post it falls on."""
    if day > 0:
        return (day - 1) * DAY_S + 2 + (DAY_S - 3) * (slot + 1) // (count + 1)
    if post is None:
        return SPAN_S * (slot + 1) // (count + 1) - SPAN_S
    on_post = len(range(post, count, FIRST_POSTS))
    start = post_second(post)
    return start + (-start) * (slot // FIRST_POSTS + 1) // (on_post + 1)


def answered_slot(day: int, slot: int) -> tuple[int, int] | None:
    """Return (day, slot) of the comment that a comment's slot answers, or None where it stands alone."""
    rank = rank_of_slot(day, slot)
    post = post_of_slot(day, slot)
    if day > 0 and slot % 2 and rank % 5 == 4:
        # A late answer: it stands under a comment that was there yesterday.
        return (0, post) if day == 1 else (day - 1, 0)
    block, place = divmod(rank, _BLOCK)
    if place < _OWN_WORDS or (day > 0 and slot % 2):
        return None
    answered = block * _BLOCK + (0 if block % 3 == 0 else place - _OWN_WORDS)
    return day, slot + (answered - rank) * (FIRST_POSTS if day == 0 else 2)


def answering_slots(day: int, slot: int, count: int, next_count: int) -> list[tuple[int, int]]:
    """Return (day, slot) of all that answer the comment in `slot`, oldest first.

    `count` and `next_count` are how many comments its day and the day after bring (0: still to come).
    """
    if answered_slot(day, slot) is not None:
        return []
    step = FIRST_POSTS if day == 0 else 2
    first = slot - rank_of_slot(day, slot) % _BLOCK * step + _OWN_WORDS * step
    near = [(day, each) for each in range(first, min(count, first + 6 * step), step)]
    late = [(day + 1, each) for each in range(9, next_count, 10)] if _may_be_late(day, slot) else []
    return [each for each in near + late if answered_slot(*each) == (day, slot)]


def _may_be_late(day: int, slot: int) -> bool:
    return slot == (FIRST_POSTS - 1 if day == 0 else 0)
