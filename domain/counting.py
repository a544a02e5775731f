"""Counting that stops: nobody waits for the last of a million to learn that there are many."""

#: Where counts for people's eyes stop.
MOST_COUNTED = 10_000


class AtLeast(int):
    """A count that was stopped: there are as many or more."""


def counted(found: int) -> int:
    """Return a count that went one further than `MOST_COUNTED` at most, as what it says."""
    return AtLeast(MOST_COUNTED) if found > MOST_COUNTED else found
