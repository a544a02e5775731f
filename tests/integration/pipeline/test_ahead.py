"""Asking ahead: the next page is asked for while one is stored, and never without its money and its leave."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domain.account import Account
from domain.batch import Batch, PageRequest, Quarantined
from domain.budget import AtEnd, Period
from domain.errors import OperatorNeededError
from pipeline import halting
from pipeline.ahead import STRETCH
from pipeline.begin import Wanted, begin_harvest
from pipeline.outcome import LostClaimError
from store import budgets, outdating
from store.budgets import Scope
from store.database import Database
from store.runs import LEASE
from tests.cast import ADA, BO, CY, DI, NOW, follows
from tests.contents import inside, rows
from tests.fragile import Crash, CrashError, Fragile
from tests.scripted import FOLLOWERS
from tests.till import METERED, PRICE, Till, lost, refused
from tests.travel import AtOnce, Travel

PEOPLE = (ADA, DI, BO, CY)
EVERYBODY = {each.platform_id for each in PEOPLE}
ONE_EACH = {FOLLOWERS: replace(METERED[FOLLOWERS], max_page=1)}


@dataclass
class Watched(Till):
    """Remembers what stood in the database when each request was sent."""

    database: Database | None = None
    seen: list[dict[str, list[dict[str, Any]]]] = field(default_factory=list)

    def fetch(self, request: PageRequest) -> Batch:
        """Look, then answer."""
        assert self.database is not None
        self.seen.append({name: rows(self.database, name) for name in ("harvest_runs", "spends", "outbox")})
        return super().fetch(request)


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let four people follow, one a page; a message asks ahead."""
    till = Watched({(FOLLOWERS, ""): [follows(each) for each in PEOPLE]}, streams=ONE_EACH, database=database)
    return Travel(Fragile(database), till, helpers=AtOnce())


def begun(travel: Travel) -> int:
    return travel.begin(FOLLOWERS)[FOLLOWERS]


def states(travel: Travel) -> list[str]:
    return [each["state"] for each in sorted(rows(travel.database, "spends"), key=lambda row: row["id"])]


def paid_for(travel: Travel) -> None:
    """No sum may hang in the air, and what is counted is what was billed."""
    till = travel.connector
    assert isinstance(till, Till)
    assert "reserved" not in states(travel)
    (run,) = rows(travel.database, "harvest_runs")
    assert run["spend_micro_usd"] + run["uncertain_micro_usd"] >= till.bill


def test_one_message_reads_on_and_each_request_is_reserved_before_it_is_sent(travel: Travel) -> None:
    run_id = begun(travel)
    assert travel.step(run_id) is None
    assert travel.run(run_id)["state"] == "done"
    assert travel.cursors() == [None, "1", "2", "3"]
    assert inside(travel.database) == EVERYBODY
    assert states(travel) == [*["settled"] * 4, "freed"]  # a fifth page was granted and is not there
    paid_for(travel)
    till = travel.connector
    assert isinstance(till, Watched)
    for place, seen in enumerate(till.seen):
        (run,) = seen["harvest_runs"]
        # The page before the one that is asked for is still to be stored, but for the first.
        assert (run["fence"], run["claimed_by"], run["attempts"]) == (max(0, place - 1), "worker 1", 1)
        assert run["claimed_until"] == NOW + LEASE
        reserved = {each["fence"] for each in seen["spends"] if each["state"] == "reserved"}
        assert place in reserved, "a request went out before its money was reserved"
    # Whatever happens to this worker, the outbox tells where the run stands.
    assert [each["outbox"][0]["fence"] for each in till.seen] == [0, 0, 1, 2]


def test_after_a_crash_two_pages_are_read_again_and_both_requests_are_doubted(travel: Travel) -> None:
    run_id = begun(travel)
    fragile = travel.road.database
    assert isinstance(fragile, Fragile)
    fragile.crash = Crash(3, committed=False)  # after the claim and the first page, with the third on its way
    with pytest.raises(CrashError):
        travel.step(run_id)
    assert travel.cursors() == [None, "1", "2"]
    assert (travel.run(run_id)["fence"], states(travel)) == (1, ["settled", "reserved", "reserved"])
    assert travel.step(run_id) is None, "the dead worker's lease still holds"
    travel.clock.forward(seconds=LEASE.total_seconds() + 1)
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == ["1", "2", "3"]
    assert inside(travel.database) == EVERYBODY
    assert states(travel)[:3] == ["settled", "uncertain", "uncertain"]
    paid_for(travel)


def test_a_halt_lets_nothing_be_asked_but_what_was_granted_before_it(travel: Travel) -> None:
    run_id = begun(travel)

    def halt() -> None:
        with travel.database.write() as connection:
            halting.halt(connection, None, "cli:ada", "a test", now=NOW)

    travel.connector.meanwhile = halt
    wake = travel.step(run_id)
    assert wake is not None
    assert travel.cursors() == [None, "1"]
    assert (wake.fence, travel.run(run_id)["claimed_by"], states(travel)) == (2, None, ["settled", "settled"])
    assert travel.step(run_id) is None
    assert travel.run(run_id)["waiting_for"] == halting.WAITS


@pytest.mark.parametrize("items", [1, 2, 3])
def test_a_budget_is_spent_to_its_last_page_and_no_further(travel: Travel, items: int) -> None:
    with travel.database.write() as connection:
        budgets.put(connection, Scope(), items * PRICE, Period.ONCE, AtEnd.STOP, now=NOW)
    run_id = begun(travel)
    assert travel.finish(run_id) == ["stopped"]
    till = travel.connector
    assert isinstance(till, Till)
    assert (till.bill, len(inside(travel.database))) == (items * PRICE, items)
    paid_for(travel)


