"""Runs that wait, fail, go on again or are cancelled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.errors import OperatorNeededError, RegularsError, RetryLaterError
from domain.limit import Limit
from domain.stream import COUNT
from pipeline.outcome import LostClaimError
from store import runs
from store.runs import NoSuchRunError
from tests.cast import NOW
from tests.contents import inside, rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS
from tests.travel import Travel


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


def test_a_soon_error_is_no_reason_to_lose_the_place(travel: Travel) -> None:
    travel.connector.upsets = [1, RetryLaterError("Not now.", code="busy"), 1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == [None, "1", "1", "2"]
    assert travel.run(run_id)["requests"] == 4


def test_a_replayed_run_goes_on_from_its_checkpoint(travel: Travel) -> None:
    dead = OperatorNeededError("The token is dead.", code="token_dead")
    travel.connector.upsets = [1, dead]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.finish(run_id) == ["failed"]
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["state"], failure["run_id"]) == ("token_dead", "open", run_id)
    assert failure["sentence"] == "The token is dead."
    with travel.database.write() as connection:
        runs.replay(connection, run_id, now=travel.clock())
    travel.cursors()
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == ["1", "2"]
    assert len(inside(travel.database)) == 3


def test_a_cancelled_run_stops_and_makes_nobody_leave(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers.reverse()
    travel.connector.upsets = [1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)

    def cancel() -> None:
        with travel.database.write() as connection:
            runs.cancel(connection, run_id, now=travel.clock())

    before = travel.run(run_id)
    travel.connector.meanwhile = cancel
    with pytest.raises(LostClaimError):
        travel.step(run_id)
    after = travel.run(run_id)
    assert (after["state"], after["pages"], after["ended_at"]) == ("cancelled", before["pages"], NOW)
    assert len(inside(travel.database)) == 3
    assert rows(travel.database, "outbox") == []
    travel.connector.upsets = [1, 1, 1]
    travel.harvest(FOLLOWERS)
    assert len(inside(travel.database)) == 3


def test_a_replay_while_another_harvest_reads_the_stream_is_refused_in_a_sentence(travel: Travel) -> None:
    travel.connector.upsets = [OperatorNeededError("The token is dead.", code="token_dead")]
    failed = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.finish(failed)
    travel.begin(FOLLOWERS)
    with pytest.raises(RegularsError, match="still reading followers"), travel.database.write() as connection:
        runs.replay(connection, failed, now=travel.clock())
    assert travel.run(failed)["state"] == "failed"


def test_only_a_failed_run_is_replayed_and_only_an_active_one_cancelled(travel: Travel) -> None:
    done = travel.harvest(FOLLOWERS)[FOLLOWERS]
    for act in (runs.replay, runs.cancel):
        with pytest.raises(NoSuchRunError), travel.database.write() as connection:
            act(connection, done, now=travel.clock())


def test_a_second_harvest_of_a_stream_that_is_still_read_is_refused(travel: Travel) -> None:
    travel.begin(FOLLOWERS)
    with pytest.raises(RegularsError, match="still reading followers"):
        travel.begin(FOLLOWERS, MENTIONS)
    assert len(rows(travel.database, "harvest_runs")) == 1


def test_a_stopped_harvest_is_joined_and_only_what_is_missing_begins(travel: Travel) -> None:
    begun = travel.begin(FOLLOWERS)
    joined = travel.begin(join=True)
    assert joined[FOLLOWERS] == begun[FOLLOWERS]
    # A look at the count is no listing: only who names it asks for it.
    assert set(joined) == set(travel.connector.streams) - {COUNT}
    assert set(travel.finish(*joined.values())) == {"done"}


def test_per_post_streams_wait_for_a_list_of_posts_that_was_begun_before(travel: Travel) -> None:
    begun = travel.begin("posts")
    joined = travel.begin(LIKERS, join=True)
    assert travel.run(joined[LIKERS])["waits_for"] == begun["posts"]
    assert set(travel.finish(*joined.values())) == {"done"}


def test_two_who_begin_the_same_harvest_at_once_begin_one(travel: Travel) -> None:
    at_once = threading.Barrier(4)

    def begin(_: int) -> str:
        at_once.wait()
        try:
            travel.begin(FOLLOWERS)
        except RegularsError as error:
            return str(error)
        return "begun"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(begin, range(4)))
    assert told.count("begun") == 1
    assert all("still reading followers" in each for each in told if each != "begun")
    assert len(rows(travel.database, "harvest_runs")) == 1
