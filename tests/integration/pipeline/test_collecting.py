"""Collecting: a real platform is read once all is chosen and the profile shows the notice, within a day."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.account import Ownership
from domain.credentials import Credentials, Renewal
from domain.errors import RetryLaterError, TokenDeadError
from pipeline.collecting import NotSettledError, look_again, missing, require_settled
from pipeline.road import Duty
from store import renewals
from store.accounts import Sealed
from store.database import Database
from tests.cast import ADA, BO, follows
from tests.contents import inside, labels, rows
from tests.pushed import follow, push
from tests.scripted import FOLLOWERS, ScriptedConnector
from tests.travel import Travel

NOTICE = "https://team.example/notice"
DUTY = Duty("party", policy_chosen=True, notice_url=NOTICE)


@dataclass
class Profiled(ScriptedConnector):
    """A connector whose profile shows what the test says."""

    shown: tuple[str, ...] = ()
    whose: str = "5000"
    asked_whose: int = 0
    upset: Exception | None = None

    def prove(self) -> Ownership:
        self.asked_whose += 1
        if self.upset:
            raise self.upset
        return Ownership(self.whose, shown=self.shown)


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let a real platform be read, whose account does not show the notice yet."""
    made = Travel(database, connector=Profiled())
    made.connector.listings[FOLLOWERS, ""] = [follows(ADA)]
    made.road = replace(made.road, duty_of=lambda _account: DUTY)
    return made


def profile(travel: Travel) -> Any:
    return travel.connector


@pytest.mark.parametrize("lacks", Duty._fields)
def test_each_choice_is_asked_for_before_anything_is_asked_of_the_platform(
    lacks: str, travel: Travel
) -> None:
    travel.road = replace(travel.road, duty_of=lambda _account: DUTY._replace(**{lacks: None}))
    with pytest.raises(NotSettledError, match="must be set before a real platform is read"):
        require_settled(travel.road, travel.account)
    assert profile(travel).asked_whose == 0
    assert len(missing(DUTY._replace(**{lacks: None}))) == 1


@pytest.mark.parametrize("shown", [(), ("A town that answers",), (f"{NOTICE}s",), ("https://team.example",)])
def test_a_profile_without_the_notice_is_refused(shown: tuple[str, ...], travel: Travel) -> None:
    profile(travel).shown = shown
    with pytest.raises(NotSettledError, match=r"does not show https://team\.example/notice"):
        require_settled(travel.road, travel.account)


def test_another_accounts_profile_is_no_proof(travel: Travel) -> None:
    profile(travel).shown, profile(travel).whose = (NOTICE,), "5001"
    with pytest.raises(NotSettledError):
        require_settled(travel.road, travel.account)


def test_a_profile_that_shows_it_lets_harvest_for_a_day_and_is_paid_once(travel: Travel) -> None:
    profile(travel).shown = (f"Your data: {NOTICE}.",)
    require_settled(travel.road, travel.account)
    require_settled(travel.road, travel.account)
    assert profile(travel).asked_whose == 1
    (spend,) = rows(travel.database, "spends")
    assert (spend["stream"], spend["settled_micro_usd"]) == ("account", 10_000)
    assert travel.finish(travel.begin(FOLLOWERS)[FOLLOWERS]) == ["done"]
    assert inside(travel.database) == {ADA.platform_id}
    travel.clock.forward(hours=24)
    require_settled(travel.road, travel.account)
    assert profile(travel).asked_whose == 2


def test_another_address_of_the_notice_is_looked_for_anew(travel: Travel) -> None:
    profile(travel).shown = (NOTICE,)
    require_settled(travel.road, travel.account)
    moved = DUTY._replace(notice_url="https://team.example/new")
    travel.road = replace(travel.road, duty_of=lambda _account: moved)
    with pytest.raises(NotSettledError):
        require_settled(travel.road, travel.account)


