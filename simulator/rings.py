"""How much of each act there is: shares of the audience, what a day adds, and the depth a platform shows."""

from dataclasses import dataclass

#: Own posts at day 0; every later day adds one.
FIRST_POSTS = 12
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Ring:
    """One kind of act: the first `count(day, people)` places of a seeded order of the people do it.

    `share` and `daily` are parts of the platform's people for day 0 and for each later day. The caps keep
    everything that ever happens within what the platform lists, so that whatever truth names can be seen.
    """

    name: str
    code: int
    platform: str
    share: float
    daily: float
    on_posts: bool
    first_cap: int = 1 << 24
    daily_cap: int = 1 << 24
    total_cap: int = 1 << 26
    #: Whether some people do it again and again: those in the first places, in the last third of the slots.
    talks: bool = False
    #: The ring whose order of people it takes: whoever does the one much does the other.
    like: str = ""

    def count(self, day: int, people: int) -> int:
        """Return how many acts of this kind `day` brings (day 0: all that came before)."""
        first = min(people, int(self.share * people) + 1, self.first_cap)
        if day == 0 or people == 0:
            return first if people else 0
        each = min(people, int(self.daily * people) + 1, self.daily_cap)
        return max(0, min(each, self.total_cap - first - (day - 1) * each))


@dataclass(frozen=True, slots=True)
class Cycle:
    """A state that comes and goes: held for `held` of every `period` days, shifted for each person."""

    period: int
    held: int

    def on(self, day: int, bits: int) -> tuple[int, int | None]:
        """Return since when the last holding runs, and the day it ended (None: it holds on `day`)."""
        past = (day + bits) % self.period
        since = day - past
        return since, None if past < self.held else since + self.held


#: With 55 % of the people in it and 20 % who always follow: 60 % follow, 2 % of them leave a day.
FOLLOWING = Cycle(45, 33)
OPT_IN = Cycle(40, 32)
FRIENDSHIP = Cycle(60, 54)

#: x-api.md §1.1: 800 newest mentions. 440 replies + 240 mentions + at most 100 quotes that mention us + own
#: replies stay below it for ever: whoever replies later than that finds the ring dried up.
REPLIES = Ring("replies", 2, "twitter", 0.10, 0.004, True, 300, 12, 440, talks=True)
MENTIONS = Ring("mentions", 3, "twitter", 0.06, 0.003, False, 150, 8, 240, talks=True, like="replies")
#: More than 100 may like a post; only the first 100 are ever listed (x-api.md §1.1) and stand in truth.
LIKES = Ring("likes", 1, "twitter", 0.35, 0.02, True, FIRST_POSTS * 130, 220)
QUOTES = Ring("quotes", 4, "twitter", 0.02, 0.001, True)
REPOSTS = Ring("reposts", 5, "twitter", 0.05, 0.003, True)

COMMENTS = Ring("comments", 6, "facebook", 0.25, 0.01, True, talks=True)
REACTS = Ring("reacts", 7, "facebook", 0.35, 0.02, True)
TAGGED = Ring("tagged", 8, "facebook", 0.03, 0.002, False)
RATES = Ring("rates", 9, "facebook", 0.03, 0.001, False)
MESSAGES = Ring("messages", 10, "facebook", 0.05, 0.004, False)
BLOCKED = Ring("blocked", 11, "facebook", 0.003, 0.0005, False)
FRIENDS = Ring("friend", 12, "facebook", 0.004, 0.0, False, daily_cap=0)
OPTED_IN = Ring("opted_in", 13, "facebook", 0.04, 0.0, False, daily_cap=0, like="comments")
STAFF = Ring("staff", 14, "facebook", 0.05, 0.0, False, first_cap=3, daily_cap=0)

RINGS = {
    each.name: each
    for each in (
        LIKES, REPLIES, MENTIONS, QUOTES, REPOSTS,
        COMMENTS, REACTS, TAGGED, RATES, MESSAGES, BLOCKED, FRIENDS, OPTED_IN, STAFF,
    )
}  # fmt: skip
BY_CODE = {each.code: each for each in RINGS.values()}

#: All kinds of act but the follow, which has no listing of acts, and the role.
LISTED = tuple(each for each in RINGS.values() if each is not STAFF)
