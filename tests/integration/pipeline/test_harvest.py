"""A harvest page by page: fences, claims, crashes, and what a whole walk concludes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.batch import Limit
from domain.errors import OperatorNeededError, RetryLaterError
from pipeline import harvest
from pipeline.outcome import LostClaimError
from store.database import Database
from store.runs import LEASE
from tests.cast import ADA, BO, DI, NOW, follows, likes, mentions
from tests.contents import contents, feed, inside, labels, rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let Ada, Di and Bo follow, one a page."""
    connector = ScriptedConnector({(FOLLOWERS, ""): [follows(ADA), follows(DI), follows(BO)]})
    travel = Travel(database, connector)
    connector.upsets = [1, 1, 1]
    return travel


def roster(travel: Travel) -> list[Any]:
    return travel.connector.listings[FOLLOWERS, ""]


def test_a_run_reads_page_by_page_to_its_end(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    first = travel.step(run_id)
    assert first is not None
    assert (first.subject_id, first.fence, first.queue) == (run_id, 1, "harvest.twitter")
    assert inside(travel.database) == {ADA.platform_id}
    (entry,) = rows(travel.database, "outbox")
    assert (entry["fence"], entry["sent_at"]) == (1, travel.clock())
    assert travel.step(run_id) is not None
    assert travel.step(run_id) is None
    run = travel.run(run_id)
    assert (run["state"], run["pages"], run["requests"], run["contacts_seen"], run["regular"]) == (
        "done",
        3,
        3,
        3,
        3,
    )
    assert (run["spend_micro_usd"], run["ended_at"], run["attempts"]) == (30_000, NOW, 0)
    assert travel.connector.asked() == [(FOLLOWERS, "", None), (FOLLOWERS, "", "1"), (FOLLOWERS, "", "2")]
    assert inside(travel.database) == {each.platform_id for each in (ADA, DI, BO)}
    assert (rows(travel.database, "outbox"), rows(travel.database, "roster_pages")) == ([], [])


def test_a_message_with_a_stale_fence_does_nothing(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    before = contents(travel.database)
    for fence in (0, 2, 99):
        assert travel.step(run_id, fence=fence) is None
    assert len(travel.connector.requests) == 1
    assert contents(travel.database) == before


def test_a_message_that_comes_twice_makes_one_request(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    for _ in range(3):
        travel.step(run_id, fence=0)
    assert len(travel.connector.requests) == 1
    assert travel.run(run_id)["pages"] == 1


def test_a_message_for_an_ended_run_does_nothing(travel: Travel) -> None:
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    before = contents(travel.database)
    assert travel.step(run_id) is None
    assert contents(travel.database) == before


def while_fetching(travel: Travel, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let `act` happen once, between a request and its answer."""
    fetch = travel.connector.fetch

    def fetch_and_act(request: Any) -> Any:
        monkeypatch.undo()
        act()
        return fetch(request)

    monkeypatch.setattr(travel.connector, "fetch", fetch_and_act)


def test_a_page_that_another_worker_holds_is_left_to_it(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    answers: list[object] = []
    while_fetching(travel, monkeypatch, lambda: answers.append(travel.step(run_id, worker="worker 2")))
    travel.step(run_id)
    assert answers == [None]
    assert len(travel.connector.requests) == 1
    assert travel.run(run_id)["pages"] == 1


def test_a_worker_whose_lease_ran_out_writes_nothing(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]

    def overtake() -> None:
        travel.clock.forward(seconds=LEASE.total_seconds() + 1)
        assert travel.step(run_id, worker="worker 2") is not None

    while_fetching(travel, monkeypatch, overtake)
    travel.connector.upsets = [1, 2]
    with pytest.raises(LostClaimError):
        travel.step(run_id)
    # Worker 2 stored its page of one; the page of two that came late left no trace.
    assert inside(travel.database) == {ADA.platform_id}
    assert (travel.run(run_id)["fence"], travel.run(run_id)["pages"]) == (1, 1)


class CrashError(Exception):
    """A process that dies, as far as the database can tell."""


def test_a_crash_between_answer_and_commit_repeats_that_page_and_only_it(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    before = contents(travel.database)
    publish = harvest.messaging.publish

    def crash(*arguments: Any, **named: Any) -> None:
        publish(*arguments, **named)
        raise CrashError

    monkeypatch.setattr(harvest.messaging, "publish", crash)
    with pytest.raises(CrashError):
        travel.step(run_id)
    monkeypatch.undo()
    after = contents(travel.database)
    assert {name for name in after if after[name] != before[name]} == {"harvest_runs"}  # the claim
    assert travel.step(run_id) is None, "the dead worker's lease still holds"
    travel.clock.forward(seconds=LEASE.total_seconds() + 1)
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert [each[2] for each in travel.connector.asked()] == [None, "1", "1", "2"]
    assert [each[:2] for each in feed(travel.database)] == [
        (1, ADA.platform_id),
        (2, DI.platform_id),
        (3, BO.platform_id),
    ]


def test_a_whole_walk_ends_the_follow_of_whom_it_does_not_show(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    roster(travel).remove(follows(DI))
    travel.clock.forward(days=1)
    travel.connector.upsets = [1, 1]
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    assert labels(travel.database)[DI.platform_id] == "none"
    assert inside(travel.database) == {ADA.platform_id, BO.platform_id}
    assert feed(travel.database)[3:] == [(4, DI.platform_id, "remove", "unfollowed")]
    assert travel.run(run_id)["left"] == 1


def test_who_left_and_still_liked_remains_occasional_without_a_name(travel: Travel) -> None:
    travel.connector.listings[MENTIONS, ""] = [mentions(DI)]
    travel.harvest(FOLLOWERS, MENTIONS)
    roster(travel).remove(follows(DI))
    travel.harvest(FOLLOWERS)
    assert labels(travel.database)[DI.platform_id] == "occasional"
    (di,) = [each for each in rows(travel.database, "contacts") if each["platform_id"] == DI.platform_id]
    assert (di["handle"], di["display_name"], di["regular_since"]) == (None, None, None)
    assert di["keep_until"] == NOW + timedelta(days=30)


def test_who_left_and_comes_back_is_admitted_again(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    gone = roster(travel).pop(1)
    travel.harvest(FOLLOWERS)
    roster(travel).append(gone)
    travel.harvest(FOLLOWERS)
    assert DI.platform_id in inside(travel.database)
    assert [each[1:] for each in feed(travel.database) if each[1] == DI.platform_id] == [
        (DI.platform_id, "upsert", "follows"),
        (DI.platform_id, "remove", "unfollowed"),
        (DI.platform_id, "upsert", "follows"),
    ]


def test_a_run_that_fails_midway_makes_nobody_leave_and_the_next_begins_its_own_walk(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    roster(travel).reverse()
    dead = OperatorNeededError("The token is dead.", code="token_dead")
    travel.connector.upsets = [1, dead]
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["failed"]
    assert len(inside(travel.database)) == 3
    # Half of the roster is known to the failed run; a run that took it over would lose Bo here.
    travel.connector.upsets = [1, 1, 1]
    del travel.connector.requests[:]
    travel.harvest(FOLLOWERS)
    assert [each[2] for each in travel.connector.asked()] == [None, "1", "2"]
    assert len(inside(travel.database)) == 3
    assert len(feed(travel.database)) == 3


def test_a_restart_of_the_product_in_the_middle_goes_on_where_it_was(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    travel.step(run_id, worker="worker of another process")
    assert [each[2] for each in travel.connector.asked()] == [None, "1"]


def test_a_cursor_that_grew_old_begins_its_listing_again(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    roster(travel).remove(follows(ADA))
    travel.clock.forward(hours=21)
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert [each[2] for each in travel.connector.asked()] == [None, None, "1"]
    # Ada was on the first page of the walk that was given up, and on none of the whole one.
    assert inside(travel.database) == {DI.platform_id, BO.platform_id}


def test_a_timeline_is_read_to_its_mark(database: Database) -> None:
    newest_first = [mentions(BO, f"80{each:02}") for each in range(9, 0, -1)]
    connector = ScriptedConnector({(MENTIONS, ""): newest_first}, upsets=[3, 3, 3])
    travel = Travel(database, connector)
    travel.harvest(MENTIONS)
    (checkpoint,) = rows(database, "checkpoints")
    assert (checkpoint["mark"], checkpoint["cursor"], checkpoint["pages"]) == ("8009", None, 0)
    newest_first.insert(0, mentions(ADA, "8010"))
    connector.upsets = [3, 3, 3]
    del connector.requests[:]
    travel.harvest(MENTIONS)
    assert [(each.cursor, each.mark) for each in connector.requests] == [(None, "8009"), ("3", "8009")]
    assert rows(database, "checkpoints")[0]["mark"] == "8010"
    assert labels(database) == {BO.platform_id: "occasional", ADA.platform_id: "occasional"}


def test_a_mark_stays_until_its_walk_ends(database: Database) -> None:
    newest_first = [mentions(BO, f"80{each:02}") for each in range(9, 0, -1)]
    connector = ScriptedConnector({(MENTIONS, ""): newest_first}, upsets=[3, 3, 3])
    travel = Travel(database, connector)
    run_id = travel.begin(MENTIONS)[MENTIONS]
    for mark in (None, None, "8009"):
        travel.step(run_id)
        assert rows(database, "checkpoints")[0]["mark"] == mark


def test_a_capped_listing_proves_nobodys_absence(database: Database) -> None:
    travel = Travel(database, ScriptedConnector({("capped", ""): []}))
    stream = travel.connector.streams[FOLLOWERS]
    travel.connector.streams = {"capped": type(stream)("capped", stream.kinds, stream.shape.CAPPED, 100)}
    travel.connector.listings["capped", ""] = [follows(ADA), follows(BO)]
    travel.harvest("capped")
    travel.connector.listings["capped", ""] = [follows(BO)]
    travel.harvest("capped")
    assert inside(database) == {ADA.platform_id, BO.platform_id}


def test_a_spent_limit_parks_the_run_without_a_request(travel: Travel) -> None:
    reset_at = NOW + timedelta(minutes=7)
    travel.connector.limit = Limit(FOLLOWERS, 0, reset_at)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.step(run_id) is not None
    assert travel.step(run_id) is None
    run = travel.run(run_id)
    assert len(travel.connector.requests) == 1
    assert (run["due_at"], run["fence"], run["attempts"]) == (reset_at, 1, 0)
    assert (run["waiting_for"], run["claimed_by"]) == ("the platform's limit", None)
    (entry,) = rows(travel.database, "outbox")
    assert (entry["due_at"], entry["sent_at"], entry["fence"]) == (reset_at, None, 1)
    travel.clock.at = reset_at
    assert travel.step(run_id) is not None
    assert len(travel.connector.requests) == 2


def test_a_limit_of_one_stream_leaves_the_others_alone(travel: Travel) -> None:
    travel.connector.limit = Limit(FOLLOWERS, 0, NOW + timedelta(minutes=7))
    begun = travel.begin(FOLLOWERS, MENTIONS)
    travel.step(begun[FOLLOWERS])
    travel.step(begun[MENTIONS])
    assert travel.run(begun[MENTIONS])["state"] == "done"


def test_a_replayed_run_goes_on_from_its_checkpoint(travel: Travel) -> None:
    from store import runs

    dead = OperatorNeededError("The token is dead.", code="token_dead")
    travel.connector.upsets = [1, dead]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.finish(run_id) == ["failed"]
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["state"], failure["run_id"]) == ("token_dead", "open", run_id)
    assert failure["sentence"] == "The token is dead."
    with travel.database.write() as connection:
        runs.replay(connection, run_id, now=travel.clock())
    del travel.connector.requests[:]
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert [each[2] for each in travel.connector.asked()] == ["1", "2"]
    assert len(inside(travel.database)) == 3


def test_a_cancelled_run_stops_and_makes_nobody_leave(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import runs

    travel.harvest(FOLLOWERS)
    roster(travel).reverse()
    travel.connector.upsets = [1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)

    def cancel() -> None:
        with travel.database.write() as connection:
            runs.cancel(connection, run_id, now=travel.clock())

    before = travel.run(run_id)
    while_fetching(travel, monkeypatch, cancel)
    with pytest.raises(LostClaimError):
        travel.step(run_id)
    after = travel.run(run_id)
    assert (after["state"], after["pages"], after["ended_at"]) == ("cancelled", before["pages"], NOW)
    assert len(inside(travel.database)) == 3
    assert rows(travel.database, "outbox") == []
    travel.connector.upsets = [1, 1, 1]
    travel.harvest(FOLLOWERS)
    assert len(inside(travel.database)) == 3


def test_a_likers_roster_is_compared_within_its_post(database: Database) -> None:
    from domain.batch import Post

    connector = ScriptedConnector(
        {(LIKERS, "9001"): [likes(ADA, "9001"), likes(BO, "9001")], (LIKERS, "9002"): [likes(BO, "9002")]},
        own_posts=[Post("9001", NOW), Post("9002", NOW)],
    )
    travel = Travel(database, connector)
    travel.harvest(LIKERS)
    del connector.listings[LIKERS, "9001"][:]
    travel.harvest(LIKERS)
    standing = {each["item"] for each in rows(database, "signals") if each["ended_at"] is None}
    assert standing == {"9002"}
    assert labels(database) == {ADA.platform_id: "none", BO.platform_id: "occasional"}


def test_a_soon_error_is_no_reason_to_lose_the_place(travel: Travel) -> None:
    travel.connector.upsets = [1, RetryLaterError("Not now.", code="busy"), 1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.finish(run_id) == ["done"]
    assert [each[2] for each in travel.connector.asked()] == [None, "1", "1", "2"]
    assert travel.run(run_id)["requests"] == 4
