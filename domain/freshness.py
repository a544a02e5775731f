"""Freshness: what is known of a roster between its walks, and what is wished of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

#: The events of an account that may reach us by push.
FOLLOWED, UNFOLLOWED = "followed", "unfollowed"


#: A look so long before a reading still tells what the platform counted when it began.
NEAR = timedelta(hours=12)


class Read(StrEnum):
    """What was read after a look, and so is in what we hold: nothing, the head of the list, or all of it."""

    NOTHING = "nothing"
    HEAD = "head"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Look:
    """A look at how many follow: the platform's count, and the follows that we held, once `read` was read."""

    at: datetime
    count: int
    known: int
    read: Read = Read.NOTHING

    @property
    def gap(self) -> int:
        """How many more the platform counts than we hold; suspended people stay in it for ever."""
        return self.count - self.known


class Wish(NamedTuple):
    """What is wished of a roster: how old a follow's confirmation may be, and dollars a calendar month."""

    max_age: timedelta | None = None
    budget_micro_usd: int | None = None


class Prices(NamedTuple):
    """What a look and one listed follower cost, in micro-dollars."""

    look: int
    item: int


@dataclass(frozen=True, slots=True)
class Roster:
    """What is known of a roster.

    `known` follows are held now. `looks` are the last month's, oldest first. `walked_at` is when the last
    whole walk began, `head_at` when newcomers were last read. `events` are those that reach us. `in_doubt`
    people are withheld. `spent_micro_usd` is what reading it has cost this calendar month. `told` is what the
    platform said of its size before the first look.
    """

    known: int
    looks: tuple[Look, ...] = ()
    walked_at: datetime | None = None
    head_at: datetime | None = None
    events: frozenset[str] = frozenset()
    in_doubt: int = 0
    spent_micro_usd: int = 0
    told: int = 0

    @property
    def size(self) -> int:
        """How many a whole walk lists at most."""
        return max(self.known, self.looks[-1].count if self.looks else self.told)


class Action(StrEnum):
    """What a plan does next."""

    WAIT = "wait"
    LOOK = "look"
    HEAD = "head"
    WALK = "walk"


class Promise(NamedTuple):
    """What can be promised: shares known within a day, how old a confirmation gets, micro-dollars a month.

    `worst_age` is None where no walk can be paid. `month_micro_usd` is from least to most.
    """

    joins: float
    leaves: float
    worst_age: timedelta | None
    month_micro_usd: tuple[int, int]
    sentence: str


class Plan(NamedTuple):
    """The next step: what and when, at most so many pages of such a size and micro-dollars, and why."""

    action: Action
    at: datetime
    reason: str
    pages: int = 0
    page_size: int = 0
    price_micro_usd: int = 0
