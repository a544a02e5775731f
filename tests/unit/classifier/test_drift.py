"""Drift: what the looks at a count tell of who came and who left unseen."""

import pytest

from classifier.drift import Drift
from domain.freshness import Look, Read
from tests.rosters import HEAD, NOTHING, WALK, at, quiet, roster


def test_nothing_is_told_by_nothing() -> None:
    drift = Drift(roster([], walked=None))
    assert (drift.gap, drift.since_head, drift.lasting, drift.left_lately) == (0, 0, 0, 0)
    assert (drift.baseline, drift.joins_a_day, drift.leaves_a_day) == (None, 0, None)
    assert not drift.burst_is_over(3, 10)


def test_a_look_counts_more_than_we_hold() -> None:
    assert Look(at(0), 1_010, 1_000).gap == 10


@pytest.mark.parametrize(
    ("walked", "found"),
    [
        pytest.param(0.5, 0, id="the look just before the walk"),
        pytest.param(30, 24, id="the last before it, not the first after it"),
        pytest.param(60, 48, id="half a day before is near enough"),
        pytest.param(61, 72, id="else the first after it"),
        pytest.param(99, None, id="none is near, and none is after it"),
    ],
)
def test_the_look_of_a_walk(walked: float, found: float | None) -> None:
    told = [(hours, 100, 100, NOTHING) for hours in (0, 24, 48, 72)]
    baseline = Drift(roster(told, walked=walked)).baseline
    assert (baseline and baseline.at) == (None if found is None else at(found))


def test_newcomers_move_the_gap_up_and_leavers_down() -> None:
    told = [(0.0, 1_010, 1_000, WALK), (6.0, 1_025, 1_000, NOTHING)]
    assert Drift(roster(told)).since_head == 15
    assert Drift(roster([*told[:1], (6.0, 1_002, 1_000, NOTHING)])).since_head == -8


def test_what_lasts_was_there_at_the_look_before() -> None:
    told = [(0.0, 1_010, 1_000, WALK), (6.0, 990, 1_000, NOTHING)]
    assert Drift(roster(told)).lasting == 0
    assert Drift(roster([*told, (12.0, 985, 1_000, NOTHING)])).lasting == 20
    assert Drift(roster([*told, (12.0, 1_012, 1_000, NOTHING)])).lasting == 0
    assert Drift(roster([*told, (12.0, 985, 1_000, NOTHING)], walked=12)).lasting == 0


def test_the_pace_is_told_by_heads_alone() -> None:
    assert Drift(roster(quiet(4, came=50, left=50))).joins_a_day == 50
    assert Drift(roster(quiet(2, left=50))).leaves_a_day is None
    assert Drift(roster(quiet(4, came=10, left=50))).leaves_a_day == 50
    walked = [(hours, count, known, WALK) for hours, count, known, _ in quiet(4, came=50, left=50)]
    assert Drift(roster(walked)).joins_a_day == 0
    assert Drift(roster(walked)).leaves_a_day is None


def burst(hours_ago: float, *, by_day: int = 600) -> list[tuple[float, int, int, Read]]:
    """Ten quiet days of twenty leavers, then a burst that began so many hours ago; looks every six hours."""
    told = quiet(10, left=20)
    last_count, known = told[-1][1:3]
    begins = 240 + 24 - hours_ago
    for hours in (246, 252, 258, 264):
        gone = round(by_day / 24 * max(0, hours - begins))
        told.append((float(hours), last_count - gone, known, HEAD))
    return told


@pytest.mark.parametrize(
    ("told", "over"),
    [
        pytest.param(quiet(10, left=20), False, id="a day like any other"),
        pytest.param(burst(12), False, id="half a day of a burst: more may come"),
        pytest.param(burst(24), True, id="a day of a burst: the first are about to be told too late"),
        pytest.param([*burst(18)[:-1], (264.0, 9_490, 10_000, HEAD)], True, id="it has ebbed"),
        pytest.param(burst(24, by_day=50), False, id="twice the usual"),
    ],
)
def test_when_a_burst_is_over(told: list[tuple[float, int, int, Read]], *, over: bool) -> None:
    assert Drift(roster(told)).burst_is_over(3, 10) is over


def test_newcomers_are_no_burst_of_leavers() -> None:
    told = quiet(10, came=20, left=20)
    count, known = told[-1][1:3]
    told += [(246.0, count + 500, known, NOTHING), (252.0, count + 1_000, known + 1_000, HEAD)]
    assert Drift(roster(told)).left_lately < 25
