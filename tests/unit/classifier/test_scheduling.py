"""When a schedule is due: by its zone's clock, through its changes, and after a silence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from classifier import scheduling
from classifier.scheduling import GRACE, MOST_MADE_UP, begins_at, checked, due, is_late, next_moments
from domain.schedule import CatchUp, ScheduleError, Timing

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NIGHTLY = Timing("30 2 * * *", "Europe/Paris")
HOURLY = Timing("0 * * * *", "UTC")


def at(written: str) -> datetime:
    """Return a moment of UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        pytest.param(
            "30 2 * * *",
            "2027-03-27T12:00",
            ["2027-03-28T01:00", "2027-03-29T00:30"],
            id="a time that the clock skips comes as soon as it has jumped, at 03:00",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-10-24T12:00",
            ["2026-10-25T00:30", "2026-10-26T01:30"],
            id="a time that comes twice is taken the first time",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-10-25T01:10",
            ["2026-10-26T01:30", "2026-10-27T01:30"],
            id="asked in the second of these hours, it is over",
        ),
        pytest.param(
            "0,30 2 * * *",
            "2027-03-27T12:00",
            ["2027-03-28T01:00", "2027-03-29T00:00"],
            id="two times that the clock skips come as one",
        ),
        pytest.param(
            "0 * * * *",
            "2026-10-24T23:30",
            ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"],
            id="each hour is each hour that passes",
        ),
        pytest.param("0 3 L * *", "2026-11-27T09:00", ["2026-11-30T02:00"], id="the last day of a month"),
    ],
)
def test_by_the_clock_of_paris(cron: str, after: str, expected: list[str]) -> None:
    found = next_moments(Timing(cron, "Europe/Paris"), at(after), len(expected))
    assert found == [at(each) for each in expected]


@given(some.integers(0, 2 * 365 * 86_400), some.sampled_from([NIGHTLY, HOURLY]))
def test_moments_go_on_and_on_from_wherever_one_looks(seconds: int, timing: Timing) -> None:
    asked = at("2026-01-01T00:00") + timedelta(seconds=seconds)
    first, second = next_moments(timing, asked, 2)
    assert asked < first < second
    assert next_moments(timing, first, 1) == [second]


@pytest.mark.parametrize(
    ("timing", "says"),
    [
        pytest.param(Timing("@daily", "UTC"), "five fields", id="a nickname"),
        pytest.param(Timing("0 0 0 * * *", "UTC"), "five fields", id="seconds"),
        pytest.param(Timing("0 0 * * " + "1," * 60 + "1", "UTC"), "five fields", id="far too long"),
        pytest.param(Timing("61 0 * * *", "UTC"), "no minute", id="a minute that no hour has"),
        pytest.param(Timing("0 0 31 2 *", "UTC"), "no day-of-month", id="a day that no month has"),
        pytest.param(Timing("0 0 */30 * MON#2", "UTC"), "never comes", id="a day that never comes"),
        pytest.param(Timing("* * * * *", "UTC"), "quarter of an hour", id="each minute"),
        pytest.param(Timing("0 0 * * *", "Paris"), "time zone", id="no time zone"),
        pytest.param(Timing("0 0 * * *", "UTC", 3_601), "up to an hour", id="more than an hour late"),
        pytest.param(Timing("0 0 * * *", "UTC", -1), "up to an hour", id="too early"),
        pytest.param(Timing("*/15 * * * *", "UTC", 900), "must be shorter", id="as late as the next one"),
    ],
)
def test_what_cannot_be_scheduled_is_said(timing: Timing, says: str) -> None:
    with pytest.raises(ScheduleError, match=says):
        checked(timing, now=NOW)


def test_an_expression_is_kept_in_its_usual_form() -> None:
    assert checked(Timing("  30 2  * * mon ", "Europe/Paris", 60), now=NOW).cron == "30 2 * * mon"


