"""Errors of a platform, by their consequence for the run."""

from datetime import timedelta

import pytest

from domain.errors import (
    AppPausedError,
    BadAnswerError,
    CursorRefusedError,
    OperatorNeededError,
    PageTooLargeError,
    PlatformError,
    RetryLaterError,
)
from domain.limit import Limit
from pipeline import harvest
from pipeline.outcome import LONGEST_PAUSE_S, MAX_ATTEMPTS, MAX_RESTARTS
from store.database import DatabaseError
from tests.cast import ADA, BO, DI, NOW
from tests.contents import inside, rows
from tests.scripted import FOLLOWERS, MENTIONS
from tests.travel import Travel

SOON = RetryLaterError("Not now.", code="busy")
UNREADABLE = BadAnswerError("The answer cannot be read.", code="unreadable")
REFUSED = CursorRefusedError("The cursor is too old.", code="cursor_refused")
LATE = NOW + timedelta(minutes=15)


def test_an_error_with_a_date_waits_until_it(travel: Travel) -> None:
    travel.connector.upsets = [RetryLaterError("Limited.", code="rate_limited", retry_at=LATE)]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.step(run_id) is None
    run = travel.run(run_id)
    assert (run["due_at"], run["waiting_for"], run["fence"], run["state"]) == (
        LATE,
        "rate_limited",
        1,
        "running",
    )
    (entry,) = rows(travel.database, "outbox")
    assert (entry["due_at"], entry["sent_at"], entry["fence"]) == (LATE, None, 1)
    assert travel.step(run_id) is None
    assert len(travel.connector.requests) == 1
    assert travel.finish(run_id) == ["done"]
    assert travel.clock() == LATE


def test_an_error_without_a_date_waits_longer_each_time(travel: Travel) -> None:
    travel.connector.upsets = [SOON, SOON, UNREADABLE, SOON]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    pauses = []
    for _ in range(4):
        travel.step(run_id)
        due_at = travel.run(run_id)["due_at"]
        pauses.append((due_at - travel.clock()).total_seconds())
        travel.clock.at = due_at
    for pause, longest in zip(pauses, (0.25, 0.5, 1.0, 2.0), strict=True):
        assert longest / 2 <= pause <= longest
    assert travel.run(run_id)["attempts"] == 4
    travel.step(run_id)
    assert travel.run(run_id)["attempts"] == 0


@pytest.mark.parametrize("error", [SOON, UNREADABLE], ids=["never soon enough", "never readable"])
def test_an_error_that_does_not_pass_ends_the_run(travel: Travel, error: PlatformError) -> None:
    travel.connector.upsets = [error] * 99
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.finish(run_id) == ["failed"]
    assert len(travel.connector.requests) == MAX_ATTEMPTS
    assert travel.run(run_id)["requests"] == MAX_ATTEMPTS
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["attempts"]) == (error.code, MAX_ATTEMPTS)
    assert rows(travel.database, "outbox") == []


def test_a_paused_app_stops_every_stream_of_the_account(travel: Travel) -> None:
    travel.connector.upsets = [AppPausedError("The cap is reached.", code="cap", retry_at=LATE)]
    begun = travel.begin(FOLLOWERS, MENTIONS)
    for each in begun.values():
        travel.step(each)
    assert len(travel.connector.requests) == 1
    assert {travel.run(each)["due_at"] for each in begun.values()} == {LATE}


