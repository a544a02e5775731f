"""Notices in the store: everybody has a date, and what was given is recorded once, with its proof."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from classifier.notices import Notice, Status, status
from pipeline.page import write_page
from store import messaging, notices, schema
from store.database import Database
from store.notices import AtForm, Giving, Version
from tests.cast import ADA, BO, CNIL, CY, DI, EU, LATER, NOW, added, follows, likes, objects
from tests.contents import rows
from tests.listening import listens

MONTH = timedelta(days=30)
TEXT = Version("a" * 64, "en", "We hold data about you.")
TOLD = Giving(Status.GIVEN_INDIVIDUALLY, TEXT.version, "op")
EVERYBODY = (ADA, BO, CY, DI)


def meet(database: Database, now: datetime = NOW) -> dict[str, int]:
    """Let Ada and Di follow, Bo like and Cy object; returns their ids by name."""
    with database.write() as connection:
        account = added(connection)
        acts = [follows(ADA), likes(BO), objects(CY), follows(DI)]
        written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=now)
        messaging.publish(connection, written.steps, now=now)
        notices.keep_version(connection, TEXT, now=now)
        found = notices.ids_of(connection, EVERYBODY)
    return {name: found[who] for name, who in zip(("ada", "bo", "cy", "di"), EVERYBODY, strict=True)}


def facts(database: Database, *ids: int) -> list[Notice]:
    with database.read() as connection:
        found = notices.facts(connection, ids)
    return [found[each] for each in ids]


def counted(database: Database, now: datetime) -> dict[str, int]:
    with database.read() as connection:
        return {str(each): count for each, count in notices.counts(connection, now=now).items() if count}


def test_whoever_is_stored_has_a_due_date_from_that_transaction_on(database: Database) -> None:
    ids = meet(database)
    assert facts(database, *ids.values()) == [Notice(NOW + MONTH)] * 4


def test_seen_again_the_date_stays(database: Database) -> None:
    meet(database)
    ids = meet(database, LATER)
    assert facts(database, ids["ada"]) == [Notice(NOW + MONTH)]


def test_a_page_asks_one_statement_more_where_somebody_is_new_and_none_else(database: Database) -> None:
    asked: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with listens(database, "before_cursor_execute", remember):
        meet(database)
        assert sum("INTO notices" in each for each in asked) == 1
        asked.clear()
        meet(database, LATER)
    assert not [each for each in asked if "notices" in each and "notice_versions" not in each]


def test_a_pack_that_counts_likes_holds_nobody_to_be_told(database: Database) -> None:
    with database.write() as connection:
        account = added(connection)
        write_page(connection, (account.id, "twitter"), [follows(ADA)], EU, now=NOW)
    assert len(rows(database, "notices")) == len(rows(database, "contacts")) == 1


def test_what_was_given_is_recorded_once_with_who_and_by_which_text(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        assert notices.give(connection, [ids["ada"], ids["di"]], TOLD, now=LATER) == 2
        again = Giving(Status.GIVEN_AT_FORM, TEXT.version, "another")
        assert notices.give(connection, [ids["ada"], ids["bo"]], again, now=LATER + MONTH) == 1
    ada, bo, cy = facts(database, ids["ada"], ids["bo"], ids["cy"])
    assert ada == Notice(NOW + MONTH, LATER, Status.GIVEN_INDIVIDUALLY, TEXT.version)
    assert bo.how is Status.GIVEN_AT_FORM
    assert cy.how is None
    assert {each["given_by"] for each in rows(database, "notices")} == {"op", "another", None}


def test_forms_tell_those_who_were_not_told_at_the_first_moment(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        notices.give(connection, [ids["ada"]], TOLD, now=NOW)
        notices.cover(connection, "A-12", "op", now=NOW, size=9)
        both = [
            AtForm(ids["bo"], "page", LATER),
            AtForm(ids["bo"], "cli:op", NOW),
            AtForm(ids["ada"], "page", NOW),
        ]
        notices.give_at_forms(connection, both)
    ada, bo = facts(database, ids["ada"], ids["bo"])
    assert ada.how is Status.GIVEN_INDIVIDUALLY
    assert bo == Notice(NOW + MONTH, NOW, Status.GIVEN_AT_FORM)


def test_the_public_notice_covers_those_due_in_rounds_and_nobody_too_late(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        notices.bring_forward(connection, [ids["bo"]], NOW + timedelta(hours=1))
        assert notices.cover(connection, "A-12", "op", now=LATER, size=1) == 1
        assert notices.cover(connection, "A-12", "op", now=LATER, size=9) == 1
        assert notices.cover(connection, "A-12", "op", now=LATER, size=9) == 0
    ada, bo, cy, di = facts(database, *ids.values())
    assert ada == di == Notice(NOW + MONTH, LATER, Status.PUBLIC_NOTICE, None, "A-12")
    assert status(bo, LATER) is Status.OVERDUE
    assert cy.how is None
    assert counted(database, LATER) == {"public_notice": 2, "overdue": 1}


def test_whoever_is_told_after_a_public_notice_was_told(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        notices.cover(connection, "A-12", "op", now=NOW, size=9)
        assert notices.give(connection, [ids["ada"]], TOLD, now=LATER) == 1
        assert notices.cover(connection, "A-13", "op", now=LATER, size=9) == 0
    assert facts(database, ids["ada"]) == [
        Notice(NOW + MONTH, LATER, Status.GIVEN_INDIVIDUALLY, TEXT.version)
    ]


def test_a_first_message_brings_the_date_forward_and_never_back(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        notices.give(connection, [ids["di"]], TOLD, now=NOW)
        notices.bring_forward(connection, ids.values(), LATER)
        notices.bring_forward(connection, ids.values(), LATER + MONTH)
    ada, di = facts(database, ids["ada"], ids["di"])
    assert ada.due_at == LATER
    assert di.due_at == NOW + MONTH


def test_the_queue_shows_the_most_urgent_first_and_leaves_out_who_objected(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        notices.bring_forward(connection, [ids["di"]], LATER)
    late = LATER + timedelta(seconds=1)
    with database.read() as connection:
        due = [each["platform_id"] for each in notices.listed(connection, overdue=False, now=late)]
        overdue = [each["platform_id"] for each in notices.listed(connection, overdue=True, now=late)]
    assert due == [DI.platform_id, ADA.platform_id, BO.platform_id]
    assert overdue == [DI.platform_id]
    assert counted(database, late) == {"due": 2, "overdue": 1}


def test_the_last_moment_is_still_in_time_in_every_question(database: Database) -> None:
    ids = meet(database)
    due = NOW + MONTH
    with database.write() as connection:
        assert not list(notices.listed(connection, overdue=True, now=due))
        assert notices.counts(connection, now=due)[Status.OVERDUE] == 0
        assert notices.cover(connection, "A-12", "op", now=due, size=9) == 3
    assert facts(database, ids["ada"])[0].how is Status.PUBLIC_NOTICE


@pytest.mark.parametrize(
    "wrong",
    [
        "how = 'given_individually', given_at = due_at, given_by = 'op'",
        "how = 'public_notice', given_at = due_at, given_by = 'op', assessment = 'A', version = :version",
        "how = 'public_notice', given_at = due_at, given_by = 'op'",
        "how = 'given_at_form', given_by = 'op', version = :version",
        "how = 'given_at_form', given_at = due_at, version = :version",
        "how = 'somehow', given_at = due_at, given_by = 'op', version = :version",
        "given_at = due_at, given_by = 'op'",
        "how = 'given_at_form', given_at = due_at, given_by = 'op', version = 'unknown'",
        "version = :version",
        "assessment = 'A-12'",
    ],
    ids=lambda each: each,
)
def test_a_record_that_proves_nothing_is_refused(wrong: str, database: Database) -> None:
    meet(database)
    known = {"version": TEXT.version} if ":version" in wrong else {}
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("UPDATE notices SET " + wrong), known)  # noqa: S608  # words of this test


def test_a_text_is_kept_once_and_found_by_the_beginning_of_its_hash(database: Database) -> None:
    other = Version("ab" * 32, "fr", "Nous détenons des données.")
    with database.write() as connection:
        for now in (NOW, LATER):
            notices.keep_version(connection, TEXT, now=now)
        notices.keep_version(connection, other, now=NOW)
        assert notices.version(connection, "ab") == other
        assert notices.version(connection, "aaaa") == TEXT
        assert notices.version(connection, "a") is None
        assert notices.version(connection, "%") is None
    assert {each["built_at"] for each in rows(database, "notice_versions")} == {NOW}


def test_contacts_of_before_have_a_month_from_the_day_they_were_stored(database: Database) -> None:
    ids = meet(database, NOW)
    schema.downgrade(database, "0008")
    schema.upgrade(database)
    assert facts(database, *ids.values()) == [Notice(NOW + MONTH)] * 4
