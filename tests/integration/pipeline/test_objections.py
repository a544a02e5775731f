"""The ledger of objections: written before the commit, applied where it is ahead, never behind."""

import json
import threading
from pathlib import Path

import pytest

from config.ledger import Keys, LedgerError
from config.suppression import Suppressor
from domain.contact import ContactKey
from domain.journal import Act
from domain.journal import Entry as JournalEntry
from domain.signal import Signal, SignalKind
from pipeline.heed import heeded
from pipeline.objections import lift
from pipeline.replay import begin_anew, replay, sweep
from pipeline.rights import OBJECTED, end_contact
from store import journal, objections, suppressions
from store.suppressions import UNDER_AGE
from tests.cast import ADA, BO, CY, DI, LATER, NOW, follows
from tests.conftest import NewDatabase
from tests.contents import feed, inside, labels, rows
from tests.installations import Installation
from tests.interests import page


class CrashError(Exception):
    """What ends a transaction before its commit."""


def crash(ours: Installation, who: ContactKey) -> None:
    """Object and die before the commit."""
    suppressor = ours.suppressor

    def die() -> None:
        with ours.database.write() as connection:
            end_contact(connection, [who], suppressor, OBJECTED, now=LATER)
            raise CrashError

    with pytest.raises(CrashError):
        die()


def test_an_objection_stands_in_the_ledger_without_anything_personal(ours: Installation) -> None:
    ours.object(ADA)
    ours.object(ADA)
    written = ours.ledger.path.read_text(encoding="utf-8")
    lines = [json.loads(each) for each in written.splitlines()]
    assert [sorted(each) for each in lines] == [["keys"], ["at", "lifted", "reason", "values", "wraps"]]
    assert set(lines[1]["values"]) == {each["value"] for each in rows(ours.database, "suppressions")}
    assert not any(each in written for each in (ADA.platform_id, "Ada", "Lévy"))
    assert ours.ledger.path.stat().st_mode & 0o777 == 0o600
    with ours.database.read() as connection:
        assert objections.applied(connection) == ours.ledger.size()


def test_that_somebody_is_under_age_stands_in_the_ledger_after_an_objection(ours: Installation) -> None:
    ours.object(ADA)
    with ours.database.write() as connection:
        end_contact(connection, [ADA], ours.suppressor, UNDER_AGE, now=LATER)
    assert [each.reason for each in ours.entries()] == [OBJECTED, UNDER_AGE]
    assert {each["reason"] for each in rows(ours.database, "suppressions")} >= {UNDER_AGE}


def test_a_message_that_says_stop_stands_in_the_ledger(ours: Installation) -> None:
    suppressor = ours.suppressor
    with ours.database.write() as connection:
        heeded(connection, [Signal(ADA, SignalKind.MESSAGED, "m", NOW, text="STOP")], suppressor, now=LATER)
    assert [each.reason for each in ours.entries()] == ["said_stop"]


def test_a_crash_before_the_commit_is_made_good_by_the_next_start(ours: Installation) -> None:
    ours.object(BO)
    crash(ours, ADA)
    assert not ours.knows(ADA)
    assert ours.catch_up()
    assert ours.knows(ADA)
    assert not ours.catch_up()
    assert ADA.platform_id in labels(ours.database)
    assert sweep(ours.database, ours.suppressor, now=LATER) == 1
    assert set(labels(ours.database)) == {CY.platform_id}
    assert feed(ours.database)[-1][1:] == (ADA.platform_id, "remove", "objected")


def test_what_the_journal_says_of_whom_a_crash_left_goes_with_them(ours: Installation) -> None:
    with ours.database.write() as connection:
        for who in (ADA, BO, DI):
            journal.record(connection, JournalEntry("cli:op", Act.CONTACT_SHOWN, NOW, who))
    ours.object(BO)
    crash(ours, ADA)
    assert ours.catch_up()
    sweep(ours.database, ours.suppressor, now=LATER)
    about = [each["subject_key"] for each in rows(ours.database, "journal_texts")]
    assert about.count(str(DI)) == 1
    assert not {str(ADA), str(BO)} & {*about}


def test_what_was_taken_back_and_done_again_stands_there_once(ours: Installation) -> None:
    ours.object(BO)
    crash(ours, ADA)
    ours.object(ADA)
    assert [len(each.values) for each in ours.entries()] == [2, 2]
    assert not ours.catch_up()
    assert ours.knows(ADA)


def test_the_next_objection_brings_along_what_a_crash_left(ours: Installation) -> None:
    ours.object(BO)
    crash(ours, ADA)
    ours.object(CY)
    assert ours.knows(ADA)
    assert not ours.catch_up()


def test_a_torn_line_is_passed_over(ours: Installation) -> None:
    ours.object(BO)
    with ours.ledger.path.open("ab") as file:
        file.write(b'{"values":["ab')
    assert not ours.catch_up()
    ours.object(ADA)
    assert not ours.catch_up()
    assert [each is None for each, _ in ours.ledger.after()] == [False, False, True, False]
    assert replay(ours.database, ours.ledger, ours.sealer, now=LATER).unreadable == 1
    ours.object(CY)
    assert (ours.knows(ADA), ours.knows(BO), ours.knows(CY)) == (True, True, True)


