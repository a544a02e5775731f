"""Schedules: set, paused, changed; and what is told where nothing was begun."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.budget import AtEnd, Period
from domain.errors import RegularsError
from domain.schedule import CatchUp, ScheduleError, Timing
from pipeline import scheduling
from pipeline.begin import Wanted, begin_harvest
from pipeline.road import Duty
from store import accounts, budgets, profile_looks, runs, schedules
from store.budgets import Scope
from store.profile_looks import ProfileLook
from store.schedules import Wish
from store.tables import harvest_runs
from store.tables import schedules as table
from tests.cast import NOW
from tests.contents import rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS
from tests.travel import Travel

HOURLY = Timing("0 * * * *", "UTC")


def scheduled(
    travel: Travel, *streams: str, timing: Timing = HOURLY, budget_micro_usd: int | None = None
) -> int:
    with travel.database.write() as connection:
        wish = Wish(travel.account.id, streams, timing, budget_micro_usd)
        return scheduling.add_schedule(connection, travel.road, travel.account, wish, now=travel.clock())


def look(travel: Travel, **later: float) -> int:
    """Let time pass and look once; returns how many harvests were begun."""
    travel.clock.forward(**later)
    return scheduling.begin_scheduled(travel.road, now=travel.clock())


def last(travel: Travel) -> dict[str, Any]:
    return max(rows(travel.database, "schedule_moments"), key=lambda each: each["moment"])


def test_a_harvest_is_begun_at_each_moment_and_not_before(travel: Travel) -> None:
    schedule_id = scheduled(travel, FOLLOWERS)
    assert look(travel, minutes=59) == 0
    assert look(travel, minutes=1) == 1
    assert look(travel, minutes=1) == 0
    (run,) = rows(travel.database, "harvest_runs")
    assert (run["stream"], run["schedule_id"]) == (FOLLOWERS, schedule_id)
    assert (last(travel)["outcome"], last(travel)["run_id"]) == ("begun", run["id"])
    travel.finish(run["id"])
    assert look(travel, hours=1) == 1


def test_while_the_harvest_before_it_reads_a_moment_is_passed_over_and_says_so(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS)
    look(travel, hours=1)
    assert look(travel, hours=1) == 0
    assert last(travel)["outcome"] == "running"
    assert FOLLOWERS in last(travel)["why"]
    assert len(rows(travel.database, "harvest_runs")) == 1


def test_other_streams_of_the_account_are_no_hindrance(travel: Travel) -> None:
    scheduled(travel, MENTIONS)
    travel.begin(FOLLOWERS)
    assert look(travel, hours=1) == 1


def test_what_is_made_up_for_waits_its_turn(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS, timing=replace(HOURLY, catch_up=CatchUp.ALL))
    assert look(travel, hours=3, minutes=30) == 1
    assert look(travel, minutes=1) == 0
    assert len(rows(travel.database, "schedule_moments")) == 1
    for left in (1, 1, 0):
        travel.finish(*(each["id"] for each in rows(travel.database, "harvest_runs")))
        assert look(travel, minutes=1) == left
    assert {each["outcome"] for each in rows(travel.database, "schedule_moments")} == {"begun"}


def test_one_harvest_stands_for_all_that_were_missed(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS)
    assert look(travel, hours=3, minutes=30) == 1
    told = sorted(rows(travel.database, "schedule_moments"), key=lambda each: each["moment"])
    assert [each["outcome"] for each in told] == ["missed", "missed", "begun"]


def test_nothing_is_made_up_for_where_that_was_chosen(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS, timing=replace(HOURLY, catch_up=CatchUp.SKIP))
    assert look(travel, hours=3, minutes=30) == 0
    assert {each["outcome"] for each in rows(travel.database, "schedule_moments")} == {"missed"}
    assert look(travel, minutes=30) == 1


def test_a_paused_account_is_left_alone_and_its_reason_told(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS)
    with travel.database.write() as connection:
        accounts.pause(connection, travel.account.id, "Its token is dead.")
    assert look(travel, hours=1) == 0
    assert (last(travel)["outcome"], last(travel)["why"]) == ("paused", "Its token is dead.")
    with travel.database.write() as connection:
        accounts.resume(connection, travel.account.id)
    assert look(travel, hours=1) == 1


@pytest.mark.parametrize("of", ["the account", "everything"])
def test_where_a_budget_is_spent_nothing_is_begun(travel: Travel, of: str) -> None:
    scheduled(travel, FOLLOWERS)
    with travel.database.write() as connection:
        scope = Scope(travel.account.id if of == "the account" else None)
        budgets.put(connection, scope, 0, Period.MONTH, AtEnd.WAIT, now=NOW)
    assert look(travel, hours=1) == 0
    assert last(travel)["outcome"] == "budget"
    assert "$0.00 a month" in last(travel)["why"]


def test_a_schedule_spends_its_own_budget_once_a_month(travel: Travel) -> None:
    # A follower costs a cent here: three of them, and a cent more that is not enough for another harvest.
    scheduled(travel, FOLLOWERS, budget_micro_usd=30_000)
    assert look(travel, hours=1) == 1
    (run,) = rows(travel.database, "harvest_runs")
    assert travel.finish(run["id"]) == ["done"]
    travel.clock.at = NOW + timedelta(hours=1)
    assert look(travel, hours=1) == 0
    assert last(travel)["outcome"] == "budget"
    with travel.database.read() as connection:
        assert list(schedules.spent(connection, now=travel.clock()).values()) == [30_000]
    assert look(travel, days=31) == 1
    with travel.database.read() as connection:
        assert schedules.spent(connection, now=travel.clock()) == {}


def test_a_harvest_that_stopped_at_its_own_budget_is_for_somebody_to_decide(travel: Travel) -> None:
    with travel.database.write() as connection:
        wanted = Wanted((FOLLOWERS,), budget_micro_usd=10_000)
        begun = begin_harvest(connection, travel.account, travel.connector, wanted, now=NOW)
    assert travel.finish(*begun.values()) == ["stopped"]
    scheduled(travel, FOLLOWERS)
    assert look(travel, hours=1) == 0
    assert last(travel)["outcome"] == "budget"
    assert "resume it" in last(travel)["why"]
    with travel.database.write() as connection:
        runs.cancel(connection, begun[FOLLOWERS], now=travel.clock())
    assert look(travel, hours=1) == 1


def test_a_real_platform_is_read_by_itself_only_after_somebody_has_looked(travel: Travel) -> None:
    duty = Duty("party", True, "https://party.example/notice")
    travel.road = replace(travel.road, duty_of=lambda _account: duty)
    scheduled(travel, FOLLOWERS)
    assert look(travel, hours=1) == 0
    assert last(travel)["outcome"] == "refused"
    with travel.database.write() as connection:
        seen = ProfileLook(travel.clock(), "https://party.example/notice", True)
        profile_looks.put(connection, travel.account.id, seen)
    travel.road = replace(travel.road, duty_of=lambda _account: duty._replace(controller=None))
    assert look(travel, hours=1) == 0
    assert "REGULARS_CONTROLLER" in last(travel)["why"]
    travel.road = replace(travel.road, duty_of=lambda _account: duty)
    assert look(travel, hours=1) == 1


def test_a_paused_schedule_misses_nothing(travel: Travel) -> None:
    schedule_id = scheduled(travel, FOLLOWERS)
    with travel.database.write() as connection:
        scheduling.pause_schedule(connection, schedule_id, now=travel.clock())
    assert look(travel, hours=5, minutes=30) == 0
    with travel.database.read() as connection:
        assert scheduling.next_of_all(schedules.listed(connection), 5, now=travel.clock()) == []
    with travel.database.write() as connection:
        scheduling.resume_schedule(connection, schedule_id, now=travel.clock())
    assert look(travel) == 0
    assert look(travel, minutes=30) == 1
    assert [each["outcome"] for each in rows(travel.database, "schedule_moments")] == ["begun"]


def test_a_schedule_that_is_changed_does_the_other_thing(travel: Travel) -> None:
    schedule_id = scheduled(travel, FOLLOWERS)
    wish = Wish(travel.account.id, (MENTIONS,), Timing("30 12 * * *", "UTC"), None)
    with travel.database.write() as connection:
        scheduling.change_schedule(connection, travel.road, schedule_id, wish, now=travel.clock())
    assert look(travel, minutes=30) == 1
    assert [each["stream"] for each in rows(travel.database, "harvest_runs")] == [MENTIONS]


def test_somebody_who_changes_a_schedule_is_not_overtaken_by_who_has_read_it_before(travel: Travel) -> None:
    schedule_id = scheduled(travel, FOLLOWERS)
    travel.clock.forward(hours=1)
    with travel.database.read() as connection:
        (found,) = schedules.due(connection, now=travel.clock())
    with travel.database.write() as connection:
        scheduling.pause_schedule(connection, schedule_id, now=travel.clock())
        assert not schedules.claim(connection, found, found.due_at + timedelta(hours=1), found.begins_at)
        scheduling.resume_schedule(connection, schedule_id, now=travel.clock())
        assert not schedules.claim(connection, found, found.due_at + timedelta(hours=1), found.begins_at)


def test_a_harvest_that_begins_late_is_still_the_next_one(travel: Travel) -> None:
    late = replace(HOURLY, jitter_s=1_800)
    schedule_id = scheduled(travel, FOLLOWERS, timing=late)
    travel.clock.forward(hours=1)
    with travel.database.read() as connection:
        found = schedules.get(connection, schedule_id)
    assert found.due_at == travel.clock() < found.begins_at <= travel.clock() + timedelta(minutes=30)
    assert scheduling.next_of(found, 2, now=travel.clock()) == [
        found.due_at,
        found.due_at + timedelta(hours=1),
    ]


def test_what_cannot_be_scheduled_leaves_no_row(travel: Travel) -> None:
    for streams, timing in (((), replace(HOURLY, cron="often")), (("subscribers",), HOURLY)):
        with pytest.raises(RegularsError):
            scheduled(travel, *streams, timing=timing)
    assert rows(travel.database, "schedules") == []
    for act in (schedules.get, schedules.remove):
        with pytest.raises(ScheduleError), travel.database.write() as connection:
            act(connection, 7)


def test_with_its_account_a_schedule_goes(travel: Travel) -> None:
    scheduled(travel, LIKERS)
    look(travel, hours=1)
    with travel.database.write() as connection:
        accounts.remove(connection, travel.account.id)
    assert rows(travel.database, "schedules") == rows(travel.database, "schedule_moments") == []


def test_a_schedule_that_can_no_longer_be_read_holds_no_other_up(travel: Travel) -> None:
    broken = scheduled(travel, FOLLOWERS)
    scheduled(travel, MENTIONS)
    with travel.database.write() as connection:
        connection.execute(update(table).where(table.c.id == broken).values(time_zone="Europe/Nowhere"))
    assert look(travel, hours=1) == 1
    with travel.database.read() as connection:
        listed = schedules.listed(connection)
        ahead = scheduling.next_of_all(listed, 5, now=travel.clock())
        assert broken not in {each.schedule.id for each in ahead}
        assert schedules.get(connection, broken).begins_at == travel.clock() + scheduling.UNREADABLE


def test_old_moments_are_forgotten(travel: Travel) -> None:
    scheduled(travel, FOLLOWERS)
    look(travel, hours=1)
    with travel.database.write() as connection:
        connection.execute(update(harvest_runs).values(state="done"))
    look(travel, days=100)
    kept = rows(travel.database, "schedule_moments")
    assert min(each["moment"] for each in kept) > travel.clock() - schedules.KEEP_MOMENTS
