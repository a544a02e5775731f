"""One page of acts in the store: what it admits, what it keeps of whom, what it leaves alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from classifier.policy import Policy
from connectors.text import MAX_HANDLE, MAX_NAME
from domain.contact import ContactKey, Profile
from domain.signal import Signal, SignalKind
from pipeline.page import Written, write_page
from pipeline.screen import screened
from store import contacts, messaging
from store.database import Database
from tests.cast import (
    ADA,
    BO,
    CNIL,
    CY,
    DI,
    EU,
    LATER,
    NOW,
    OURS,
    PROFILES,
    TEAM,
    added,
    follows,
    likes,
    mentions,
    objects,
)
from tests.contents import contents, feed, inside, labels, let_be_shown, rows, rows_written


def write(
    database: Database, acts: Sequence[Signal], policy: Policy = CNIL, now: datetime = NOW
) -> tuple[Written, int]:
    """Write a page as a harvest does; returns what it did and how many rows it wrote."""
    with database.write() as connection:
        account = added(connection)
        before = rows_written(connection)
        kept = screened(account, acts, now=now)
        written = write_page(connection, (account.id, account.platform), kept, policy, now=now)
        messaging.publish(connection, written.steps, now=now)
        return written, rows_written(connection) - before


def contact(database: Database, who: ContactKey) -> dict[str, object]:
    return next(each for each in rows(database, "contacts") if each["platform_id"] == who.platform_id)


A_PAGE = [follows(ADA), likes(BO), mentions(BO, text="Hello?"), objects(CY), follows(DI), likes(DI)]


def test_a_page_gives_everybody_their_label_and_admits_only_the_regular(database: Database) -> None:
    written, _ = write(database, A_PAGE)
    assert labels(database) == {
        ADA.platform_id: "regular",
        BO.platform_id: "occasional",
        CY.platform_id: "suppressed",
        DI.platform_id: "regular",
    }
    assert inside(database) == {ADA.platform_id, DI.platform_id}
    assert (written.regular, written.occasional) == (2, 1)


def test_the_same_page_twice_writes_nothing(database: Database) -> None:
    write(database, A_PAGE)
    before = contents(database)
    written, count = write(database, A_PAGE, now=LATER)
    assert count == 0
    assert contents(database) == before
    assert (written.steps, written.regular, written.occasional) == ([], 0, 0)


def test_acts_of_one_person_read_twice_in_one_page_are_one(database: Database) -> None:
    write(database, [follows(ADA), follows(ADA), likes(BO), likes(BO)])
    assert len(rows(database, "signals")) == 2
    assert (inside(database), feed(database)) == ({ADA.platform_id}, [])


def test_a_like_and_then_a_follow_raise_to_regular_and_fill_the_name_in(database: Database) -> None:
    write(database, [likes(BO)])
    assert inside(database) == set()
    write(database, [follows(BO)], now=LATER)
    assert inside(database) == {BO.platform_id}
    row = contact(database, BO)
    assert (row["handle"], row["display_name"]) == PROFILES[BO]
    assert (row["regular_since"], row["keep_until"], row["first_seen_at"]) == (LATER, None, NOW)
    assert [each["label"] for each in rows(database, "decisions")] == ["occasional", "regular"]


def test_a_follower_who_likes_stays_regular_with_one_decision(database: Database) -> None:
    write(database, [follows(ADA)])
    write(database, [likes(ADA), mentions(ADA)], now=LATER)
    assert labels(database) == {ADA.platform_id: "regular"}
    (decision,) = rows(database, "decisions")
    assert (decision["label"], decision["kind"], decision["policy"]) == (
        "regular",
        "follows",
        CNIL.signature,
    )
    assert contact(database, ADA)["keep_until"] is None
    assert len(rows(database, "messaging_contacts")) == 1


def test_likes_never_add_up(database: Database) -> None:
    for day in range(20):
        write(database, [likes(BO, f"90{day:02}")], now=NOW + timedelta(days=day))
    assert labels(database) == {BO.platform_id: "occasional"}
    assert len(rows(database, "decisions")) == 1


def test_an_occasional_contact_keeps_no_name_and_a_date(database: Database) -> None:
    write(database, [likes(BO)])
    row = contact(database, BO)
    assert (row["handle"], row["display_name"], row["regular_since"]) == (None, None, None)
    assert row["keep_until"] == NOW + timedelta(days=30)
    assert rows(database, "signals")[0]["keep_until"] == NOW + timedelta(days=30)


def test_a_further_act_moves_the_date_and_one_read_again_does_not(database: Database) -> None:
    write(database, [likes(BO)])
    write(database, [likes(BO)], now=LATER)
    assert contact(database, BO)["keep_until"] == NOW + timedelta(days=30)
    write(database, [likes(BO, "9002")], now=LATER)
    assert contact(database, BO)["keep_until"] == LATER + timedelta(days=30)


def test_a_renamed_follower_is_one_step_of_the_feed(database: Database) -> None:
    write(database, [follows(ADA)])
    write(database, [follows(ADA, Profile("a", "Ada Unseen"))])
    assert (feed(database), rows(database, "messaging_contacts")[0]["seq"]) == ([], None)
    let_be_shown(database)
    write(database, [follows(ADA, Profile("ada", "Ada Moved"))], now=LATER)
    write(database, [follows(ADA, Profile("ada", "Ada Moved"))], now=LATER)
    assert contact(database, ADA)["display_name"] == "Ada Moved"
    assert feed(database)[1:] == [(2, ADA.platform_id, "upsert", "changed")]
    assert rows(database, "messaging_contacts")[0]["seq"] == 2
    assert len(rows(database, "decisions")) == 1


def test_an_answer_that_shows_no_profile_erases_none(database: Database) -> None:
    write(database, [follows(ADA)])
    write(database, [Signal(ADA, SignalKind.FOLLOWS)], now=LATER)
    assert contact(database, ADA)["display_name"] == PROFILES[ADA].display_name


def test_who_objects_leaves_with_a_tombstone_and_keeps_only_the_key(database: Database) -> None:
    write(database, [follows(CY), mentions(CY, text="Stop!")])
    let_be_shown(database)
    write(database, [objects(CY)], now=LATER)
    assert labels(database) == {CY.platform_id: "suppressed"}
    assert inside(database) == set()
    assert feed(database) == [
        (1, CY.platform_id, "upsert", "admitted"),
        (2, CY.platform_id, "remove", "objected"),
    ]
    row = contact(database, CY)
    assert (row["handle"], row["display_name"], row["regular_since"]) == (None, None, None)
    assert rows(database, "texts") == []


def test_who_objected_is_never_admitted_again(database: Database) -> None:
    write(database, [objects(CY)])
    write(database, [follows(CY), likes(CY), mentions(CY, text="And yet.")], now=LATER)
    assert labels(database) == {CY.platform_id: "suppressed"}
    assert (inside(database), feed(database)) == (set(), [])
    assert contact(database, CY)["display_name"] is None
    assert rows(database, "texts") == []
    assert len(rows(database, "decisions")) == 1


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param([follows(CY), objects(CY)], id="the follow is read first"),
        pytest.param([objects(CY), follows(CY)], id="the objection is read first"),
    ],
)
def test_an_objection_outweighs_all_else_of_its_page(database: Database, acts: list[Signal]) -> None:
    write(database, [*acts, mentions(CY, text="Stop!")])
    assert labels(database) == {CY.platform_id: "suppressed"}
    assert (feed(database), rows(database, "texts")) == ([], [])


def test_a_text_stays_only_where_the_pack_says_so_and_until_its_date(database: Database) -> None:
    silent = likes(BO)._replace(text="a like with words")
    write(database, [mentions(BO, text="Where do I vote?"), silent, follows(ADA)._replace(text="a bio")])
    (text,) = rows(database, "texts")
    assert (text["kind"], text["text"]) == ("mentioned", "Where do I vote?")
    assert text["expires_at"] == NOW + timedelta(days=7)


def test_under_the_strict_reading_a_follower_keeps_no_name(database: Database) -> None:
    write(database, [follows(ADA)], EU)
    assert inside(database) == {ADA.platform_id}
    assert contact(database, ADA)["display_name"] is None


def test_the_account_itself_and_its_staff_make_no_contact(database: Database) -> None:
    own, staff = ContactKey("twitter", OURS.platform_id), ContactKey("twitter", TEAM)
    write(database, [likes(own), follows(staff), mentions(staff, text="We say hello")])
    assert labels(database) == {}
    assert (rows(database, "signals"), rows(database, "texts"), feed(database)) == ([], [], [])


def test_an_act_that_began_again_brings_its_contact_back_into_the_evidence(database: Database) -> None:
    opt_in = Signal(ADA, SignalKind.OPTED_IN, "topic", NOW, LATER)
    write(database, [opt_in])
    write(database, [opt_in._replace(ended_at=LATER + timedelta(days=9))], now=LATER)
    (signal,) = rows(database, "signals")
    assert signal["ended_at"] == LATER + timedelta(days=9)


def test_an_empty_page_writes_nothing(database: Database) -> None:
    assert write(database, [])[1] == 0


def test_the_longest_handle_and_name_that_are_read_can_be_stored_and_found(database: Database) -> None:
    with database.write() as connection:
        added(connection)
    handle, name = "\U0001d4d0" * MAX_HANDLE, "\U0001d4d0" * MAX_NAME
    write(database, [follows(ADA, Profile(handle, name))])
    (row,) = rows(database, "contacts")
    assert (row["handle"], row["display_name"]) == (handle, name)
    with database.read() as connection:
        assert contacts.named(connection, ADA.platform, handle) == [ADA.platform_id]
