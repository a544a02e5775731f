"""Overdue notices: the contact goes with all that is held of it, and the feed says so."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.notices import Status
from domain.contact import ContactKey
from pipeline.expire import expire
from pipeline.page import write_page
from store import messaging, notices
from store.database import Database
from store.notices import Giving, Version
from tests.cast import ADA, BO, CNIL, CY, DI, LATER, NOW, added, follows, mentions, objects
from tests.contents import feed, inside, labels, let_be_shown, rows, wipe

LATE = NOW + timedelta(days=30, seconds=1)
TEXT = Version("a" * 64, "en", "We hold data about you.")
HELD = ("contacts", "signals", "decisions", "texts", "notices", "messaging_contacts")


def meet(database: Database) -> dict[ContactKey, int]:
    """Let Ada and Di follow, Bo write something, Cy object."""
    acts = [follows(ADA), mentions(BO, text="Hello?"), objects(CY), follows(DI)]
    with database.write() as connection:
        account = added(connection)
        written = write_page(connection, (account.id, "twitter"), acts, CNIL, now=NOW)
        messaging.publish(connection, written.steps, now=NOW)
        notices.keep_version(connection, TEXT, now=NOW)
    let_be_shown(database)
    with database.read() as connection:
        return notices.ids_of(connection, (ADA, BO, CY, DI))


def purge(database: Database, now: datetime = LATE) -> int:
    return expire(database, CNIL, now=now)["notices"]


def test_whoever_was_not_told_in_time_goes_and_leaves_a_tombstone(database: Database) -> None:
    ids = meet(database)
    with database.write() as connection:
        told = Giving(Status.GIVEN_INDIVIDUALLY, TEXT.version, "op")
        notices.give(connection, [ids[DI]], told, now=LATER)
    assert purge(database) == 2
    assert labels(database) == {CY.platform_id: "suppressed", DI.platform_id: "regular"}
    assert inside(database) == {DI.platform_id}
    assert feed(database) == [
        (2, DI.platform_id, "upsert", "admitted"),
        (3, ADA.platform_id, "remove", "notice_overdue"),
    ]
    for table in HELD:
        left = {each.get("contact_id", each.get("id")) for each in rows(database, table)}
        assert left.isdisjoint({ids[ADA], ids[BO]}), table


def test_nobody_goes_before_the_date_and_nothing_is_written_then(database: Database) -> None:
    meet(database)
    assert purge(database, NOW + timedelta(days=30)) == 0
    assert inside(database) == {ADA.platform_id, DI.platform_id}
    assert [op for _, _, op, _ in feed(database)] == ["upsert", "upsert"]


def test_a_public_notice_in_time_keeps_them(database: Database) -> None:
    meet(database)
    with database.write() as connection:
        notices.cover(connection, "A-12", "op", now=LATER, size=99)
    assert purge(database) == 0


def test_somebody_who_comes_back_is_new_and_has_a_date_again(database: Database) -> None:
    meet(database)
    purge(database)
    with database.write() as connection:
        account = added(connection)
        write_page(connection, (account.id, "twitter"), [follows(ADA)], CNIL, now=LATE)
        found = notices.facts(connection, notices.ids_of(connection, [ADA]).values())
    assert [each.due_at for each in found.values()] == [LATE + timedelta(days=30)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)), min_size=1, max_size=8),
    day=st.integers(0, 90),
)
def test_nobody_stays_who_was_not_told_by_their_date(
    database: Database, people: list[tuple[int, int | None]], day: int
) -> None:
    """Each is met on a day and told some days later, or never; then a purge comes."""
    wipe(database)
    now = NOW + timedelta(days=day)
    kept = set()
    with database.write() as connection:
        account = added(connection)
        notices.keep_version(connection, TEXT, now=NOW)
        for number, (met, told_after) in enumerate(people):
            who = ContactKey("twitter", str(number))
            met_at = NOW + timedelta(days=met)
            written = write_page(connection, (account.id, "twitter"), [follows(who)], CNIL, now=met_at)
            messaging.publish(connection, written.steps, now=met_at)
            if told_after is not None and met + told_after <= day:
                told = Giving(Status.GIVEN_INDIVIDUALLY, TEXT.version, "op")
                told_at = met_at + timedelta(days=told_after)
                notices.give(connection, written.contact_ids, told, now=told_at)
                kept.add(who.platform_id)
            elif day <= met + 30:
                kept.add(who.platform_id)
    let_be_shown(database)
    gone = purge(database, now)
    assert set(labels(database)) == inside(database) == kept
    assert gone == len(people) - len(kept)
    out = {who for _, who, op, _ in feed(database) if op == "remove"}
    assert out == {str(each) for each in range(len(people))} - kept