def test_a_delay_is_the_same_for_all_who_ask_and_another_each_night() -> None:
    late = Timing("30 2 * * *", "Europe/Paris", 1_200)
    delays = {begins_at(1, late, each) - each for each in next_moments(late, NOW, 50)}
    assert all(timedelta(0) <= each <= timedelta(minutes=20) for each in delays)
    assert len(delays) > 30
    moment = next_moments(late, NOW, 1)[0]
    assert begins_at(1, late, moment) == begins_at(1, late, moment) != begins_at(2, late, moment)


def by(catch_up: CatchUp) -> Timing:
    """Return the hourly timing with a policy."""
    return Timing(HOURLY.cron, HOURLY.time_zone, 0, catch_up)


@pytest.mark.parametrize("catch_up", CatchUp)
def test_what_is_on_time_begins(catch_up: CatchUp) -> None:
    now = at("2026-11-27T09:00")
    assert due(1, by(catch_up), now, now=now + GRACE) == (now, (), now + timedelta(hours=1))


@pytest.mark.parametrize(
    ("catch_up", "begun", "missed", "following"),
    [
        (CatchUp.ONCE, "2026-11-27T12:00", 3, "2026-11-27T13:00"),
        (CatchUp.ALL, "2026-11-27T09:00", 0, "2026-11-27T10:00"),
        (CatchUp.SKIP, None, 4, "2026-11-27T13:00"),
    ],
)
def test_after_a_silence_of_four_moments(
    catch_up: CatchUp, begun: str | None, missed: int, following: str
) -> None:
    found = due(1, by(catch_up), at("2026-11-27T09:00"), now=at("2026-11-27T12:30"))
    assert found.moment == (at(begun) if begun else None)
    assert len(found.missed) == missed
    assert found.due_at == at(following)


def test_skipping_still_begins_the_one_that_is_on_time() -> None:
    found = due(1, by(CatchUp.SKIP), at("2026-11-27T09:00"), now=at("2026-11-27T12:05"))
    assert (found.moment, len(found.missed)) == (at("2026-11-27T12:00"), 3)


def test_after_a_long_silence_the_newest_are_made_up_for() -> None:
    now = at("2026-12-03T12:30")
    found = due(1, by(CatchUp.ALL), at("2026-11-27T12:00"), now=now)
    assert found.moment == now - timedelta(minutes=30, hours=MOST_MADE_UP - 1)
    assert len(found.missed) == 6 * 24 + 1 - MOST_MADE_UP
    assert len(due(1, by(CatchUp.ONCE), at("2026-11-27T12:00"), now=now).missed) == MOST_MADE_UP


def test_late_is_what_nothing_was_at_work_for() -> None:
    assert not is_late(1, HOURLY, NOW, now=NOW + GRACE)
    assert is_late(1, HOURLY, NOW, now=NOW + GRACE + timedelta(seconds=1))


def test_a_time_zone_that_is_gone_is_said() -> None:
    with pytest.raises(ScheduleError, match="no longer knows"):
        next_moments(Timing("0 0 * * *", "Europe/Nowhere"), NOW, 1)


def test_what_never_comes_again_is_said() -> None:
    with pytest.raises(ScheduleError, match="never comes"):
        due(1, Timing("0 0 */30 * MON#2", "UTC"), NOW, now=NOW)


@settings(deadline=None, max_examples=20)
@given(some.integers(0, 150), some.sampled_from(CatchUp))
def test_every_moment_is_begun_or_missed_once_whatever_the_silence(hours: int, catch_up: CatchUp) -> None:
    first, now = at("2026-11-27T09:00"), at("2026-11-27T09:00") + timedelta(hours=hours)
    told, due_at = [], first
    while scheduling.begins_at(1, by(catch_up), due_at) <= now:
        found = due(1, by(catch_up), due_at, now=now)
        told += [*found.missed, *([found.moment] if found.moment else [])]
        due_at = found.due_at
    every = [first + timedelta(hours=each) for each in range(hours + 1)]
    assert told == (every if catch_up is CatchUp.ALL else every[-MOST_MADE_UP - 1 :])
    assert due_at == every[-1] + timedelta(hours=1)
