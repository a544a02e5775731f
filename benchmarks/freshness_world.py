"""A month of followers who come and go, what the planner does with them, and the bound of an oracle.

Times are hours since the begin of a calendar month of thirty days. Everything was read whole at its begin.
Money is in dollars. Nobody's walk is cheaper for being on the same day as another.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.freshness import plan
from domain.freshness import FOLLOWED, UNFOLLOWED, Action, Look, Prices, Read, Roster, Wish
from pipeline.brake import holds

DAYS, DAY_H = 30, 24.0
END_H = DAYS * DAY_H
START = datetime(2026, 11, 1, tzinfo=UTC)
#: x-api.md §2 (2026-08-13): a User read, and an event.
LOOK_MICRO, EVENT_MICRO = 10_000, 10_000
#: x-api.md §1.1: 300 pages of 1,000 in 15 minutes.
PAGE, PAGES_AN_HOUR = 1_000, 1_200
#: A burst is a day of ten times the usual: two of unfollows and one of follows in the month.
BURST = 10.0
#: So many of those who come leave again, after three days on average; the others leave from the old.
FICKLE, FICKLE_H = 0.2, 72.0
#: Suspended people stay in the count and are never listed (x-api.md §1.4).
SUSPENDED = 0.01

Hours = NDArray[np.float64]


class ItemPrice(NamedTuple):
    """A price of one listed follower, by name."""

    name: str
    item: int


OWNED, STANDARD = ItemPrice("owned", 1_000), ItemPrice("standard", 10_000)


class Events(NamedTuple):
    """Which events reach us, by name."""

    name: str
    kinds: frozenset[str]


NOBODY = Events("none", frozenset())
LEAVES = Events("unfollows only", frozenset({UNFOLLOWED}))
BOTH = Events("both", frozenset({FOLLOWED, UNFOLLOWED}))


class Case(NamedTuple):
    """A roster: its size, the share that comes and goes a day, which events reach us, how many are lost."""

    size: int
    rate: float
    events: Events = NOBODY
    prices: ItemPrice = OWNED
    lost: float = 0.0
    bursts: bool = False


class Outcome(NamedTuple):
    """Dollars spent, dollars if every look were charged, and the shares known within a day."""

    usd: float
    usd_at_most: float
    joins: float
    leaves: float
    both: float


def naive_usd(case: Case) -> float:
    """Return what a whole walk each day costs; it knows everything within a day."""
    return DAYS * case.size * case.prices.item / 1e6


@dataclass
class People:
    """Who comes when and leaves when (never: infinity), and when the old ones leave."""

    joined: Hours
    fickle: Hours
    old: Hours

    @classmethod
    def seeded(cls, case: Case, seed: int) -> "People":
        """Draw the month of a case."""
        chance = np.random.default_rng([seed, case.size, round(case.rate * 1e5), case.bursts])
        weights = np.ones((2, DAYS))
        if case.bursts:
            days = chance.choice(np.arange(2, DAYS - 2), 3, replace=False)
            weights[0, days[0]] = BURST
            weights[1, days[1:]] = BURST
        a_day = case.size * case.rate / 2
        joined = _times(chance, a_day * weights[0])
        leaving = chance.random(len(joined)) < FICKLE
        fickle = np.where(leaving, joined + chance.exponential(FICKLE_H, len(joined)), np.inf)
        return cls(joined, fickle, _times(chance, a_day * (weights[1] - FICKLE)))

    def stayed(self) -> NDArray[np.bool_]:
        """Tell who came, the last day aside, and stayed for a day at least."""
        return (self.joined <= END_H - DAY_H) & (self.fickle - self.joined >= DAY_H)

    def gone_again(self) -> NDArray[np.bool_]:
        """Tell which of them left again, the last day aside."""
        return (self.fickle <= END_H - DAY_H) & (self.fickle - self.joined >= DAY_H)

    def count(self, hour: float) -> int:
        """Count who came minus who left until an hour."""
        came = int(np.searchsorted(self.joined, hour, "right"))
        gone = int(np.searchsorted(self.old, hour, "right")) + int(np.count_nonzero(self.fickle <= hour))
        return came - gone


def _times(chance: np.random.Generator, a_day: Hours) -> Hours:
    counts = chance.poisson(a_day)
    days = np.repeat(np.arange(DAYS), counts)
    return np.sort((days + chance.random(len(days))) * DAY_H)


@dataclass
class Knowledge:
    """When we came to know each of them (never: infinity)."""

    people: People
    case: Case
    seed: int
    joined: Hours = field(init=False)
    fickle: Hours = field(init=False)
    old: Hours = field(init=False)
    events: int = 0

    def __post_init__(self) -> None:
        chance = np.random.default_rng([self.seed, 7])
        followed, unfollowed = (each in self.case.events.kinds for each in (FOLLOWED, UNFOLLOWED))
        self.joined = self._arrived(chance, self.people.joined, there=followed)
        self.old = self._arrived(chance, self.people.old, there=unfollowed)
        self.fickle = self._arrived(chance, self.people.fickle, there=unfollowed)

    def _arrived(self, chance: np.random.Generator, happened: Hours, *, there: bool) -> Hours:
        """Tell when each event arrives; those that do are paid."""
        if not there:
            return np.full(len(happened), np.inf)
        arrives = (chance.random(len(happened)) >= self.case.lost) & (happened < END_H)
        self.events += int(np.count_nonzero(arrives))
        return np.where(arrives, happened, np.inf)

    def held(self, hour: float) -> int:
        """Count whom we hold beyond those of the begin."""
        present = (self.joined <= hour) & ~((self.fickle <= hour) & (self.fickle > self.joined))
        return int(np.count_nonzero(present)) - int(np.count_nonzero(self.old <= hour))

    def event_usd(self, hour: float) -> float:
        """Return what the events cost until an hour."""
        return self.events * EVENT_MICRO / 1e6 * min(1.0, hour / END_H)

    def read_head(self, hour: float, pages: int, size: int) -> int:
        """Read pages from the newest on until one shows nobody new; returns how many items were listed."""
        people = self.people
        there = np.flatnonzero((people.joined <= hour) & (people.fickle > hour))[::-1]
        listed = 0
        for page in range(pages):
            shown = there[page * size : (page + 1) * size]
            listed += size  # behind the newcomers of the month stand the old
            new = shown[self.joined[shown] > hour]
            if not len(new):
                break
            self.joined[new] = hour
        return listed

    def walk(self, hour: float, ends: float) -> int:
        """Read all who are there at an hour, known when the walk ends; returns how many were missing."""
        people = self.people
        there = (people.joined <= hour) & (people.fickle > hour) & (self.joined > hour)
        self.joined[there] = ends
        old = (people.old <= hour) & (self.old > hour)
        self.old[old] = ends
        fickle = (people.fickle <= hour) & (self.fickle > hour) & (self.joined <= hour)
        self.fickle[fickle] = ends
        return int(np.count_nonzero(old) + np.count_nonzero(fickle))

    def outcome(self, usd: float, usd_at_most: float) -> Outcome:
        """Measure what was known within a day; who was gone within the day is nobody to be known."""
        people = self.people
        stayed = people.stayed()
        joins = self.joined[stayed] <= people.joined[stayed] + DAY_H
        gone = people.gone_again()
        old = people.old <= END_H - DAY_H
        left = np.concatenate([people.old[old], people.fickle[gone]])
        known = np.concatenate([self.old[old], self.fickle[gone]])
        leaves = known <= left + DAY_H
        both = np.concatenate([joins, leaves])
        return Outcome(
            usd, usd_at_most, *(float(each.mean()) if len(each) else 1.0 for each in (joins, leaves, both))
        )


def run_planner(case: Case, budget_usd: float | None, seed: int) -> Outcome:
    """Let the planner work through a month."""
    people = People.seeded(case, seed)
    known = Knowledge(people, case, seed)
    suspended = round(case.size * SUSPENDED)
    prices = Prices(LOOK_MICRO, case.prices.item)
    wish = Wish(None, None if budget_usd is None else round(budget_usd * 1e6))
    looks = [Look(START, case.size + suspended, case.size, Read.WALK)]
    walked = head = hour = 0.0
    spent = looked = 0
    paid_days: set[int] = set()
    in_doubt = 0
    while hour < END_H:
        now = START + timedelta(hours=hour)
        held = case.size + known.held(hour)
        roster = Roster(
            held,
            tuple(looks),
            START + timedelta(hours=walked),
            START + timedelta(hours=head),
            case.events.kinds,
            in_doubt,
            spent + round(known.event_usd(hour) * 1e6),
        )
        step = plan(roster, wish, prices, now=now)
        if step.action is Action.WAIT:
            hour = max(hour + 0.01, (step.at - START) / timedelta(hours=1))
        elif step.action is Action.LOOK:
            looks.append(Look(now, case.size + people.count(hour) + suspended, held))
            looked += 1
            spent += LOOK_MICRO
            paid_days.add(int(hour // DAY_H))
        elif step.action is Action.HEAD:
            spent += case.prices.item * known.read_head(hour, step.pages, step.page_size)
            head = hour
            looks[-1] = replace(looks[-1], known=case.size + known.held(hour), read=Read.HEAD)
        else:
            size = case.size + people.count(hour)
            ends = hour + size / PAGE / PAGES_AN_HOUR
            missing = known.walk(hour, ends)
            in_doubt = missing if holds(missing, held) and not in_doubt else 0
            spent += case.prices.item * size
            walked = head = hour
            hour = ends
            looks[-1] = replace(looks[-1], known=case.size + known.held(hour), read=Read.WALK)
    events = known.event_usd(END_H)
    at_most = spent / 1e6 + events
    return known.outcome(at_most - (looked - len(paid_days)) * LOOK_MICRO / 1e6, at_most)


def run_oracle(case: Case, budget_usd: float, seed: int) -> Outcome:
    """Return the most that anybody could know for the money, who knew who will come and go.

    Nobody can pay less than this: a newcomer known costs one listed item or one event; who left costs one
    event where these reach us; where not, they are missing in a whole walk within a day after, so a number of
    walks knows no more than the fullest windows of a day of that number hold. Newcomers in a walk are free.
    """
    people = People.seeded(case, seed)
    stayed = people.joined[people.stayed()]
    left = np.concatenate([people.old[people.old <= END_H - DAY_H], people.fickle[people.gone_again()]])
    a_join = min(case.prices.item, EVENT_MICRO) / 1e6
    both = len(stayed) + len(left)
    if UNFOLLOWED in case.events.kinds:
        joins = min(len(stayed), budget_usd / a_join)
        leaves = min(len(left), max(0.0, budget_usd - joins * a_join) / (EVENT_MICRO / 1e6))
        usd = joins * a_join + leaves * EVENT_MICRO / 1e6
        return _bound(usd, joins, leaves, len(stayed), len(left), both)
    a_walk = case.size * case.prices.item / 1e6
    best = Outcome(0.0, 0.0, 0.0, 0.0, -1.0)
    fullest = _fullest(left), _fullest(stayed)
    for walks in range(min(DAYS, int(budget_usd / a_walk + 1e-9)) + 1):
        leaves = float(fullest[0][walks])
        paid = min(len(stayed) - float(fullest[1][walks]), (budget_usd - walks * a_walk) / a_join)
        joins = float(fullest[1][walks]) + paid
        found = _bound(walks * a_walk + paid * a_join, joins, leaves, len(stayed), len(left), both)
        best = max(best, found, key=lambda each: each.both)
    return best


def _bound(usd: float, joins: float, leaves: float, came: int, gone: int, both: int) -> Outcome:
    return Outcome(usd, usd, joins / max(1, came), leaves / max(1, gone), (joins + leaves) / max(1, both))


def _fullest(happened: Hours) -> Hours:
    """Return how many happened in the fullest 0, 1, 2 … windows of a day that do not overlap."""
    an_hour = np.histogram(happened, bins=int(END_H), range=(0.0, END_H))[0]
    until = np.concatenate([[0.0], np.cumsum(an_hour)])
    day = int(DAY_H) + 1  # no window of a day, whenever it begins, holds more than these hours
    found = np.zeros((len(until), DAYS + 1))
    for hour in range(1, len(until)):
        found[hour] = found[hour - 1]
        before = max(0, hour - day)
        found[hour, 1:] = np.maximum(found[hour, 1:], found[before, :-1] + until[hour] - until[before])
    fullest: Hours = found[-1]
    return fullest
