"""Rosters kept fresh: looks, head reads and walks begin when the plan says so, and once."""

from datetime import timedelta
from typing import Any

import pytest

from domain.account import Ownership
from domain.contact import ContactKey
from domain.errors import OperatorNeededError, RegularsError
from domain.freshness import Action, Wish
from domain.stream import COUNT
from pipeline.begin import Wanted, begin_harvest
from pipeline.freshen import AFTER_FAILURE, LATER, begin_due, outlook
from store import accounts, freshness
from store.database import Database
from tests.cast import follows
from tests.contents import inside, rows
from tests.pushed import follow, push
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel

PEOPLE = tuple(ContactKey("twitter", str(7000 + each)) for each in range(100))
NEWCOMERS = tuple(ContactKey("twitter", str(8000 + each)) for each in range(30))


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let a hundred people follow; nothing is known yet."""
    connector = ScriptedConnector({(FOLLOWERS, ""): [follows(each) for each in PEOPLE]}, suspended=2)
    return Travel(database, connector)


def wish(travel: Travel, **values: Any) -> None:
    with travel.database.write() as connection:
        freshness.wish(connection, travel.account.id, Wish(**values), now=travel.clock())


def begin(travel: Travel) -> list[dict[str, Any]]:
    """Let a dispatcher look once; returns the runs that it began."""
    before = {each["id"] for each in rows(travel.database, "harvest_runs")}
    begin_due(travel.road, now=travel.clock())
    return [each for each in rows(travel.database, "harvest_runs") if each["id"] not in before]


def carry_out(travel: Travel, steps: int = 10) -> list[tuple[str, int | None]]:
    """Begin and carry out what is due until nothing is; returns streams and the pages of head reads."""
    done = []
    for _ in range(steps):
        begun = begin(travel)
        if not begun:
            return done
        heads = {each["run_id"]: each["head_pages"] for each in rows(travel.database, "walks")}
        done += [(each["stream"], heads.get(each["id"])) for each in begun]
        travel.finish(*(each["id"] for each in begun))
    raise AssertionError("Something is always due.")


def next_at(travel: Travel) -> timedelta:
    (row,) = rows(travel.database, "freshness")
    return timedelta(seconds=(row["next_at"] - travel.clock()).total_seconds())


def spent(travel: Travel) -> int:
    with travel.database.read() as connection:
        seen = outlook(connection, travel.road, travel.account, Wish(), now=travel.clock())
    return seen.roster.spent_micro_usd


def head(travel: Travel, pages: int, page_size: int) -> dict[str, Any]:
    """Read the head of the list; returns the run."""
    with travel.database.write() as connection:
        wanted = Wanted((FOLLOWERS,), page_size, head_pages=pages)
        begun = begin_harvest(connection, travel.account, travel.connector, wanted, now=travel.clock())
    travel.finish(begun[FOLLOWERS])
    return travel.run(begun[FOLLOWERS])


def test_an_account_nobody_wished_anything_of_is_left_alone(travel: Travel) -> None:
    assert begin(travel) == []


def test_a_wish_begins_with_a_look_and_a_whole_walk_then_waits(travel: Travel) -> None:
    wish(travel)
    assert carry_out(travel) == [(COUNT, None), (FOLLOWERS, None)]
    assert len(inside(travel.database)) == 100
    (look,) = rows(travel.database, "looks")
    assert (look["followers_count"], look["known"], look["read"]) == (102, 100, "walk")
    assert next_at(travel) == timedelta(hours=1)
    travel.clock.forward(hours=1)
    assert carry_out(travel) == []


def test_an_unmoved_count_costs_one_look_a_day(travel: Travel) -> None:
    wish(travel)
    carry_out(travel)
    for _ in range(4 * 2):
        travel.clock.forward(hours=6)
        assert carry_out(travel) == [(COUNT, None)]
    # Begun at noon: two looks on the first day, four on the second, three until the noon of the third.
    costs = [
        each["cost_micro_usd"] for each in sorted(rows(travel.database, "looks"), key=lambda row: row["at"])
    ]
    assert costs == [10_000, 0, 10_000, 0, 0, 0, 10_000, 0, 0]
    spent = [
        each["spend_micro_usd"] for each in rows(travel.database, "harvest_runs") if each["stream"] == COUNT
    ]
    assert spent == [10_000] * 9


def test_newcomers_are_read_from_the_head_and_nobody_is_taken_to_have_left(travel: Travel) -> None:
    wish(travel)
    carry_out(travel)
    travel.clock.forward(hours=13)
    del travel.followers[50:]
    travel.followers[:0] = [follows(each) for each in NEWCOMERS[:5]]
    travel.followers.extend(follows(each) for each in PEOPLE[55:])  # five came, five left
    assert carry_out(travel) == [(COUNT, None)]
    travel.followers.insert(0, follows(NEWCOMERS[5]))
    travel.clock.forward(hours=6)
    travel.connector.requests.clear()
    ((look, _), (stream, pages)) = carry_out(travel)
    assert (look, stream) == (COUNT, FOLLOWERS)
    assert pages is not None
    # The first page shows six newcomers and some known people, the second known people only.
    assert [each.cursor for each in travel.connector.requests] == [None, None, "10"]
    assert len(inside(travel.database)) == 106
    newest = max(rows(travel.database, "looks"), key=lambda row: row["at"])
    assert (newest["followers_count"], newest["known"], newest["read"]) == (103, 106, "head")


def test_a_head_read_ends_after_its_pages_and_keeps_nothing_of_a_walk(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers[:0] = [follows(each) for each in NEWCOMERS]
    del travel.followers[120:]
    run = head(travel, 2, 10)
    assert (run["state"], run["pages"], run["left"], run["error"]) == ("done", 2, 0, None)
    assert len(inside(travel.database)) == 120
    assert rows(travel.database, "roster_pages") == []
    assert {(each["state"], each["whole"], each["members"]) for each in rows(travel.database, "walks")} == {
        ("done", True, 100),
        ("head", False, 20),
    }
    (checkpoint,) = rows(travel.database, "checkpoints")
    assert (checkpoint["cursor"], checkpoint["pages"]) == (None, 0)


def test_a_head_read_of_the_whole_list_is_a_whole_walk(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.clock.forward(hours=1)
    travel.followers[:] = [follows(each) for each in (*NEWCOMERS[:2], *PEOPLE[1:])]
    run = head(travel, 3, 1_000)
    assert (run["pages"], run["left"]) == (1, 1)
    assert PEOPLE[0].platform_id not in inside(travel.database)


def test_a_walk_follows_a_head_read_from_the_begin_of_the_list(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers[:0] = [follows(each) for each in NEWCOMERS]
    head(travel, 1, 10)
    travel.followers.pop()
    travel.clock.forward(hours=1)
    assert travel.run(travel.harvest(FOLLOWERS)[FOLLOWERS])["left"] == 1
    assert len(inside(travel.database)) == 129


def test_two_dispatchers_begin_one(travel: Travel) -> None:
    wish(travel)
    with travel.database.read() as connection:
        (seen,) = freshness.due(connection, now=travel.clock())
    assert len(begin(travel)) == 1
    with travel.database.write() as connection:
        assert not freshness.claim(connection, seen, travel.clock() + LATER)
    assert begin(travel) == []


def test_while_a_run_reads_nothing_begins(travel: Travel) -> None:
    travel.begin(FOLLOWERS)
    wish(travel)
    assert begin(travel) == []
    assert next_at(travel) == LATER


def test_a_run_that_failed_is_not_begun_again_at_once(travel: Travel) -> None:
    travel.connector.upsets = [OperatorNeededError("The token is dead.", code="token_dead")]
    wish(travel)
    assert [each["stream"] for each in begin(travel)] == [COUNT]
    (run,) = rows(travel.database, "harvest_runs")
    assert travel.finish(run["id"]) == ["failed"]
    travel.clock.forward(minutes=10)
    assert begin(travel) == []
    assert next_at(travel) == AFTER_FAILURE - timedelta(minutes=10)
    travel.clock.forward(hours=6)
    assert [each["stream"] for each in begin(travel)] == [COUNT]


def test_a_budget_is_counted_over_looks_and_walks_of_the_month(travel: Travel) -> None:
    # A look and a walk of 102 are $1.03; a second walk is not paid, the looks that it leaves are.
    wish(travel, max_age=timedelta(hours=7), budget_micro_usd=1_100_000)
    assert carry_out(travel) == [(COUNT, None), (FOLLOWERS, None)]
    travel.clock.forward(hours=24)
    assert carry_out(travel) == [(COUNT, None)]
    with travel.database.read() as connection:
        seen = outlook(
            connection, travel.road, travel.account, Wish(timedelta(hours=7), 1_100_000), now=travel.clock()
        )
    assert seen.roster.spent_micro_usd == 1_020_000
    assert seen.promise.worst_age is None
    wish(travel, max_age=timedelta(hours=7))
    assert carry_out(travel) == [(FOLLOWERS, None)]


def test_a_list_that_is_longer_than_was_counted_stops_at_the_budget(travel: Travel) -> None:
    travel.connector.suspended = -40  # the platform counts sixty of the hundred whom it lists
    wish(travel, budget_micro_usd=700_000)
    assert carry_out(travel) == [(COUNT, None), (FOLLOWERS, None)]
    assert [each["state"] for each in rows(travel.database, "harvest_runs")] == ["done", "stopped"]
    assert sum(each["settled_micro_usd"] for each in rows(travel.database, "spends")) == 700_000
    travel.clock.forward(days=20)
    assert carry_out(travel) == []


def test_events_count_in_the_months_budget(travel: Travel) -> None:
    wish(travel)
    carry_out(travel)
    before = spent(travel)
    push(travel, follow(NEWCOMERS[0], travel.clock()), follow(PEOPLE[0], travel.clock(), ends=True))
    assert spent(travel) == before + 20_000


def test_the_brake_makes_a_second_walk_due(travel: Travel) -> None:
    wish(travel)
    carry_out(travel)
    del travel.followers[:20]
    travel.clock.forward(hours=1)
    travel.harvest(FOLLOWERS)
    travel.clock.forward(minutes=59)
    assert carry_out(travel) == []
    travel.clock.forward(minutes=1)
    assert carry_out(travel) == [(FOLLOWERS, None)]
    assert rows(travel.database, "withheld") == []
    assert len(inside(travel.database)) == 80


def test_events_that_reach_us_are_known_to_the_plan(travel: Travel) -> None:
    wish(travel)
    with travel.database.write() as connection:
        freshness.connect_events(connection, travel.account.id, "unfollowed", since=travel.clock())
    with travel.database.read() as connection:
        seen = outlook(connection, travel.road, travel.account, Wish(), now=travel.clock())
    assert (seen.roster.events, seen.promise.leaves) == (frozenset({"unfollowed"}), 1)
    with travel.database.write() as connection:
        freshness.disconnect_events(connection, travel.account.id, "unfollowed")
        assert freshness.events_of(connection, travel.account.id) == {}


def test_a_platform_without_a_count_is_refused_with_a_sentence(travel: Travel) -> None:
    travel.connector.streams = {FOLLOWERS: travel.connector.streams[FOLLOWERS]}
    with (
        travel.database.read() as connection,
        pytest.raises(RegularsError, match="tells no count"),
    ):
        outlook(connection, travel.road, travel.account, Wish(), now=travel.clock())
    wish(travel)
    assert begin(travel) == []
    assert next_at(travel) == AFTER_FAILURE


def test_old_looks_go_and_a_wish_goes_with_its_account(travel: Travel) -> None:
    wish(travel)
    carry_out(travel)
    travel.clock.forward(days=41)
    run_id = travel.begin(COUNT)[COUNT]
    travel.finish(run_id)
    assert len(rows(travel.database, "looks")) == 1
    with travel.database.write() as connection:
        assert freshness.forget(connection, travel.account.id)
        assert not freshness.forget(connection, travel.account.id)


def test_the_promise_before_the_first_look_knows_what_the_account_said_of_itself(travel: Travel) -> None:
    with travel.database.write() as connection:
        accounts.proven(connection, travel.account.id, Ownership("5000", followers=102))
        seen = outlook(connection, travel.road, travel.account, Wish(), now=travel.clock())
    assert seen.roster.size == 102


def test_a_plan_alone_asks_and_changes_nothing(travel: Travel) -> None:
    with travel.database.read() as connection:
        seen = outlook(connection, travel.road, travel.account, Wish(), now=travel.clock())
    assert (seen.plan.action, seen.plan.price_micro_usd) == (Action.LOOK, 10_000)
    assert travel.connector.requests == []