def test_a_page_that_fails_ahead_is_settled_by_itself(travel: Travel) -> None:
    travel.connector.upsets = [None, refused()]
    run_id = begun(travel)
    travel.step(run_id)
    assert (travel.run(run_id)["fence"], travel.run(run_id)["pages"]) == (2, 1)
    assert states(travel) == ["settled", "freed", "freed"]
    assert travel.finish(run_id) == ["done"]
    assert inside(travel.database) == EVERYBODY
    paid_for(travel)


def test_an_answer_that_never_came_ahead_is_doubted(travel: Travel) -> None:
    travel.connector.upsets = [None, lost()]
    run_id = begun(travel)
    travel.step(run_id)
    assert states(travel) == ["settled", "uncertain", "freed"]
    assert travel.finish(run_id) == ["done"]
    paid_for(travel)


def test_a_dead_token_ahead_pauses_the_account_and_leaves_no_money_reserved(travel: Travel) -> None:
    travel.connector.upsets = [None, OperatorNeededError("The token is dead.", code="dead")]
    run_id = begun(travel)
    travel.step(run_id)
    assert travel.run(run_id)["state"] == "failed"
    assert inside(travel.database) == {ADA.platform_id}
    paid_for(travel)


def test_what_was_asked_ahead_is_paid_for_where_the_page_before_went_on_elsewhere(travel: Travel) -> None:
    run_id = begun(travel)

    def outdate() -> None:
        with travel.database.write() as connection:
            outdating.outdate(connection, [travel.account.id], FOLLOWERS, now=NOW)

    travel.connector.meanwhile = outdate
    with pytest.raises(LostClaimError):
        travel.step(run_id)
    assert (inside(travel.database), states(travel)) == (set(), ["settled", "settled"])
    paid_for(travel)
    assert travel.finish(run_id) == ["done"]
    assert inside(travel.database) == EVERYBODY


def test_what_was_asked_ahead_is_paid_for_where_the_page_before_cannot_be_stored(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("no")

    monkeypatch.setattr("pipeline.harvest.write_page", broken)
    run_id = begun(travel)
    travel.step(run_id)
    assert (travel.cursors(), states(travel)) == ([None, "1"], ["settled", "settled"])
    assert travel.run(run_id)["pages"] == 0
    assert travel.finish(run_id) == ["done"]
    assert inside(travel.database) == EVERYBODY
    paid_for(travel)


def test_a_head_read_asks_for_nothing_that_it_may_not_want(travel: Travel) -> None:
    with travel.database.write() as connection:
        account: Account = travel.account
        wanted = Wanted((FOLLOWERS,), 1, head_pages=3)
        run_id = begin_harvest(connection, account, travel.connector, wanted, now=NOW)[FOLLOWERS]
    wake = travel.step(run_id)
    assert wake is not None
    assert (travel.cursors(), states(travel)) == ([None], ["settled"])


def test_a_message_gives_way_to_others_of_its_queue_after_a_stretch(travel: Travel) -> None:
    run_id = begun(travel)
    travel.connector.meanwhile = lambda: travel.clock.forward(seconds=STRETCH.total_seconds())
    wake = travel.step(run_id)
    assert wake is not None
    assert (wake.fence, travel.cursors()) == (1, [None])
    assert states(travel) == ["settled", "freed"]
    assert travel.step(run_id) is None
    assert travel.cursors() == ["1", "2", "3"]
    paid_for(travel)


def test_without_a_permit_at_once_the_page_waits_for_a_message_of_its_own(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, taken = travel.road.limiter.take, list[float]()

    def scarce(*given: Any) -> float:
        taken.append(5.0 if taken else take(*given))
        return taken[-1]

    monkeypatch.setattr(travel.road.limiter, "take", scarce)
    wake = travel.step(begun(travel))
    assert wake is not None
    assert (wake.fence, travel.cursors(), states(travel)) == (1, [None], ["settled", "freed"])


def test_a_page_that_ended_a_worker_is_read_without_another_beside_it(travel: Travel) -> None:
    run_id = begun(travel)
    fragile = travel.road.database
    assert isinstance(fragile, Fragile)
    fragile.crash = Crash(1, committed=True)
    with pytest.raises(CrashError):
        travel.step(run_id)
    travel.clock.forward(seconds=LEASE.total_seconds() + 1)
    wake = travel.step(run_id)
    assert wake is not None
    assert (wake.fence, travel.cursors()) == (1, [None])
    travel.road = replace(travel.road, worker="worker 2")
    assert travel.finish(run_id) == ["done"]


def test_an_item_that_could_not_be_read_early_in_a_stretch_keeps_everybody_at_its_end(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.harvest(FOLLOWERS)
    fetch = travel.connector.fetch
    travel.connector.listings[FOLLOWERS, ""] = [follows(each) for each in PEOPLE[:3]]

    def damaged(request: PageRequest) -> Batch:
        batch = fetch(request)
        return (
            replace(batch, quarantined=(Quarantined("id is none", "{}"),))
            if request.cursor is None
            else batch
        )

    monkeypatch.setattr(travel.connector, "fetch", damaged)
    run_id = begun(travel)
    assert travel.step(run_id) is None
    run = travel.run(run_id)
    assert (run["state"], run["quarantined"], run["left"]) == ("done", 1, 0)
    assert "could not be read" in run["error"]
    assert inside(travel.database) == EVERYBODY
