"""Who follows on X on a day: a fifth of the people always, half of them by turns, a quarter never."""

import numpy as np

from simulator.mixing import Flags, Many
from simulator.people import People
from simulator.rings import FOLLOWING

_ALWAYS, _SOMETIMES = 20, 75


def follows_since(people: People, index: int, day: int) -> int | None:
    """Return the day a person of X began to follow (below 0: before the start), or None: not today.

    Suspended people follow on paper but appear nowhere: None.
    """
    traits = people.traits(index)
    role = traits % 100
    if role >= _SOMETIMES or people.suspended(index):
        return None
    if role < _ALWAYS:
        return -((traits >> 8) % 1000)
    since, ended = FOLLOWING.on(day, traits >> 8)
    return since if ended is None else None


def follow_many(people: People, indices: Many, day: int) -> Flags:
    """Tell of each of `indices` whether it follows on `day`."""
    traits = people.traits_many(indices)
    role = traits % np.uint64(100)
    turn = ((traits >> np.uint64(8)) + np.uint64(day)) % np.uint64(FOLLOWING.period)
    by_turns = (role < _SOMETIMES) & (turn < FOLLOWING.held)
    following: Flags = ((role < _ALWAYS) | by_turns) & ~people.suspended_many(traits)
    return following