def test_a_database_behind_its_ledger_is_refused_with_what_to_do(
    ours: Installation, new_database: NewDatabase
) -> None:
    key = ours.sealer.open(rows(ours.database, "suppression_keys")[0]["key_sealed"])
    ours.object(ADA)
    ours.object(BO)
    older = Installation(new_database(), ours.ledger.path, ours.sealer).begun(key)
    page(older.database, [follows(ADA), follows(BO), follows(DI)])
    with pytest.raises(LedgerError, match="restore --replay"):
        older.catch_up()
    before = rows(older.database, "feed_state")[0]["epoch"]
    done = replay(older.database, older.ledger, older.sealer, now=LATER)
    assert (done.entries, done.unreadable, done.erased) == (2, 0, 2)
    assert inside(older.database) == {DI.platform_id}
    assert rows(older.database, "feed_state")[0]["epoch"] != before
    assert not older.catch_up()


def test_a_ledger_that_was_cut_off_or_lost_is_refused(ours: Installation) -> None:
    ours.object(ADA)
    ours.ledger.path.unlink()
    with pytest.raises(LedgerError, match="missing or was cut off"):
        ours.catch_up()
    with pytest.raises(LedgerError, match="missing or was cut off"):
        ours.object(BO)
    assert BO.platform_id in labels(ours.database)
    assert begin_anew(ours.database, ours.ledger) == 2
    assert not ours.catch_up()
    ours.object(BO)
    with pytest.raises(LedgerError, match="move it away"):
        begin_anew(ours.database, ours.ledger)


def test_another_ledger_is_refused(ours: Installation) -> None:
    ours.object(ADA)
    ours.ledger.path.write_bytes(b"x" * (ours.ledger.size() + 100))
    with pytest.raises(LedgerError, match="another ledger"):
        ours.catch_up()


def test_what_was_suppressed_before_there_was_a_ledger_begins_it(ours: Installation) -> None:
    value = ours.suppressor.value(*DI)
    with ours.database.write() as connection:
        suppressions.add(connection, [value], OBJECTED, wraps=1, now=NOW)
    ours.object(ADA)
    assert sorted(value for each in ours.entries() for value in each.values) == sorted(
        each["value"] for each in rows(ours.database, "suppressions")
    )


def test_what_the_person_lifts_stays_lifted(ours: Installation) -> None:
    ours.object(ADA)
    suppressor = ours.suppressor
    with ours.database.write() as connection:
        assert lift(connection, [suppressor.value(*ADA)], "signed_up_again", suppressor, now=LATER) == 1
        assert lift(connection, [suppressor.value(*ADA)], "signed_up_again", suppressor, now=LATER) == 0
    replay(ours.database, ours.ledger, ours.sealer, now=LATER)
    assert not ours.knows(ADA)
    assert [each.lifted for each in ours.entries()] == [False, True]


def test_three_rotations_later_everybody_is_known_and_a_database_from_before_catches_up(
    ours: Installation, new_database: NewDatabase
) -> None:
    key = ours.sealer.open(rows(ours.database, "suppression_keys")[0]["key_sealed"])
    for who in (ADA, BO, CY):
        ours.object(who)
        ours.rotate()
    ours.object(DI)
    assert [each["wraps"] for each in rows(ours.database, "suppressions")] == [4] * 7
    assert all(ours.knows(each) for each in (ADA, BO, CY, DI))
    assert sum(isinstance(each, Keys) for each, _ in ours.ledger.after()) == 4
    older = Installation(new_database(), ours.ledger.path, ours.sealer).begun(key)
    page(older.database, [follows(BO), follows(DI)])
    assert replay(older.database, older.ledger, older.sealer, now=LATER).erased == 2
    assert all(older.knows(each) for each in (ADA, BO, CY, DI))
    assert inside(older.database) == set()
    fresh = Installation(new_database(), ours.ledger.path, ours.sealer)
    replay(fresh.database, fresh.ledger, fresh.sealer, now=LATER)
    assert all(fresh.knows(each) for each in (ADA, BO, CY, DI))


def test_the_ledger_of_another_installation_is_not_applied(
    ours: Installation, new_database: NewDatabase, tmp_path: Path
) -> None:
    ours.object(ADA)
    other = Installation(new_database(), tmp_path / "other", ours.sealer).begun()
    page(other.database, [])
    other.object(BO)
    with pytest.raises(LedgerError, match="another installation"):
        replay(other.database, ours.ledger, other.sealer, now=LATER)


def test_a_page_under_way_keeps_a_rotation_waiting(ours: Installation) -> None:
    ours.object(BO)
    rotation = threading.Thread(target=ours.rotate)
    with ours.database.write() as connection:
        suppressions.share_keys(connection)
        suppressor = Suppressor(
            [ours.sealer.open(each) for each in suppressions.keys(connection)], ours.ledger
        )
        rotation.start()
        rotation.join(0.1)
        assert rotation.is_alive()
        end_contact(connection, [ADA], suppressor, OBJECTED, now=LATER)
    rotation.join()
    assert {each["wraps"] for each in rows(ours.database, "suppressions")} == {2}
    assert (ours.knows(ADA), ours.knows(BO)) == (True, True)