def test_no_page_is_read_while_nobody_could_be_told(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.step(run_id) is None
    assert profile(travel).requests == []
    row = travel.run(run_id)
    assert (row["state"], row["waiting_for"]) == ("running", "a profile that shows the notice")
    assert row["due_at"] > travel.clock()
    profile(travel).shown = (NOTICE,)
    require_settled(travel.road, travel.account)
    assert travel.finish(run_id) == ["done"]


def test_a_push_makes_nobody_a_contact_who_could_not_be_told_and_still_ends_what_ended(
    travel: Travel,
) -> None:
    duty = travel.road.duty_of
    travel.road = replace(travel.road, duty_of=lambda _account: None)
    push(travel, follow(ADA, travel.clock() - timedelta(minutes=9)))
    travel.road = replace(travel.road, duty_of=duty)
    push(travel, follow(BO, travel.clock() - timedelta(minutes=5)))
    assert labels(travel.database) == {ADA.platform_id: "regular"}
    push(travel, follow(ADA, travel.clock() - timedelta(minutes=1), ends=True))
    assert inside(travel.database) == set()
    profile(travel).shown = (NOTICE,)
    require_settled(travel.road, travel.account)
    push(travel, follow(BO, travel.clock() - timedelta(minutes=4)))
    assert inside(travel.database) == {BO.platform_id}


def test_the_profile_is_looked_at_again_daily_and_pages_wait_where_the_notice_is_gone(travel: Travel) -> None:
    assert look_again(travel.road, now=travel.clock()) == 0
    profile(travel).shown = (NOTICE,)
    require_settled(travel.road, travel.account)
    assert look_again(travel.road, now=travel.clock() + timedelta(hours=19)) == 0
    travel.clock.forward(hours=20)
    assert look_again(travel.road, now=travel.clock()) == 1
    travel.clock.forward(hours=20)
    profile(travel).shown = ()
    assert look_again(travel.road, now=travel.clock()) == 1
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    assert travel.step(run_id) is None
    assert profile(travel).requests == []


def test_a_platform_that_does_not_answer_is_asked_later(travel: Travel) -> None:
    profile(travel).shown = (NOTICE,)
    require_settled(travel.road, travel.account)
    travel.clock.forward(hours=21)
    profile(travel).upset = RetryLaterError("X is away.", code="away")
    assert look_again(travel.road, now=travel.clock()) == 1
    assert rows(travel.database, "profile_looks")[0]["found"] is True
    travel.clock.forward(hours=4)
    with pytest.raises(RetryLaterError):
        require_settled(travel.road, travel.account)


FRESH = Renewal(Credentials("fresh", refresh_token="next"), 7200)


def renewable(travel: Travel, expires_at: datetime | None) -> None:
    """Let the token be one that can be renewed."""
    with travel.database.write() as connection:
        sealed = Sealed(b"old", None, None, b"refresh")
        renewals.keep(connection, travel.account.id, sealed, expires_at)
    profile(travel).shown = (NOTICE,)
    profile(travel).renewals = [FRESH]


def test_a_token_that_has_ended_is_renewed_before_the_look(travel: Travel) -> None:
    renewable(travel, travel.clock() - timedelta(hours=1))
    require_settled(travel.road, travel.account)
    assert profile(travel).renewals == []
    assert profile(travel).asked_whose == 1


def test_a_token_that_turns_out_to_be_over_is_renewed_once(travel: Travel) -> None:
    renewable(travel, None)
    profile(travel).upset = TokenDeadError("It is over.", code="unauthorized")

    def mended() -> None:
        profile(travel).upset = None

    profile(travel).renewing = mended
    require_settled(travel.road, travel.account)
    assert (profile(travel).renewals, profile(travel).asked_whose) == ([], 2)


def test_a_token_that_is_dead_stays_dead(travel: Travel) -> None:
    profile(travel).upset = TokenDeadError("It is over.", code="unauthorized")
    with pytest.raises(TokenDeadError):
        require_settled(travel.road, travel.account)
    assert profile(travel).asked_whose == 1


def test_a_renewal_under_way_is_waited_for(travel: Travel) -> None:
    renewable(travel, travel.clock() - timedelta(hours=1))
    with travel.database.write() as connection:
        assert renewals.claim(
            connection, travel.account.id, "another", before=travel.clock(), now=travel.clock()
        )
    with pytest.raises(RetryLaterError, match="being asked for"):
        require_settled(travel.road, travel.account)
