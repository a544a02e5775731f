"""The outbox: a message is claimed by one dispatcher, and only while its subject has not moved on."""

from datetime import timedelta

from store import outbox
from store.database import Database
from store.outbox import Wake
from tests.cast import NOW
from tests.contents import rows

WAKE = Wake("harvest", 7, 3, "harvest.twitter")
AGAIN = timedelta(seconds=150)


def claimed(database: Database, wake: Wake = WAKE, after: timedelta = timedelta(0)) -> bool:
    with database.write() as connection:
        return outbox.claim(connection, wake, now=NOW + after, resend_after=AGAIN)


def due(database: Database, after: timedelta = timedelta(0)) -> list[Wake]:
    with database.read() as connection:
        return list(outbox.due(connection, now=NOW + after, resend_after=AGAIN, count=9))


def put(database: Database, wake: Wake = WAKE) -> None:
    with database.write() as connection:
        outbox.put(connection, wake, due_at=NOW)


def test_of_two_dispatchers_that_saw_a_message_one_sends_it(database: Database) -> None:
    put(database)
    assert due(database) == [WAKE]
    assert [claimed(database), claimed(database)] == [True, False]
    assert due(database) == []


def test_a_message_whose_subject_has_moved_on_is_not_sent(database: Database) -> None:
    put(database)
    put(database, WAKE._replace(fence=4))
    assert not claimed(database)
    assert claimed(database, WAKE._replace(fence=4))
    assert len(rows(database, "outbox")) == 1


def test_a_message_that_may_be_lost_is_due_and_claimed_again(database: Database) -> None:
    put(database)
    claimed(database)
    assert (due(database, AGAIN), claimed(database, after=AGAIN)) == ([], False)
    later = AGAIN + timedelta(seconds=1)
    assert due(database, later) == [WAKE]
    assert [claimed(database, after=later), claimed(database, after=later)] == [True, False]


def test_what_was_not_taken_is_due_at_once_and_what_ended_never(database: Database) -> None:
    put(database)
    claimed(database)
    with database.write() as connection:
        outbox.unsend(connection, WAKE._replace(fence=2))
    assert due(database) == []
    with database.write() as connection:
        outbox.unsend(connection, WAKE)
    assert due(database) == [WAKE]
    with database.write() as connection:
        outbox.drop(connection, WAKE.kind, WAKE.subject_id)
    assert (due(database), rows(database, "outbox")) == ([], [])
