"""Many who left at once: parted with slice by slice, and nothing else than one transaction would do."""

import contextlib
import os
import random
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection

from domain.batch import Post
from domain.contact import ContactKey
from domain.errors import RegularsError
from pipeline import brake, depart
from pipeline.company import Company
from pipeline.page import write_page
from pipeline.poison import CAUSE, MAX_DEATHS
from pipeline.suppress import erase
from store import accounts, contacts, departures, messaging, pushed, runs, withheld
from store.database import Database, DatabaseError, sqlite_url
from store.pushed import Moved
from store.runs import LEASE
from store.withheld import Doubt
from tests.cast import CNIL, NOW, follows, likes, mentions
from tests.conftest import NewDatabase
from tests.contents import feed, inside, labels, let_be_shown, rows
from tests.fragile import Crash, CrashError, Fragile
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel

PEOPLE = tuple(ContactKey("twitter", str(7000 + each)) for each in range(60))
IDS = [each.platform_id for each in PEOPLE]


def known(database: Database) -> Travel:
    """Let everybody follow, every third of them also mention us, and let readers be shown them."""
    listings = {
        (FOLLOWERS, ""): [follows(each) for each in PEOPLE],
        (MENTIONS, ""): [mentions(each, f"80{place:03}") for place, each in enumerate(PEOPLE[::3])],
    }
    travel = Travel(database, ScriptedConnector(listings))
    travel.harvest(FOLLOWERS, MENTIONS)
    let_be_shown(database)
    travel.clock.forward(hours=6)
    return travel


@pytest.fixture
def travel(database: Database) -> Travel:
    return known(database)


