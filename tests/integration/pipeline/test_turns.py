"""Turns: a page is asked for only with a good token, of an account and an app that are not paused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.credentials import Credentials, Renewal
from domain.errors import (
    AppPausedError,
    OperatorNeededError,
    RegularsError,
    RetryLaterError,
    TokenDeadError,
)
from pipeline import renew
from pipeline.ask import Ask
from pipeline.limiter import DatabaseLimiter, Recall
from pipeline.resume import resume_account
from store import accounts, renewals
from store.accounts import Sealed
from tests.cast import NOW, OURS
from tests.contents import inside, rows
from tests.scripted import FOLLOWERS, MENTIONS
from tests.travel import Travel

DEAD = TokenDeadError("X no longer takes the token of account 5000.", code="unauthorized")
FRESH = Renewal(Credentials("new token", refresh_token="new refresh"), 7200)


@pytest.fixture
def renewable(travel: Travel) -> Travel:
    """Let the account have what renewing its token needs."""
    with travel.database.write() as connection:
        renewals.keep(connection, travel.account.id, Sealed(b"old", None, None, b"refresh"), None)
    return travel


class Away(DatabaseLimiter):
    """A limiter whose server is not there."""

    def __init__(self) -> None:
        pass

    def take(self, ask: Ask, recall: Recall) -> float:  # noqa: ARG002  # its signature
        raise RetryLaterError("Away.", code="limiter")


def ends(travel: Travel, **ahead: float) -> None:
    """Let the token's end lie so far ahead."""
    with travel.database.write() as connection:
        sealed = Sealed(b"old", None, None, b"refresh")
        renewals.keep(connection, travel.account.id, sealed, travel.clock() + timedelta(**ahead))


def paused(travel: Travel) -> str | None:
    with travel.database.read() as connection:
        return accounts.get(connection, travel.account.id).paused


def test_a_dead_token_pauses_the_account_and_nothing_more_is_asked(travel: Travel) -> None:
    begun = travel.begin(FOLLOWERS, MENTIONS)
    travel.connector.upsets = [DEAD]
    assert travel.finish(*begun.values()) == ["failed", "failed"]
    assert len(travel.connector.requests) == 1
    assert paused(travel) == str(DEAD)
    causes = {each["stream"]: (each["cause"], each["attempts"]) for each in rows(travel.database, "failures")}
    assert sorted(each for each, _ in causes.values()) == ["account_paused", "unauthorized"]
    assert {travel.run(each)["requests"] for each in begun.values()} == {0, 1}
    with pytest.raises(RegularsError, match=r"is paused\. X no longer takes"):
        travel.begin(FOLLOWERS)


def test_a_missing_permission_pauses_its_stream_only(travel: Travel) -> None:
    begun = travel.begin(FOLLOWERS, MENTIONS)
    travel.connector.upsets = [OperatorNeededError("X forbids it.", code="not_authorized")]
    assert sorted(travel.finish(*begun.values())) == ["done", "failed"]
    assert paused(travel) is None


def test_what_a_pause_ended_goes_on_when_it_ends(travel: Travel) -> None:
    begun = travel.begin(FOLLOWERS, MENTIONS)
    travel.connector.upsets = [1, 1, DEAD]
    travel.finish(*begun.values())
    with travel.database.write() as connection:
        was = accounts.get(connection, travel.account.id)
        assert resume_account(connection, was, now=travel.clock()) == 2
    assert paused(travel) is None
    assert travel.finish(*begun.values()) == ["done", "done"]
    assert {each["state"] for each in rows(travel.database, "failures")} == {"replayed"}
    assert len(inside(travel.database)) == len(travel.followers)


def test_a_failure_of_another_kind_is_not_replayed_by_a_resumption(travel: Travel) -> None:
    travel.connector.upsets = [OperatorNeededError("X forbids it.", code="not_authorized"), DEAD]
    travel.finish(*travel.begin(FOLLOWERS).values())
    travel.finish(*travel.begin(MENTIONS).values())
    with travel.database.write() as connection:
        was = accounts.get(connection, travel.account.id)
        assert resume_account(connection, was, now=travel.clock()) == 1


def test_a_stream_that_another_run_reads_by_now_is_left_to_it(travel: Travel) -> None:
    travel.connector.upsets = [DEAD]
    travel.finish(*travel.begin(FOLLOWERS).values())
    with travel.database.write() as connection:
        was = accounts.get(connection, travel.account.id)
        accounts.resume(connection, travel.account.id)
    travel.begin(FOLLOWERS)
    with travel.database.write() as connection:
        assert resume_account(connection, was, now=travel.clock()) == 0