def test_a_refused_cursor_begins_the_listing_again_and_nobody_is_lost(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers.reverse()
    travel.cursors()
    travel.connector.upsets = [1, REFUSED, 1, 1, 1]
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    assert travel.cursors() == [None, "1", None, "1", "2"]
    assert travel.run(run_id)["restarts"] == 1
    assert inside(travel.database) == {each.platform_id for each in (ADA, BO, DI)}


def test_who_left_during_a_walk_that_was_given_up_is_not_taken_from_it(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.connector.upsets = [1, REFUSED, 1, 1]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    travel.step(run_id)
    del travel.followers[0]  # Ada was on the page that the given-up walk read
    assert travel.finish(run_id) == ["done"]
    assert inside(travel.database) == {DI.platform_id, BO.platform_id}


def test_cursors_refused_for_ever_end_the_run_and_nobody_has_left(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.connector.upsets = [each for _ in range(MAX_RESTARTS + 1) for each in (1, REFUSED)]
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["failed"]
    assert len(inside(travel.database)) == 3


def test_a_page_that_is_too_large_is_asked_for_in_halves(travel: Travel) -> None:
    too_large = PageTooLargeError("Reduce the amount of data.", code="too_large")
    travel.connector.upsets = [too_large, too_large]
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    assert [each.page_size for each in travel.connector.requests] == [1000, 500, 250]
    assert travel.run(run_id)["state"] == "done"


def test_the_smallest_page_that_is_too_large_ends_the_run(travel: Travel) -> None:
    travel.connector.upsets = [PageTooLargeError("Reduce the amount of data.", code="too_large")] * 20
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["failed"]
    assert travel.connector.requests[-1].page_size == 1


def test_a_dead_token_ends_the_run_at_once_with_advice(travel: Travel) -> None:
    travel.connector.upsets = [OperatorNeededError("The token is dead.", code="token_dead")]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    run = travel.run(run_id)
    assert (run["state"], run["error"], run["ended_at"]) == ("failed", "The token is dead.", NOW)
    (failure,) = rows(travel.database, "failures")
    assert "account check" in failure["advice"]


def test_the_limit_that_an_error_tells_is_kept(travel: Travel) -> None:
    limit = Limit(FOLLOWERS, 0, LATE)
    travel.connector.upsets = [RetryLaterError("Limited.", code="rate_limited", limit=limit)]
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    travel.clock.forward(minutes=1)
    travel.step(run_id)
    assert travel.run(run_id)["due_at"] == LATE
    assert len(travel.connector.requests) == 1


def test_a_listing_that_leads_in_a_circle_ends_as_unfinished(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers.reverse()
    travel.connector.upsets = [1, 0]  # an empty page whose cursor is its own
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["failed"]
    (failure,) = rows(travel.database, "failures")
    assert failure["cause"] == "paging_loop"
    assert len(inside(travel.database)) == 3


def test_an_error_of_our_own_is_tried_again_at_once_and_told_in_the_end(travel: Travel) -> None:
    travel.connector.upsets = [ZeroDivisionError("Ada")] * 99
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    for _ in range(MAX_ATTEMPTS):
        travel.step(run_id)
        travel.clock.forward(seconds=LONGEST_PAUSE_S)
    assert travel.run(run_id)["state"] == "failed"
    (failure,) = rows(travel.database, "failures")
    assert failure["cause"] == "unexpected"
    assert "ZeroDivisionError in " in failure["sentence"]
    assert "Ada" not in failure["sentence"]


def test_an_error_of_our_own_that_passes_costs_one_request(travel: Travel) -> None:
    travel.connector.upsets = [KeyError("Ada")]
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["done"]
    assert len(inside(travel.database)) == 3


def test_a_database_that_cannot_be_used_is_told_in_its_own_words(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]

    def full(*_: object, **__: object) -> None:
        raise DatabaseError("The database cannot be used (disk is full).")

    monkeypatch.setattr(harvest, "write_page", full)
    travel.step(run_id)
    run = travel.run(run_id)
    assert (run["state"], run["waiting_for"], run["claimed_by"]) == ("running", "database", None)
    for _ in range(20):
        travel.clock.forward(seconds=LONGEST_PAUSE_S)
        travel.step(run_id)
    (failure,) = rows(travel.database, "failures")
    assert (failure["cause"], failure["sentence"]) == (
        "database",
        "The database cannot be used (disk is full).",
    )


def test_an_answer_outlives_a_database_that_is_away_for_a_moment(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, away = harvest.write_page, [DatabaseError("away"), DatabaseError("away")]

    def write_page(*given: object, **options: object) -> object:
        if away:
            raise away.pop()
        return real(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(harvest, "write_page", write_page)
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["done"]
    assert len(travel.connector.requests) == 3, "an answer was asked for twice"
