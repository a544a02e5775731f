"""An archive's followers in the store: as old as the archive, without whoever left since or objected."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from classifier.policy import Policy
from config.suppression import Suppressor
from connectors.files.archive import Archive, Proposal
from domain.account import Account
from domain.contact import Platform
from domain.errors import RegularsError
from domain.signal import SignalKind
from pipeline import archives
from pipeline.archives import Taking, require_own, take_followers
from pipeline.page import write_page
from store import messaging, suppressions
from store.database import Database
from store.tables import signals
from tests.cast import ADA, BO, CNIL, DI, EU, NOW, OURS, TEAM, added, follows
from tests.contents import contents, inside, labels, rows

MADE_AT = NOW - timedelta(days=12)
SUPPRESSOR = Suppressor(["0f" * 32])
BOTH = [ADA.platform_id, BO.platform_id]


def of(ids: list[str], *, made_at: datetime | None = MADE_AT, owner: str = OURS.platform_id) -> Archive:
    return Archive(Platform.TWITTER, owner, made_at, ids)


def take(
    database: Database, archive: Archive, policy: Policy = CNIL, *, now: datetime = NOW, dry_run: bool = False
) -> Counter[str]:
    with database.write() as connection:
        account = added(connection)
    taking = Taking(archive, account, lambda _: policy, lambda _: SUPPRESSOR)
    return take_followers(database, taking, now=now, dry_run=dry_run)


@pytest.mark.parametrize("policy", [CNIL, EU], ids=lambda each: each.name)
def test_followers_become_regular_contacts_whose_proof_is_as_old_as_the_archive(
    database: Database, policy: Policy
) -> None:
    assert take(database, of(BOTH), policy) == {"new": 2}
    assert inside(database) == {*BOTH}
    assert {each["seen_at"] for each in rows(database, "signals")} == {MADE_AT}
    assert {each["first_seen_at"] for each in rows(database, "contacts")} == {NOW}


def test_the_same_archive_twice_is_once(database: Database) -> None:
    take(database, of(BOTH))
    before = contents(database)
    assert take(database, of(BOTH), now=NOW + timedelta(days=1)) == {"known": 2}
    assert contents(database) == before


def test_a_follow_that_a_harvest_saw_later_keeps_its_younger_proof(database: Database) -> None:
    with database.write() as connection:
        account = added(connection)
        written = write_page(connection, (account.id, "twitter"), [follows(ADA)], CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
    assert take(database, of(BOTH), now=NOW + timedelta(hours=1)) == {"known": 1, "new": 1}
    assert {each["seen_at"] for each in rows(database, "signals")} == {NOW, MADE_AT}


@pytest.mark.parametrize(("ended_ago", "back"), [(timedelta(days=1), False), (timedelta(days=20), True)])
def test_whoever_left_since_stays_away(database: Database, ended_ago: timedelta, back: bool) -> None:  # noqa: FBT001  # a table
    take(database, of(BOTH), now=NOW - timedelta(days=11))
    with database.write() as connection:
        connection.execute(signals.update().values(ended_at=NOW - ended_ago))
    counted = take(database, of(BOTH))
    assert counted == ({"new": 2} if back else {"left_since": 2})
    assert {each["ended_at"] is None for each in rows(database, "signals")} == {back}


def test_whoever_objected_leaves_no_trace(database: Database) -> None:
    with database.write() as connection:
        suppressions.add(connection, [SUPPRESSOR.value(*ADA)], "objected", wraps=1, now=NOW)
    assert take(database, of(BOTH)) == {"new": 1, "objected": 1}
    assert labels(database) == {BO.platform_id: "regular"}


def test_our_own_people_make_no_contact(database: Database) -> None:
    assert take(database, of([OURS.platform_id, TEAM, DI.platform_id])) == {"own": 2, "new": 1}
    assert set(labels(database)) == {DI.platform_id}


def test_a_dry_run_counts_and_stores_nothing(database: Database) -> None:
    take(database, of([]))
    before = contents(database)
    assert take(database, of(BOTH), dry_run=True) == {"new": 2}
    assert contents(database) == before


def test_a_large_archive_is_taken_in_slices(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SLICE", 3)
    assert take(database, of([str(7_000 + each) for each in range(10)])) == {"new": 10}
    assert len(inside(database)) == 10


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (of(BOTH, owner="6000"), "not the archive of our profile"),
        (of(BOTH, made_at=NOW + timedelta(days=1)), "in the future"),
        (of(BOTH, made_at=None), "does not say when"),
        (Archive(Platform.FACEBOOK), "an archive of facebook; our profile is of twitter"),
    ],
)
def test_an_archive_of_somebody_else_is_refused(database: Database, archive: Archive, sentence: str) -> None:
    with pytest.raises(RegularsError, match=sentence):
        take(database, archive)
    assert rows(database, "contacts") == []


def test_names_make_nobody(database: Database) -> None:
    page = Account("facebook", "41", "our page")
    with database.write() as connection:
        account = added(connection, page)
    named = Archive(Platform.FACEBOOK, proposals=[Proposal("Ada Lévy", SignalKind.FOLLOWS, None)])
    require_own(named, account, now=NOW)
    assert (
        take_followers(database, Taking(named, account, lambda _: CNIL, lambda _: SUPPRESSOR), now=NOW) == {}
    )
    assert rows(database, "contacts") == []
    assert "Ada Lévy" not in str(contents(database))
