"""The end of a campaign: set, taken back, and carried out on its day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import RegularsError
from domain.push import Told
from domain.signal import Signal, SignalKind
from pipeline.campaign import continue_campaign, end_campaign, still_heard
from pipeline.expire import expire
from pipeline.page import write_page
from store import accounts, campaigns, consents, messaging, runs
from store.campaigns import Reach
from store.database import Database
from tests.cast import ADA, BO, CNIL, CY, NOW, OURS, added, follows, likes, mentions
from tests.contents import feed, inside, labels, let_be_shown, rows
from tests.interests import page
from tests.scripted import FOLLOWERS
from tests.signing import join, signed
from tests.travel import Travel

DAY = NOW + timedelta(days=5)
OTHER = replace(OURS, platform_id="5001", name="other profile", staff=frozenset())


def two_accounts(database: Database) -> tuple[int, int]:
    """Let Ada follow both of our accounts, Bo the first one, and Cy write to it."""
    first = page(database, [follows(ADA), follows(BO), mentions(CY, text="words")])
    with database.write() as connection:
        other = added(connection, OTHER)
        written = write_page(connection, (other.id, other.platform), [follows(ADA), likes(CY)], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    let_be_shown(database)
    return first, other.id


def expired(database: Database, **by: float) -> dict[str, int]:
    now = DAY + timedelta(**by)
    would = expire(database, CNIL, now=now, dry_run=True)
    done = expire(database, CNIL, now=now)
    assert done == would
    return {rule: count for rule, count in done.items() if count}


def test_on_its_day_everything_goes_that_came_through_one_account(database: Database) -> None:
    first, other = two_accounts(database)
    with database.write() as connection:
        assert campaigns.reach(connection, first) == Reach(3, 1, 1)
        end_campaign(connection, accounts.get(connection, first), DAY, now=NOW)
    assert expired(database, seconds=-1) == {}
    assert expired(database) == {"campaigns": 3}
    assert {each["account_id"] for each in rows(database, "signals")} == {other}
    assert labels(database) == {ADA.platform_id: "regular", CY.platform_id: "occasional"}
    assert rows(database, "texts") == []
    assert {each["account_id"] for each in rows(database, "decisions")} == {other}
    assert feed(database)[-1][1:] == (BO.platform_id, "remove", "campaign_over")
    assert rows(database, "campaign_ends")[0]["purged_at"] == DAY
    assert expired(database) == {}


def test_on_its_day_everything_goes_that_came_through_all(database: Database) -> None:
    two_accounts(database)
    with database.write() as connection:
        assert campaigns.reach(connection, campaigns.EVERYTHING) == Reach(5, 3, 2)
        assert end_campaign(connection, None, DAY, now=NOW) == []
        assert not accounts.get(connection, rows(database, "accounts")[0]["id"]).paused
    assert expired(database) == {"campaigns": 5}
    assert (labels(database), inside(database)) == ({}, set())
    assert {each[2] for each in feed(database)} == {"remove"}
    assert all("Its campaign ends" in each["paused_reason"] for each in rows(database, "accounts"))


def test_who_consented_to_more_than_the_campaign_stays_when_all_of_it_ends(database: Database) -> None:
    two_accounts(database)
    join(database, signed(), signed(name="Bo", email="bo@club.example"), now=NOW)
    gone = next(each for each in rows(database, "addresses") if each["address"].startswith("bo"))
    with database.write() as connection:
        consents.withdraw(connection, [gone["contact_id"]], ["email"], now=NOW)
        assert campaigns.reach(connection, campaigns.EVERYTHING) == Reach(6, 4, 3)
        end_campaign(connection, None, DAY, now=NOW)
    assert expired(database) == {"campaigns": 6}
    assert [each["address"] for each in rows(database, "addresses")] == ["ada@club.example"]
    assert len(inside(database)) == 1
    with database.write() as connection:
        end_campaign(connection, accounts.find(connection, "sign-ups"), DAY, now=NOW)
    assert expired(database) == {"campaigns": 1}
    assert (labels(database), inside(database)) == ({}, set())


def test_an_account_is_stopped_at_once_and_goes_on_when_its_end_is_taken_back(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    with travel.database.write() as connection:
        account = accounts.get(connection, travel.account.id)
        assert end_campaign(connection, account, DAY, now=NOW) == [run_id]
        assert runs.get(connection, run_id)["state"] == "cancelled"
    with pytest.raises(RegularsError, match=r"is paused\. Its campaign ends on 2026-11-06"):
        travel.begin(FOLLOWERS)
    with travel.database.write() as connection:
        account = accounts.get(connection, travel.account.id)
        continue_campaign(connection, account, now=NOW)
    assert travel.begin(FOLLOWERS)
    assert expired(travel.database) == {}


def test_an_end_is_taken_back_before_its_day_only(database: Database) -> None:
    page(database, [])
    with database.write() as connection:
        with pytest.raises(RegularsError, match="No end is set"):
            continue_campaign(connection, None, now=NOW)
        end_campaign(connection, None, DAY, now=NOW)
        with pytest.raises(RegularsError, match="could be taken back"):
            continue_campaign(connection, None, now=DAY)
        with pytest.raises(RegularsError, match="day is over"):
            end_campaign(connection, None, NOW - timedelta(days=1), now=NOW)


def test_a_stopped_account_hears_objections_alone(database: Database) -> None:
    account_id = page(database, [])
    stop = Signal(ADA, SignalKind.MESSAGED, "m1", NOW, text="STOP")
    told = Told([follows(BO), stop])
    with database.write() as connection:
        assert still_heard(accounts.get(connection, account_id), told) == told
        end_campaign(connection, accounts.get(connection, account_id), DAY, now=NOW)
        assert still_heard(accounts.get(connection, account_id), told).began == [stop]
