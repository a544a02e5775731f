"""Money: reserved before, settled after, freed or uncertain; budgets that shrink, stop and wait."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.account import Account
from domain.budget import AtEnd, Period
from domain.contact import ContactKey
from domain.errors import OperatorNeededError, RegularsError
from pipeline.begin import Wanted, begin_harvest, resume_run
from pipeline.outcome import LostClaimError
from pipeline.poison import MAX_DEATHS
from store import budgets, runs, spends
from store.budgets import Scope
from store.database import Database
from store.runs import LEASE
from store.tables import harvest_runs
from tests.cast import NOW, added, follows, likes, mentions
from tests.contents import inside, rows
from tests.fragile import Crash, CrashError, Fragile
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, STREAMS
from tests.till import METERED, PRICE, Till, lost, refused
from tests.travel import Travel

PEOPLE = [ContactKey("twitter", f"71{each:03}") for each in range(45)]


@pytest.fixture
def till(database: Database) -> Travel:
    """Let 45 people follow and 12 mention us, each for a cent."""
    listings = {
        (FOLLOWERS, ""): [follows(each) for each in PEOPLE],
        (MENTIONS, ""): [mentions(each, f"80{place:02}") for place, each in enumerate(PEOPLE[:12])][::-1],
    }
    return Travel(database, Till(listings, streams=METERED))


def bill(travel: Travel) -> int:
    assert isinstance(travel.connector, Till)
    return travel.connector.bill


def cap(
    travel: Travel,
    items: float,
    period: Period = Period.ONCE,
    at_end: AtEnd = AtEnd.STOP,
    scope: Scope | None = None,
) -> int:
    """Set a budget of so many items; of the installation unless a scope is given."""
    with travel.database.write() as connection:
        amount = int(items * PRICE)
        return budgets.put(connection, scope or Scope(), amount, period, at_end, now=travel.clock())


def begin(travel: Travel, *streams: str, items: float | None = None, join: bool = False) -> dict[str, int]:
    with travel.database.write() as connection:
        budget = None if items is None else int(items * PRICE)
        wanted = Wanted(streams, join=join, budget_micro_usd=budget)
        return begin_harvest(connection, travel.account, travel.connector, wanted, now=travel.clock())


def spent_rows(travel: Travel) -> list[dict[str, Any]]:
    return sorted(rows(travel.database, "spends"), key=lambda each: each["id"])


def committed(travel: Travel) -> list[int]:
    return [each["committed_micro_usd"] for each in rows(travel.database, "budget_periods")]


def test_a_page_is_reserved_for_all_it_may_bring_and_settled_for_what_it_brought(till: Travel) -> None:
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    assert till.finish(run_id) == ["done"]
    pages = spent_rows(till)
    assert [each["reserved_micro_usd"] for each in pages] == [20 * PRICE] * 3
    assert [each["settled_micro_usd"] for each in pages] == [20 * PRICE, 20 * PRICE, 5 * PRICE]
    assert {each["state"] for each in pages} == {"settled"}
    assert {(each["account"], each["stream"], each["meter"], each["day"]) for each in pages} == {
        ("twitter:5000", FOLLOWERS, "user", "2026-11-01")
    }
    assert till.run(run_id)["spend_micro_usd"] == bill(till) == 45 * PRICE


def test_what_is_free_to_read_writes_no_spend(till: Travel) -> None:
    till.connector.streams = STREAMS
    cap(till, 0)
    assert till.finish(begin(till, MENTIONS)[MENTIONS]) == ["done"]
    assert spent_rows(till) == []


def test_the_last_page_shrinks_to_what_is_left_and_nobody_is_asked_for_more(till: Travel) -> None:
    run_id = begin(till, FOLLOWERS, items=27.9)[FOLLOWERS]
    assert till.finish(run_id) == ["stopped"]
    assert [each.page_size for each in till.connector.requests] == [20, 7]
    assert bill(till) == 27 * PRICE
    assert committed(till) == [27 * PRICE]
    run = till.run(run_id)
    assert "the budget of $0.279 for this harvest" in run["error"]
    assert (run["ended_at"], run["spend_micro_usd"]) == (NOW, 27 * PRICE)
    assert rows(till.database, "outbox") == []


def test_a_page_is_never_smaller_than_the_platform_gives(till: Travel) -> None:
    run_id = begin(till, MENTIONS, items=14)[MENTIONS]
    till.connector.listings[MENTIONS, ""] *= 2
    assert till.finish(run_id) == ["stopped"]
    assert [each.page_size for each in till.connector.requests] == [10]


def test_a_stopped_harvest_goes_on_without_paying_a_page_twice(till: Travel) -> None:
    first = begin(till, FOLLOWERS, items=25)[FOLLOWERS]
    till.finish(first)
    till.clock.forward(days=9)
    assert begin(till, FOLLOWERS, items=30) == {FOLLOWERS: first}
    assert till.finish(first) == ["done"]
    assert till.cursors() == [None, "20", "25", "45"][:3]
    assert bill(till) == 45 * PRICE == till.run(first)["spend_micro_usd"]
    assert len(inside(till.database)) == 45
    assert till.run(first)["error"] == "The walk took longer than 3 days, so nobody is taken to have left."


def test_without_more_money_it_stops_again_at_the_same_budget_and_costs_nothing(till: Travel) -> None:
    first = begin(till, FOLLOWERS, items=25)[FOLLOWERS]
    till.finish(first)
    assert begin(till, FOLLOWERS, join=True) == {FOLLOWERS: first}
    assert till.finish(first) == ["stopped"]
    assert bill(till) == 25 * PRICE


def test_runs_that_wait_for_posts_stop_and_go_on_with_them(till: Travel) -> None:
    till.connector.listings[LIKERS, "9001"] = [likes(each, "9001") for each in PEOPLE[:3]]
    begun = begin(till, LIKERS, items=0)
    assert till.finish(*begun.values()) == ["stopped", "stopped"]
    assert "budget" in till.run(begun[LIKERS])["error"]
    with till.database.write() as connection:
        resumed = resume_run(connection, begun["posts"], 100 * PRICE, now=till.clock())
    assert sorted(resumed) == sorted(begun.values())
    assert till.run(begun[LIKERS])["state"] == "waiting"
    assert till.finish(*begun.values()) == ["done", "done"]


def test_who_was_stopped_half_way_through_the_posts_goes_on_and_does_not_wait(till: Travel) -> None:
    begun = begin(till, LIKERS)
    till.finish(begun["posts"])
    cap(till, 0)
    assert till.finish(*begun.values()) == ["done", "done"], "without posts there is nothing to pay"


def test_one_budget_caps_all_runs_of_a_harvest_and_those_it_goes_on_with(till: Travel) -> None:
    begun = begin(till, MENTIONS, FOLLOWERS, items=30)
    states = till.finish(*begun.values())
    assert "stopped" in states
    assert bill(till) <= 30 * PRICE
    before = bill(till)
    again = begin(till, MENTIONS, FOLLOWERS, items=10)
    assert till.finish(*again.values())
    assert bill(till) - before <= 10 * PRICE
    assert len({till.run(each)["harvest_id"] for each in again.values()}) == 1


def test_a_budget_that_waits_parks_the_run_until_its_next_period(till: Travel) -> None:
    cap(till, 20, Period.DAY, AtEnd.WAIT)
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    till.step(run_id)
    assert till.step(run_id) is None
    run = till.run(run_id)
    assert (run["state"], run["due_at"]) == ("running", NOW.replace(hour=0) + timedelta(days=1))
    assert run["waiting_for"] == "the budget of $0.20 a day for all accounts"
    assert till.finish(run_id) == ["done"]
    assert [each["committed_micro_usd"] for each in rows(till.database, "budget_periods")] == [
        20 * PRICE,
        20 * PRICE,
        5 * PRICE,
    ]


def test_the_tightest_of_several_budgets_holds_and_a_stop_beats_a_wait(till: Travel) -> None:
    cap(till, 20, Period.DAY, AtEnd.WAIT)
    cap(till, 20, Period.MONTH, AtEnd.STOP, Scope(account_id=till.account.id))
    cap(till, 400, Period.MONTH)
    run_id = begin(till, FOLLOWERS, items=45)[FOLLOWERS]
    assert till.finish(run_id) == ["stopped"]
    assert bill(till) == 20 * PRICE
    assert "a month for our profile" in till.run(run_id)["error"]


def test_the_budget_of_another_account_does_not_matter(till: Travel, database: Database) -> None:
    with database.write() as connection:
        neighbour = added(connection, Account("twitter", "5001", "the other profile"))
    cap(till, 0, Period.MONTH, AtEnd.STOP, Scope(account_id=neighbour.id))
    assert till.finish(begin(till, FOLLOWERS)[FOLLOWERS]) == ["done"]


def test_a_budget_set_in_the_middle_of_a_month_has_spent_what_was_spent(till: Travel) -> None:
    till.finish(begin(till, FOLLOWERS)[FOLLOWERS])
    till.clock.forward(days=3)
    cap(till, 50, Period.MONTH)
    cap(till, 50, Period.MONTH, AtEnd.STOP, Scope(account_id=till.account.id))
    cap(till, 50, Period.DAY)
    cap(till, 50, Period.ONCE)
    assert sorted(committed(till)) == [0, 45 * PRICE, 45 * PRICE]
    assert till.finish(begin(till, FOLLOWERS)[FOLLOWERS]) == ["stopped"]
    assert bill(till) == 50 * PRICE


def test_a_budget_that_is_set_again_keeps_what_it_has_spent(till: Travel) -> None:
    first = cap(till, 20)
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    till.finish(run_id)
    assert cap(till, 30) == first
    begin(till, FOLLOWERS)
    till.finish(run_id)
    assert bill(till) == 30 * PRICE
    with till.database.write() as connection:
        budgets.take_away(connection, first)
    begin(till, FOLLOWERS)
    assert till.finish(run_id) == ["done"]
    with till.database.write() as connection, pytest.raises(RegularsError, match="no budget"):
        budgets.take_away(connection, first)


def test_a_refused_request_is_freed(till: Travel) -> None:
    cap(till, 45)
    till.connector.upsets = [refused()]
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    assert till.finish(run_id) == ["done"]
    assert [each["state"] for each in spent_rows(till)] == ["freed", *["settled"] * 3]
    assert committed(till) == [45 * PRICE]
    assert till.run(run_id)["uncertain_micro_usd"] == 0


def test_an_answer_that_never_came_counts_as_spent(till: Travel) -> None:
    cap(till, 65)
    till.connector.upsets = [None, lost()]
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    assert till.finish(run_id) == ["done"]
    assert [each["state"] for each in spent_rows(till)] == ["settled", "uncertain", "settled", "settled"]
    assert committed(till) == [65 * PRICE]
    run = till.run(run_id)
    assert (run["spend_micro_usd"], run["uncertain_micro_usd"]) == (45 * PRICE, 20 * PRICE)


def test_an_answer_that_we_could_not_store_is_paid_for_what_it_held(
    till: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import harvest  # noqa: PLC0415

    def broken(*_arguments: object, **_named: object) -> None:
        raise ValueError

    monkeypatch.setattr(harvest.messaging, "publish", broken)
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    till.step(run_id)
    monkeypatch.undo()
    assert till.finish(run_id) == ["done"]
    assert {each["state"] for each in spent_rows(till)} == {"settled"}
    assert till.run(run_id)["spend_micro_usd"] == bill(till) == 65 * PRICE


@pytest.mark.parametrize(
    ("crash", "states", "uncertain"),
    [
        pytest.param(Crash(1, committed=False), [], 0, id="permit-taken"),
        pytest.param(Crash(1, committed=True), ["uncertain"], 20, id="money-reserved"),
        pytest.param(Crash(2, committed=False), ["uncertain"], 20, id="answer-received"),
        pytest.param(Crash(2, committed=True), ["settled"], 0, id="money-settled"),
    ],
)
def test_a_crash_at_each_point_never_forgets_money(
    database: Database, till: Travel, crash: Crash, states: list[str], uncertain: int
) -> None:
    fragile = Fragile(database)
    till.road = replace(till.road, database=fragile)
    fragile.crash = crash
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    with pytest.raises(CrashError):
        till.step(run_id)
    till.clock.forward(seconds=LEASE.total_seconds() + 1)
    assert till.finish(run_id) == ["done"]
    found = spent_rows(till)
    assert [each["state"] for each in found] == states + ["settled"] * (3 - states.count("settled"))
    run = till.run(run_id)
    assert run["uncertain_micro_usd"] == uncertain * PRICE
    assert run["spend_micro_usd"] == 45 * PRICE
    assert run["spend_micro_usd"] + run["uncertain_micro_usd"] >= bill(till)


def test_a_slow_worker_that_lost_its_page_still_says_what_it_paid(till: Travel) -> None:
    cap(till, 100)
    till.connector.upsets = [7]
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]

    def another() -> None:
        till.clock.forward(seconds=LEASE.total_seconds() + 1)
        assert till.step(run_id, worker="worker 2", fence=0) is not None

    till.connector.meanwhile = another
    till.connector.upsets = [7, None]
    with pytest.raises(LostClaimError):
        till.step(run_id)
    late, first = spent_rows(till)
    assert (late["state"], first["state"]) == ("settled", "settled")
    run = till.run(run_id)
    assert (run["uncertain_micro_usd"], run["spend_micro_usd"]) == (0, bill(till))
    assert committed(till) == [bill(till)]


def test_a_page_that_was_cancelled_on_its_way_is_paid_for(till: Travel) -> None:
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]

    def cancel() -> None:
        with till.database.write() as connection:
            runs.cancel(connection, run_id, now=till.clock())

    till.connector.meanwhile = cancel
    with pytest.raises(LostClaimError):
        till.step(run_id)
    run = till.run(run_id)
    assert run["spend_micro_usd"] == bill(till) == 20 * PRICE
    assert run["uncertain_micro_usd"] == 0, "the doubt of the cancellation is taken back"


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_run_that_ends_with_a_request_nobody_answered_for_has_spent_it(
    till: Travel, database: Database, end: str
) -> None:
    fragile = Fragile(database)
    till.road = replace(till.road, database=fragile)
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    fragile.crash = Crash(1, committed=True)
    with pytest.raises(CrashError):
        till.step(run_id)
    with database.write() as connection:
        if end == "cancelled":
            runs.cancel(connection, run_id, now=till.clock())
        else:
            connection.execute(harvest_runs.update().values(deaths=MAX_DEATHS))
    if end == "failed":
        till.clock.forward(seconds=LEASE.total_seconds() + 1)
        till.step(run_id)
    run = till.run(run_id)
    assert (run["state"], run["uncertain_micro_usd"]) == (end, 20 * PRICE)
    assert [each["state"] for each in spent_rows(till)] == ["uncertain"]


def test_who_finds_everything_reserved_waits_for_what_comes_back(till: Travel) -> None:
    begun = begin(till, FOLLOWERS, MENTIONS, items=21)

    def meanwhile() -> None:
        assert till.step(begun[MENTIONS]) is None
        parked = till.run(begun[MENTIONS])
        assert (parked["state"], parked["waiting_for"]) == ("running", "what other requests have reserved")

    till.connector.meanwhile = meanwhile
    till.connector.upsets = [3]
    till.connector.listings[FOLLOWERS, ""] = till.connector.listings[FOLLOWERS, ""][:3]
    assert till.finish(*begun.values()) == ["done", "done"]
    assert bill(till) == 15 * PRICE


def test_a_stopped_run_can_be_cancelled_and_only_a_stopped_one_resumed(till: Travel) -> None:
    run_id = begin(till, FOLLOWERS, items=20)[FOLLOWERS]
    with till.database.write() as connection, pytest.raises(RegularsError, match="not stopped at a budget"):
        resume_run(connection, run_id, None, now=till.clock())
    till.finish(run_id)
    with till.database.write() as connection:
        runs.cancel(connection, run_id, now=till.clock())
    assert begin(till, FOLLOWERS)[FOLLOWERS] != run_id


def test_a_run_whose_stream_is_read_again_is_not_resumed(till: Travel) -> None:
    run_id = begin(till, FOLLOWERS, items=20)[FOLLOWERS]
    till.finish(run_id)
    with till.database.write() as connection:
        runs.begin(
            connection, (till.account.id, "twitter"), [runs.Plan(FOLLOWERS, 20, waits=False)], {}, now=NOW
        )
    with till.database.write() as connection, pytest.raises(RegularsError, match="takes the place"):
        resume_run(connection, run_id, None, now=till.clock())


def test_a_dead_token_costs_nothing_and_a_replay_goes_on(till: Travel) -> None:
    dead = OperatorNeededError("The token is dead.", code="token_dead")
    dead.unbilled = True
    till.connector.upsets = [None, dead]
    run_id = begin(till, FOLLOWERS)[FOLLOWERS]
    assert till.finish(run_id) == ["failed"]
    assert [each["state"] for each in spent_rows(till)] == ["settled", "freed"]


def test_the_same_person_twice_on_one_day_is_billed_once_at_least(till: Travel) -> None:
    till.finish(begin(till, FOLLOWERS)[FOLLOWERS])
    till.clock.forward(hours=1)
    till.finish(begin(till, FOLLOWERS)[FOLLOWERS])
    with till.database.read() as connection:
        low = spends.lows(connection)
    assert sum(low.values()) == 45 * PRICE
    assert bill(till) == 90 * PRICE
    till.clock.forward(days=1)
    till.finish(begin(till, FOLLOWERS)[FOLLOWERS])
    pages = spent_rows(till)
    closed = [each for each in pages if each["day"] == "2026-11-01"]
    assert sum(each["low_micro_usd"] for each in closed) == 45 * PRICE
    assert {each["billed"] for each in closed} == {None}, "a day that is over forgets whom it billed"
    with till.database.read() as connection:
        assert sum(spends.lows(connection).values()) == 45 * PRICE
