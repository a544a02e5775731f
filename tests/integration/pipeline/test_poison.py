"""Pages that end every worker: three deaths, one failure, and the walk goes on behind them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.batch import Batch, PageRequest, Post
from domain.errors import RetryLaterError
from pipeline import harvest
from pipeline.company import Company
from pipeline.poison import CAUSE, MAX_DEATHS
from store import runs, suspects, workers
from store.runs import LEASE
from tests.cast import ADA, BO, DI, follows, likes, mentions
from tests.contents import inside, rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS
from tests.travel import AtOnce, Travel

SOON = RetryLaterError("Not now.", code="busy")


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the storing of a page end its worker while it holds an act of one of these contacts."""

    def among(*contacts: Any) -> None:
        real = harvest.screened

        def screened(account: Any, acts: Any, **options: Any) -> Any:
            if any(each.contact in contacts for each in acts):
                raise SystemExit
            return real(account, acts, **options)

        monkeypatch.setattr(harvest, "screened", screened)

    return among


def die(travel: Travel, run_id: int, *, buried: bool = True) -> None:
    """Carry out a message that ends its worker, who is found dead or whose lease runs out."""
    with pytest.raises(SystemExit):
        travel.step(run_id)
    if buried:
        with travel.database.write() as connection:
            workers.bury(connection, ["worker 1"], died=True)
    else:
        travel.clock.forward(seconds=LEASE.total_seconds() + 1)


def one_a_page(travel: Travel) -> None:
    travel.connector.upsets = [1] * 50


@pytest.mark.parametrize("buried", [True, False], ids=["found dead", "lease ran out"])
def test_the_walk_goes_on_behind_a_page_that_kills_and_ends_nobody(
    travel: Travel, deadly: Callable[..., None], *, buried: bool
) -> None:
    travel.harvest(FOLLOWERS)
    travel.connector.listings[FOLLOWERS, ""] = [follows(ADA), follows(DI)]  # Bo seems to have left
    one_a_page(travel)
    deadly(ADA)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.connector.requests.clear()
    for death in range(1, MAX_DEATHS + 1):
        die(travel, run_id, buried=buried)
        assert rows(travel.database, "failures") == [], death
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == [None] * MAX_DEATHS + ["1"]
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["state"], failure["attempts"]) == (CAUSE, "open", MAX_DEATHS)
    assert "passed over" in failure["sentence"]
    run = travel.run(run_id)
    assert (run["passed_over"], run["deaths"], run["next_cursor"], run["left"]) == (1, 0, None, 0)
    assert run["error"] == "1 page ended every worker and could not be read, so nobody is taken to have left."
    assert len(inside(travel.database)) == 3