def test_a_refused_token_is_renewed_and_the_page_is_not_lost(renewable: Travel) -> None:
    renewable.connector.upsets = [1, DEAD]
    renewable.connector.renewals = [FRESH]
    assert renewable.finish(*renewable.begin(FOLLOWERS).values()) == ["done"]
    assert renewable.cursors()[:3] == [None, "1", "1"]
    assert paused(renewable) is None
    with renewable.database.read() as connection:
        assert accounts.sealed(connection, renewable.account.id).token == b"new token"
        assert not renewals.ends_before(connection, renewable.account.id, NOW + timedelta(seconds=7000))


def test_a_new_token_that_is_refused_is_dead(renewable: Travel) -> None:
    renewable.connector.upsets = [DEAD, DEAD]
    renewable.connector.renewals = [FRESH]
    assert renewable.finish(*renewable.begin(FOLLOWERS).values()) == ["failed"]
    assert paused(renewable) == str(DEAD)


def test_a_token_that_ends_soon_is_renewed_before_it_is_used(renewable: Travel) -> None:
    ends(renewable, minutes=4)
    renewable.connector.renewals = [FRESH]
    run_id = renewable.begin(FOLLOWERS)[FOLLOWERS]
    renewable.step(run_id)
    assert renewable.connector.renewals == []
    assert len(renewable.connector.requests) == 1


def test_while_one_worker_renews_no_other_does(renewable: Travel) -> None:
    ends(renewable, minutes=-1)
    renewable.connector.renewals = [FRESH]
    begun = renewable.begin(FOLLOWERS, MENTIONS)
    renewable.connector.renewing = lambda: renewable.step(begun[MENTIONS], worker="worker 2")
    renewable.step(begun[FOLLOWERS])
    assert renewable.run(begun[MENTIONS])["waiting_for"] == "a new token"
    assert renewable.run(begun[FOLLOWERS])["pages"] == 1
    renewable.connector.renewing = None
    assert renewable.finish(*begun.values()) == ["done", "done"]


def test_a_renewal_whose_worker_died_is_taken_up(renewable: Travel) -> None:
    ends(renewable, minutes=-1)
    renewable.connector.renewals = [SystemExit(), FRESH]  # type: ignore[list-item]  # it ends the process
    run_id = renewable.begin(FOLLOWERS)[FOLLOWERS]
    with pytest.raises(SystemExit):
        renewable.step(run_id)
    assert renewable.finish(run_id) == ["done"]
    assert renewable.clock() >= NOW + renewals.LEASE


def test_a_renewal_that_is_refused_pauses_the_account(renewable: Travel) -> None:
    ends(renewable, minutes=-1)
    refusal = TokenDeadError("X does not renew it.", code="renewal_refused")
    renewable.connector.renewals = [refusal]
    assert renewable.finish(*renewable.begin(FOLLOWERS).values()) == ["failed"]
    assert (paused(renewable), renewable.connector.requests) == (str(refusal), [])


def test_a_renewal_that_was_not_answered_is_tried_again_later(renewable: Travel) -> None:
    ends(renewable, minutes=-1)
    renewable.connector.renewals = [RetryLaterError("No answer.", code="timeout"), FRESH]
    assert renewable.finish(*renewable.begin(FOLLOWERS).values()) == ["done"]
    assert renewable.clock() >= NOW + renew.RETRY
    assert paused(renewable) is None


def test_an_app_without_credits_stops_its_other_accounts_too(travel: Travel) -> None:
    until = NOW + timedelta(hours=6)
    travel.connector.upsets = [AppPausedError("No credits.", code="credits_depleted", retry_at=until)]
    travel.step(travel.begin(FOLLOWERS)[FOLLOWERS])
    other = Travel(
        travel.database,
        travel.connector,
        travel.clock,
        whose=replace(OURS, platform_id="5001", name="another"),
    )
    run_id = other.begin(FOLLOWERS)[FOLLOWERS]
    assert other.step(run_id) is None
    run = other.run(run_id)
    assert (run["due_at"], run["waiting_for"], run["requests"]) == (until, "credits_depleted", 0)
    assert len(travel.connector.requests) == 1


def test_an_app_of_its_own_is_not_stopped(travel: Travel) -> None:
    until = NOW + timedelta(hours=6)
    travel.connector.upsets = [AppPausedError("No credits.", code="credits_depleted", retry_at=until)]
    travel.step(travel.begin(FOLLOWERS)[FOLLOWERS])
    other = Travel(
        travel.database,
        travel.connector,
        travel.clock,
        whose=replace(OURS, platform_id="5001", name="another", app_id="31"),
    )
    run_id = other.begin(FOLLOWERS)[FOLLOWERS]
    other.step(run_id)
    assert other.run(run_id)["state"] == "done"


def test_a_limiter_that_is_away_lets_nothing_out(travel: Travel) -> None:
    travel.road = replace(travel.road, limiter=Away())
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.step(run_id) is None
    run = travel.run(run_id)
    assert (travel.connector.requests, run["waiting_for"]) == ([], "the queue server")
    assert run["due_at"] == NOW + timedelta(seconds=1)
