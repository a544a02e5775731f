"""A harvest page by page: fences, claims, crashes."""

from typing import Any

import pytest
from sqlalchemy import Connection

from domain.batch import Batch, PageRequest
from domain.deletion import Fate
from pipeline import harvest
from pipeline.gone import apply_fates
from pipeline.outcome import LostClaimError
from store import messaging, suppressions
from store.runs import LEASE
from tests.cast import ADA, BO, CNIL, DI, NOW
from tests.contents import contents, feed, inside, labels, rows
from tests.scripted import FOLLOWERS
from tests.travel import Travel


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


def test_a_page_that_another_worker_holds_is_left_to_it(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    answers: list[object] = []
    travel.connector.meanwhile = lambda: answers.append(travel.step(run_id, worker="worker 2"))
    travel.step(run_id)
    assert answers == [None]
    assert len(travel.connector.requests) == 1
    assert travel.run(run_id)["pages"] == 1


def test_a_worker_whose_lease_ran_out_writes_nothing(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]

    def overtake() -> None:
        travel.clock.forward(seconds=LEASE.total_seconds() + 1)
        assert travel.step(run_id, worker="worker 2") is not None

    travel.connector.meanwhile = overtake
    travel.connector.upsets = [1, 2]
    with pytest.raises(LostClaimError):
        travel.step(run_id)
    # Worker 2 stored its page of one; the page of two that came late left no trace.
    assert inside(travel.database) == {ADA.platform_id}
    assert (travel.run(run_id)["fence"], travel.run(run_id)["pages"]) == (1, 1)


class CrashError(BaseException):
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
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"harvest_runs", "limit_windows", "spends"}  # the claim, the permit, the reservation
    assert travel.step(run_id) is None, "the dead worker's lease still holds"
    travel.clock.forward(seconds=LEASE.total_seconds() + 1)
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == [None, "1", "1", "2"]
    assert inside(travel.database) == {ADA.platform_id, DI.platform_id, BO.platform_id}
    assert feed(travel.database) == []


def test_a_page_in_hand_brings_nobody_back_who_went_at_the_platforms_word(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.harvest(FOLLOWERS)
    assert ADA.platform_id in labels(travel.database)
    fetch = travel.connector.fetch

    def slow(request: PageRequest) -> Batch:
        shown = fetch(request)
        monkeypatch.undo()

        def apply(connection: Connection) -> None:
            suppressions.take(connection)
            fates, now = {ADA.platform_id: Fate.DELETED}, travel.clock()
            done = apply_fates(connection, "twitter", fates, CNIL, asked_at=now, now=now)
            messaging.publish(connection, done.steps, now=now)

        travel.database.transact(apply)
        followers = travel.followers
        followers[:] = [each for each in followers if each.contact != ADA]
        return shown

    monkeypatch.setattr(travel.connector, "fetch", slow)
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    assert ADA.platform_id not in labels(travel.database)
    assert travel.run(run_id)["waiting_for"] == "deleted_meanwhile"
    assert travel.finish(run_id) == ["done"]
    assert set(labels(travel.database)) == {BO.platform_id, DI.platform_id}


def test_a_restart_of_the_product_in_the_middle_goes_on_where_it_was(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    travel.step(run_id, worker="worker of another process")
    assert travel.cursors() == [None, "1"]