def sliced(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(depart, "SLICE", size)
    monkeypatch.setattr(brake, "SLICE", size)


def list_only(travel: Travel, people: Sequence[ContactKey]) -> None:
    travel.followers[:] = [follows(each) for each in people]


def compare(travel: Travel, people: Sequence[ContactKey]) -> int:
    """Read a list of these people to its end, and part with nobody yet; returns the run."""
    list_only(travel, people)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    return run_id


def doubted(database: Database) -> set[int]:
    return {each["contact_id"] for each in rows(database, "withheld")}


def meaning(database: Database) -> dict[str, Any]:
    """Return what a reader, an operator and the next walk can tell, but for the moments."""
    acts = rows(database, "signals")
    walks = sorted(rows(database, "walks"), key=lambda each: each["run_id"])
    runs_of = sorted(rows(database, "harvest_runs"), key=lambda each: each["id"])
    return {
        "feed": feed(database),
        "inside": inside(database),
        "labels": labels(database),
        "acts": {(each["contact_id"], each["kind"], each["item"]): bool(each["ended_at"]) for each in acts},
        "doubted": doubted(database),
        "decisions": sorted((each["contact_id"], each["label"]) for each in rows(database, "decisions")),
        "admissions": sorted((each["contact_id"], each["refusal"]) for each in rows(database, "admissions")),
        "walks": [(each["state"], each["whole"], each["members"]) for each in walks],
        "runs": [(each["state"], each["left"], each["error"]) for each in runs_of],
        "looks": sorted(each["known"] for each in rows(database, "looks")),
        "waiting": (rows(database, "outbox"), rows(database, "roster_pages"), rows(database, "departing")),
    }


def finish(travel: Travel, run_id: int, crashes: Sequence[Crash | None] = ()) -> int:
    """Carry a run out to its end through crashes, one a message; returns the messages."""
    fragile = Fragile(travel.database)
    travel.road = replace(travel.road, database=fragile)
    coming, messages = list(crashes), 0
    while travel.run(run_id)["state"] == "running":
        run = travel.run(run_id)
        if run["claimed_by"]:
            travel.clock.forward(seconds=LEASE.total_seconds() + 1)
        fragile.crash = coming.pop(0) if coming else None
        with contextlib.suppress(CrashError):
            travel.step(run_id)
        fragile.crash = None
        messages += 1
        assert messages < 200
    travel.road = replace(travel.road, database=travel.database)
    return messages


@pytest.mark.parametrize("seed", range(6))
def test_slices_and_crashes_end_as_one_transaction_does(
    seed: int, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    size = chance.randint(1, 9)
    lists = [chance.sample(PEOPLE, chance.choice((60, 56, 45, 30, 15, 0))) for _ in range(3)]
    ends = []
    for slices in (1_000, size):
        sliced(monkeypatch, slices)
        travel = known(new_database())
        for people in lists:
            list_only(travel, people)
            run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
            # Each message claims in one transaction and carries out in the next; either may be the last.
            crashes = [Crash(chance.randint(1, 2), chance.random() < 0.5) for _ in range(9)]
            quiet = [each for crash in crashes for each in (crash, None)]
            finish(travel, run_id, quiet if slices == size else ())
            let_be_shown(travel.database)
            travel.clock.forward(hours=6)
        ends.append(meaning(travel.database))
    assert ends[1] == ends[0]


def test_each_slice_is_a_transaction_and_the_harvest_ends_with_the_last(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced(monkeypatch, 10)
    run_id = compare(travel, PEOPLE[25:])
    seen = []
    while travel.run(run_id)["state"] == "running":
        walk = max(rows(travel.database, "walks"), key=lambda each: each["run_id"])
        seen.append((len(doubted(travel.database)), len(inside(travel.database)), walk["ended_at"]))
        # Others write between two slices.
        with travel.database.write() as connection:
            connection.exec_driver_sql("UPDATE feed_state SET seq = seq + 1")
        travel.step(run_id)
    # The brake looked at all 25 before the first slice, and the last walk that holds is the one before.
    assert seen == [(0, 60, None), (10, 50, None), (20, 40, None)]
    assert (len(doubted(travel.database)), inside(travel.database)) == (25, set(IDS[25:]))
    assert travel.run(run_id)["error"].startswith("25 people were missing at once")
    [walk] = rows(travel.database, "walks")[-1:]
    assert (walk["state"], walk["whole"]) == ("braked", True)
    numbers = [seq for seq, *_ in feed(travel.database)]
    assert numbers == sorted(set(numbers))


def test_no_request_is_made_for_a_slice(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    sliced(monkeypatch, 4)
    run_id = compare(travel, PEOPLE[20:])
    with travel.database.write() as connection:
        accounts.pause(connection, travel.account.id, "Its token is dead.")
    before = (len(travel.connector.requests), travel.run(run_id)["requests"], travel.run(run_id)["pages"])
    assert finish(travel, run_id) == 5
    assert (
        len(travel.connector.requests),
        travel.run(run_id)["requests"],
        travel.run(run_id)["pages"],
    ) == before
    assert travel.run(run_id)["state"] == "done"
    assert len(doubted(travel.database)) == 20


def test_who_changes_between_two_slices_is_left_as_they_are(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced(monkeypatch, 5)
    run_id = compare(travel, PEOPLE[20:])
    travel.step(run_id)
    travel.clock.forward(seconds=1)
    with travel.database.write() as connection:
        steps = erase(connection, [PEOPLE[10]], "erased")  # who is erased has no act to put in doubt
        ours = (travel.account.id, travel.account.platform)
        again = [("follows", contacts.known(connection, "twitter", [IDS[11]])[IDS[11]].id)]
        departures.end(connection, ours[0], "", again, before=travel.clock(), now=travel.clock())
        back = write_page(connection, ours, [follows(PEOPLE[11])], CNIL, now=travel.clock())
        messaging.publish(connection, steps + back.steps, now=travel.clock())
    finish(travel, run_id)
    assert {*IDS[:20]} - inside(travel.database) == {*IDS[:20]} - {IDS[11]}
    assert len(doubted(travel.database)) == 18
    assert [each for each in feed(travel.database) if each[1] == IDS[10]][-1][2:] == ("remove", "erased")


def test_a_second_walk_parts_with_them_in_slices(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    sliced(monkeypatch, 7)
    finish(travel, compare(travel, PEOPLE[40:]))
    let_be_shown(travel.database)
    travel.clock.forward(hours=6)
    run_id = compare(travel, PEOPLE[40:])
    assert finish(travel, run_id) == 6
    assert travel.run(run_id)["left"] == 40
    assert doubted(travel.database) == set()
    # A third of them mentions us, and that stays.
    assert sorted({labels(travel.database)[each] for each in IDS[:40]}) == ["none", "occasional"]


@pytest.mark.parametrize(("verb", "there"), [(brake.confirm, 20), (brake.release, 60)])
def test_an_operator_decides_in_slices_once_the_walk_has_ended(
    travel: Travel, monkeypatch: pytest.MonkeyPatch, verb: brake.Verb, there: int
) -> None:
    sliced(monkeypatch, 15)
    run_id = compare(travel, PEOPLE[40:])
    entered: list[int] = []

    def settle() -> int:
        def enter(_connection: Connection, count: int) -> None:
            entered.append(count)

        return brake.settle(travel.database, verb, travel.account, CNIL, enter, now=travel.clock())

    with pytest.raises(RegularsError, match="still parting"):
        settle()
    finish(travel, run_id)
    assert settle() == 40
    assert entered == [15, 15, 10]
    assert (doubted(travel.database), len(inside(travel.database))) == (set(), there)
    with pytest.raises(RegularsError, match="Nobody of"):
        settle()


def test_a_cancelled_run_parts_with_nobody_more(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    sliced(monkeypatch, 5)
    run_id = compare(travel, PEOPLE[20:])
    travel.step(run_id)
    with travel.database.write() as connection:
        runs.cancel(connection, run_id, now=travel.clock())
    assert travel.step(run_id) is None
    assert (len(doubted(travel.database)), rows(travel.database, "departing")) == (5, [])
    travel.clock.forward(hours=6)
    list_only(travel, PEOPLE)
    travel.harvest(FOLLOWERS)
    assert (doubted(travel.database), inside(travel.database)) == (set(), set(IDS))


def test_reactions_under_a_post_end_in_slices_and_the_next_post_follows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced(monkeypatch, 8)
    posts = [Post("9001", NOW), Post("9002", NOW)]
    listings = {(LIKERS, each.post): [likes(who, each.post) for who in PEOPLE[:30]] for each in posts}
    travel = Travel(database, ScriptedConnector(listings, own_posts=posts))
    travel.harvest("posts", LIKERS)
    travel.clock.forward(hours=6)
    listings[LIKERS, "9001"][:] = listings[LIKERS, "9001"][20:]
    listings[LIKERS, "9002"][:] = listings[LIKERS, "9002"][29:]
    run_id = travel.harvest("posts", LIKERS)[LIKERS]
    assert travel.run(run_id)["left"] == 20 + 29


def test_a_slice_that_ends_every_worker_fails_the_run_and_is_replayed(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced(monkeypatch, 5)
    run_id = compare(travel, PEOPLE[20:])
    whole = depart.carry_out

    def dies(*_given: object, **_named: object) -> NoReturn:
        raise CrashError

    monkeypatch.setattr(depart, "carry_out", dies)
    for _ in range(MAX_DEATHS + 1):
        with contextlib.suppress(CrashError):
            travel.step(run_id)
        travel.clock.forward(seconds=LEASE.total_seconds() + 1)
    assert travel.run(run_id)["state"] == "failed"
    assert [each["cause"] for each in rows(travel.database, "failures")] == [CAUSE]
    monkeypatch.setattr(depart, "carry_out", whole)
    with travel.database.write() as connection:
        runs.replay(connection, run_id, now=travel.clock())
    finish(travel, run_id)
    assert (travel.run(run_id)["state"], len(doubted(travel.database))) == ("done", 20)


def test_a_slice_that_the_database_refuses_is_tried_again(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced(monkeypatch, 5)
    run_id = compare(travel, PEOPLE[20:])
    whole, calls = depart.carry_out, []

    def fails_at_first(*given: Any, **named: Any) -> depart.Departed:
        calls.append(given)
        if len(calls) <= 3:  # a transaction is tried so often
            raise DatabaseError("The disk is full.")
        return whole(*given, **named)

    monkeypatch.setattr(depart, "carry_out", fails_at_first)
    assert travel.step(run_id) is None
    assert travel.run(run_id)["waiting_for"] == "database"
    travel.finish(run_id)
    assert len(doubted(travel.database)) == 20


@pytest.mark.parametrize("committed", [False, True])
def test_kill_9_over_every_slice(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    sliced(monkeypatch, 8)
    travel = known(new_database())
    run_id = compare(travel, PEOPLE[30:])
    kills = 0
    while travel.run(run_id)["state"] == "running":
        child = os.fork()
        if child == 0:
            _die_in_a_slice(travel, run_id, committed=committed)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        kills += 1
        travel.clock.forward(seconds=LEASE.total_seconds() + 1)
        if not committed:
            travel.step(run_id)  # whoever comes after
    assert kills == 4
    assert (len(doubted(travel.database)), inside(travel.database)) == (30, set(IDS[30:]))
    removed = [who for _, who, op, _ in feed(travel.database) if op == "remove"]
    assert sorted(removed) == IDS[:30]


def _die_in_a_slice(travel: Travel, run_id: int, *, committed: bool) -> NoReturn:
    """Be a process of its own that is killed at the end of a slice's transaction, or after it."""
    try:
        url = travel.database.engine.url.render_as_string(hide_password=False)
        own = Fragile(Database(url))
        travel.road = replace(travel.road, database=own, worker="doomed", company=Company())
        own.crash = Crash(2, committed)
        travel.step(run_id, worker="doomed")
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _ends_by_walk(connection: Connection, account_id: int, contact_id: int) -> None:
    departures.end(connection, account_id, "", [("follows", contact_id)], before=NOW, now=NOW)


def _ends_by_push(connection: Connection, account_id: int, contact_id: int) -> None:
    pushed.end(connection, account_id, [Moved("follows", "", contact_id, NOW)])


def _begins_by_push(connection: Connection, account_id: int, contact_id: int) -> None:
    pushed.begin_later(connection, account_id, [Moved("follows", "", contact_id, NOW)])


def _is_seen_again(connection: Connection, account_id: int, contact_id: int) -> None:
    withheld.sighted(connection, account_id, [("follows", "", contact_id)])


@pytest.mark.parametrize("act", [_ends_by_walk, _ends_by_push, _begins_by_push, _is_seen_again])
def test_one_end_does_not_cost_a_look_at_every_follow(
    sqlite_template: Path, tmp_path: Path, act: Callable[[Connection, int, int], None]
) -> None:
    shutil.copy(sqlite_template, tmp_path / "regulars.db")
    travel = Travel(Database(sqlite_url(tmp_path / "regulars.db")))
    steps = []
    for count in (100, 900):
        people = [follows(ContactKey("twitter", str(20_000 + each))) for each in range(count)]
        with travel.database.write() as connection:
            ours = (travel.account.id, "twitter")
            [first, *others] = write_page(connection, ours, people, CNIL, now=NOW).contact_ids
            doubts = [("follows", "", each) for each in others]
            withheld.add(connection, Doubt(ours[0], 1, NOW, None), doubts, now=NOW)
            driver: Any = connection.connection.driver_connection
            ticks: list[int] = []
            driver.set_progress_handler(lambda ticks=ticks: ticks.append(1), 1)
            act(connection, travel.account.id, first)
            driver.set_progress_handler(None, 0)
        steps.append(len(ticks))
    assert steps[1] < steps[0] + 200
