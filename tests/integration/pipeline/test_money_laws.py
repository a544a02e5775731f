"""Laws of money: whatever crashes and however many work, the platform never billed more than the budget."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.account import Account
from domain.budget import AtEnd, Period
from domain.contact import ContactKey
from domain.errors import BadAnswerError
from domain.signal import Signal
from pipeline.begin import Wanted, begin_harvest
from pipeline.harvest import harvest_next
from pipeline.outcome import LostClaimError
from store import budgets, runs
from store.budgets import Scope
from store.database import Database
from store.runs import LEASE
from tests.cast import NOW, added, follows, mentions
from tests.contents import rows, wipe
from tests.fragile import Crash, CrashError, Fragile
from tests.scripted import FOLLOWERS, MENTIONS, Upset
from tests.till import METERED, PRICE, Till, refused
from tests.travel import AtOnce, Clock, Travel

PEOPLE = [ContactKey("twitter", f"72{each:03}") for each in range(60)]


def audience() -> dict[tuple[str, str], list[Signal]]:
    return {
        (FOLLOWERS, ""): [follows(each) for each in PEOPLE],
        (MENTIONS, ""): [mentions(each, f"80{place:02}") for place, each in enumerate(PEOPLE)][::-1],
    }


class Step(NamedTuple):
    """One message: of which run, what goes wrong with it, and how much time passes after it."""

    run: int
    crash: Crash | None
    upset: Upset | None
    cut: bool
    seconds: int


steps = st.builds(
    Step,
    st.integers(0, 1),
    st.none() | st.builds(Crash, st.integers(1, 5), st.booleans()),
    st.none() | st.integers(0, 12) | st.sampled_from([refused(), BadAnswerError("Unreadable.", code="html")]),
    st.booleans(),
    st.sampled_from([0, 0, 1, 121, 3_600, 50_000]),
)
caps = st.tuples(
    st.integers(0, 130), st.sampled_from([*Period]), st.sampled_from([*AtEnd]), st.sampled_from([0, 1, 2])
)
law = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes on a database
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@law
@given(plan=st.lists(steps, max_size=25), caps=st.lists(caps, min_size=1, max_size=4), ahead=st.booleans())
def test_the_platform_never_billed_more_than_any_budget(
    database: Database,
    plan: list[Step],
    caps: list[tuple[int, Period, AtEnd, int]],
    ahead: bool,  # noqa: FBT001
) -> None:
    wipe(database)
    helpers = AtOnce() if ahead else None
    travel = Travel(Fragile(database), Till(audience(), streams=METERED), helpers=helpers)
    with database.write() as connection:
        wanted = Wanted((FOLLOWERS, MENTIONS), budget_micro_usd=100 * PRICE)
        begun = begin_harvest(connection, travel.account, travel.connector, wanted, now=NOW)
        harvest_id = runs.get(connection, begun[FOLLOWERS])["harvest_id"]
        scopes = (Scope(), Scope(account_id=travel.account.id), Scope(harvest_id=harvest_id))
        for items, period, at_end, scope in caps:
            once = period is Period.ONCE or scope == 2
            budgets.put(
                connection,
                scopes[scope],
                items * PRICE,
                Period.ONCE if once else period,
                AtEnd.STOP if once else at_end,
                now=NOW,
            )
    for each in plan:
        carry_out(travel, begun[(FOLLOWERS, MENTIONS)[each.run]], each)
        within(travel)


def carry_out(travel: Travel, run_id: int, step: Step) -> None:
    """Work on one message of a run if it is due, through what goes wrong."""
    till, fragile = travel.connector, travel.road.database
    assert isinstance(till, Till)
    assert isinstance(fragile, Fragile)
    till.day = travel.clock().date().isoformat()
    till.upsets = [step.upset]
    till.cut = step.cut
    fragile.crash = step.crash
    with contextlib.suppress(CrashError, LostClaimError):
        travel.step(run_id)
    fragile.crash = None
    travel.clock.forward(seconds=step.seconds)


def within(travel: Travel) -> None:
    """No budget may have less than the platform billed, nor more than its amount."""
    till = travel.connector
    assert isinstance(till, Till)
    periods: dict[int, dict[str, int]] = {}
    for each in rows(travel.database, "budget_periods"):
        periods.setdefault(each["budget_id"], {})[each["period"]] = each["committed_micro_usd"]
    for budget in rows(travel.database, "budgets"):
        for day, billed in days(till, budget["period"]).items():
            assert billed <= budget["amount_micro_usd"], "more was billed than the budget allows"
            assert billed <= periods.get(budget["id"], {}).get(day, 0), "money was forgotten"
        for committed in periods.get(budget["id"], {}).values():
            assert committed <= budget["amount_micro_usd"]
    known = sum(
        each["spend_micro_usd"] + each["uncertain_micro_usd"]
        for each in rows(travel.database, "harvest_runs")
    )
    reserved = sum(
        each["reserved_micro_usd"] for each in rows(travel.database, "spends") if each["state"] == "reserved"
    )
    assert till.bill <= known + reserved


def days(till: Till, period: str) -> dict[str, int]:
    """Return what was billed by periods of this kind."""
    found: dict[str, int] = {}
    for day, micro_usd in till.billed.items():
        key = {"once": "once", "day": day, "month": day[:7]}[period]
        found[key] = found.get(key, 0) + micro_usd
    return found


class Hurried(Clock):
    """A clock that moves by itself whenever it is read, for threads that wait for each other."""

    def __init__(self) -> None:
        super().__init__(datetime(2026, 11, 1, 12, tzinfo=UTC))
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.at += timedelta(milliseconds=20)
            return self.at


def test_many_workers_spend_one_budget_to_its_last_cent_and_never_more(database: Database) -> None:
    """Each run has a thread; one in five of its messages dies after its money was reserved."""
    clock = Hurried()
    travel = Travel(database, Till(audience(), streams=METERED, day="2026-11-01"), clock)
    with database.write() as connection:
        accounts = [travel.account] + [
            added(connection, Account("twitter", f"51{each:02}", f"profile {each}")) for each in range(5)
        ]
        budgets.put(connection, Scope(), 233 * PRICE, Period.ONCE, AtEnd.STOP, now=NOW)
        for each in accounts:
            scope = Scope(account_id=each.id)
            budgets.put(connection, scope, 70 * PRICE, Period.DAY, AtEnd.STOP, now=NOW)
    begun = []
    for each in accounts:
        with database.write() as connection:
            begun.append(begin_harvest(connection, each, travel.connector, Wanted((FOLLOWERS,)), now=clock()))
    tills = [Till(audience(), streams=METERED, day="2026-11-01") for _ in accounts]
    with ThreadPoolExecutor(len(accounts)) as pool:
        working = [
            pool.submit(work, travel, till, each[FOLLOWERS], place)
            for place, (till, each) in enumerate(zip(tills, begun, strict=True))
        ]
        for each in working:
            each.result()
    billed = sum(each.bill for each in tills)
    (whole,) = (each for each in rows(database, "budget_periods") if each["period"] == "once")
    assert billed <= 233 * PRICE
    assert whole["committed_micro_usd"] == 233 * PRICE, "what is left would pay for a further page"
    states = {each["state"] for each in rows(database, "harvest_runs")}
    assert "stopped" in states


def work(travel: Travel, till: Till, run_id: int, place: int) -> None:
    """Carry out a run's messages until it stops; every fifth one dies with its money reserved."""
    road = replace(travel.road, worker=f"worker {place}", connector_of=lambda _connection, _account: till)
    dying = replace(road, database=Fragile(travel.database))
    for message in range(400):
        run = travel.run(run_id)
        if run["state"] != "running":
            return
        if run["claimed_by"]:
            travel.clock.forward(seconds=LEASE.total_seconds() / 6)
        elif run["due_at"] > travel.clock():
            travel.clock.forward(seconds=1)
        dies = message % 5 == place % 5
        if dies:
            assert isinstance(dying.database, Fragile)
            dying.database.crash = Crash(2, committed=False)
        with contextlib.suppress(CrashError, LostClaimError):
            harvest_next(dying if dies else road, run_id, run["fence"])
    raise AssertionError("The run does not end.")