def test_a_replay_after_the_cause_was_mended_reads_the_whole_stream(
    travel: Travel, deadly: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_a_page(travel)
    deadly(DI)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    for _ in range(MAX_DEATHS):
        die(travel, run_id)
    assert travel.finish(run_id) == ["done"]
    assert len(inside(travel.database)) == 2
    monkeypatch.undo()
    with travel.database.write() as connection:
        suspects.reopen(connection, run_id)
        runs.replay(connection, run_id, now=travel.clock())
    travel.cursors()
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == [None, "1", "2"]
    run = travel.run(run_id)
    assert (run["passed_over"], run["error"]) == (0, None)
    assert len(inside(travel.database)) == 3


def test_a_timeline_keeps_its_mark_so_that_the_next_walk_reads_the_page_again(
    travel: Travel, deadly: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.connector.listings[MENTIONS, ""] = [mentions(ADA, "3"), mentions(BO, "2"), mentions(DI, "1")]
    one_a_page(travel)
    deadly(BO)
    run_id = travel.begin(MENTIONS)[MENTIONS]
    travel.step(run_id)
    for _ in range(MAX_DEATHS):
        die(travel, run_id)
    assert travel.finish(run_id) == ["done"]
    assert {each["item"] for each in rows(travel.database, "signals")} == {"3", "1"}
    (checkpoint,) = rows(travel.database, "checkpoints")
    assert checkpoint["mark"] is None
    monkeypatch.undo()
    travel.harvest(MENTIONS)
    assert {each["item"] for each in rows(travel.database, "signals")} == {"3", "2", "1"}
    (checkpoint,) = rows(travel.database, "checkpoints")
    assert checkpoint["mark"] == "3"


def test_a_request_that_kills_fails_the_run_at_its_page(travel: Travel) -> None:
    travel.connector.upsets = [1, *[SystemExit()] * MAX_DEATHS, 1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    for _ in range(MAX_DEATHS):
        die(travel, run_id)
    assert travel.step(run_id) is None
    assert travel.run(run_id)["state"] == "failed"
    (failure,) = rows(travel.database, "failures")
    assert failure["cause"] == CAUSE
    assert "not known" in failure["sentence"]
    with travel.database.write() as connection:
        suspects.reopen(connection, run_id)  # nothing was passed over: it goes on at its page
        runs.replay(connection, run_id, now=travel.clock())
    travel.cursors()
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == ["1", "2"]
    assert len(inside(travel.database)) == 3


def test_a_post_whose_page_kills_is_left_and_the_next_one_read(
    travel: Travel, deadly: Callable[..., None]
) -> None:
    travel.connector.own_posts = [Post("p1", None), Post("p2", None)]
    travel.connector.listings |= {(LIKERS, "p1"): [likes(ADA, "p1")], (LIKERS, "p2"): [likes(BO, "p2")]}
    deadly(ADA)
    begun = travel.begin(LIKERS)
    travel.finish(begun["posts"])
    for _ in range(MAX_DEATHS):
        die(travel, begun[LIKERS])
    assert travel.finish(begun[LIKERS]) == ["done"]
    (failure,) = rows(travel.database, "failures")
    assert (failure["post"], failure["cause"]) == ("p1", CAUSE)
    assert {each["item"] for each in rows(travel.database, "signals")} == {"p2"}
    assert travel.run(begun[LIKERS])["passed_over"] == 1
    assert rows(travel.database, "posts")[0]["gone_at"] is None


def test_deaths_on_the_way_are_no_poison(travel: Travel) -> None:
    kill = SystemExit()
    travel.connector.upsets = [kill, kill, 1, kill, SOON, kill, 1, kill, kill, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    deaths = 0
    while travel.run(run_id)["state"] == "running":
        travel.clock.forward(seconds=1)
        try:
            travel.step(run_id)
        except SystemExit:
            deaths += 1
            with travel.database.write() as connection:
                workers.bury(connection, ["worker 1"], died=True)
    assert deaths == 6
    assert travel.run(run_id)["state"] == "done"
    assert rows(travel.database, "failures") == []


def test_a_worker_that_says_goodbye_is_no_death(travel: Travel) -> None:
    travel.connector.upsets = [SystemExit(), 3]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with pytest.raises(SystemExit):
        travel.step(run_id)
    with travel.database.write() as connection:
        workers.bury(connection, ["worker 1"], died=False)
    assert travel.run(run_id)["deaths"] == 0
    assert travel.finish(run_id) == ["done"]


def test_a_page_beside_the_one_that_kills_is_read_alone_and_spared(travel: Travel) -> None:
    """Both die with the process once; from then on each is alone with its worker."""
    begun = travel.begin(FOLLOWERS, MENTIONS)
    with travel.database.write() as connection:
        for each in begun.values():
            runs.claim(connection, each, 0, "worker 1", now=travel.clock())
        workers.bury(connection, ["worker 1"], died=True)
    travel.connector.upsets = []
    order: list[str] = []
    entered, may_end = threading.Event(), threading.Event()

    def linger() -> None:
        order.append("began")
        entered.set()
        assert may_end.wait(10)
        order.append("ended")

    travel.connector.meanwhile = linger
    first = threading.Thread(target=travel.step, args=(begun[FOLLOWERS],))
    first.start()
    assert entered.wait(10)
    second = threading.Thread(target=travel.step, args=(begun[MENTIONS],))
    second.start()
    second.join(0.2)
    assert second.is_alive(), "it was read beside the other"
    assert travel.run(begun[MENTIONS])["claimed_by"] is None, "it would have died with the other"
    may_end.set()
    first.join(10)
    second.join(10)
    assert travel.run(begun[MENTIONS])["state"] == "done"
    assert order == ["began", "ended"]


def test_who_wishes_to_be_alone_is_not_kept_waiting_by_newcomers() -> None:
    company = Company()
    order: list[str] = []

    def act(name: str, *, alone: bool) -> threading.Thread:
        def enter() -> None:
            with company.alone() if alone else company.together():
                order.append(name)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join(0.1)
        return thread

    with company.together():
        with company.together():  # two are in hand
            suspect = act("alone", alone=True)
            newcomer = act("newcomer", alone=False)
        assert order == []
    suspect.join(10)
    newcomer.join(10)
    assert order == ["alone", "newcomer"]


def test_a_page_that_hangs_keeps_nobody_waiting_for_ever() -> None:
    company = Company()
    with company.together():
        with company.alone(wait_s=0.01) as entered:
            assert not entered
        with company.together():
            pass
    with company.alone() as entered:
        assert entered
        with company.alone(wait_s=0.01) as another:
            assert not another


def test_a_worker_that_lost_its_page_to_a_clock_jump_counts_once(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    with travel.database.write() as connection:
        runs.claim(connection, run_id, 0, "another", now=travel.clock())
    travel.clock.at += timedelta(days=1)
    assert travel.finish(run_id) == ["done"]
    assert rows(travel.database, "failures") == []


@pytest.mark.parametrize("where", ["asked for", "stored"])
def test_a_page_that_kills_beside_the_one_before_costs_three_workers_and_no_other_page(
    travel: Travel, deadly: Callable[..., None], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    travel.road = replace(travel.road, helpers=AtOnce())
    one_a_page(travel)
    fetch = travel.connector.fetch

    def killing(request: PageRequest) -> Batch:
        if request.cursor == "1":
            raise SystemExit
        return fetch(request)

    if where == "asked for":
        monkeypatch.setattr(travel.connector, "fetch", killing)
    else:
        deadly(DI)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    deaths = 0
    while travel.run(run_id)["state"] == "running":
        try:
            travel.step(run_id)
        except SystemExit:
            deaths += 1
            with travel.database.write() as connection:
                workers.bury(connection, ["worker 1"], died=True)
    assert deaths == MAX_DEATHS
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["attempts"]) == (CAUSE, MAX_DEATHS)
    # What follows a page is known once it was answered.
    everybody = {each.platform_id for each in (ADA, BO)}
    assert inside(travel.database) == (everybody if where == "stored" else {ADA.platform_id})


def test_a_page_that_was_suspected_for_one_beside_it_is_read_alone_once(travel: Travel) -> None:
    travel.road = replace(travel.road, helpers=AtOnce())
    travel.connector.upsets = [SystemExit(), 1, 1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    die(travel, run_id)
    seen = []
    while travel.run(run_id)["state"] == "running":
        run = travel.run(run_id)
        seen.append((run["fence"], run["deaths"]))
        travel.step(run_id)
    assert seen == [(0, 1), (1, 1), (2, 0)]
    assert len(inside(travel.database)) == 3
