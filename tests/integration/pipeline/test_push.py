"""Pushes become the acts that polling finds: once each, in any order, never against newer evidence."""

import contextlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from config.bodies import BodySealer, new_key
from config.suppression import Suppressor
from config.suppression import new_key as new_suppression_key
from domain.account import Account
from domain.budget import AtEnd, Period
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from pipeline import push as pushing
from pipeline.push import take_in
from pipeline.put_aside import clear, forget_suppressed
from pipeline.rights import OBJECTED, end_contact
from store import budgets
from store import inbox as inboxes
from store.budgets import Scope
from store.database import Database, DatabaseError
from store.inbox import MAX_ATTEMPTS, Arrived
from store.ledger import added_up
from store.pushed import last_walk_began
from store.tables import inbox, walks
from tests.cast import ADA, BO, CY, DI, EU, NOW, OURS, TEAM, added, mentions, objects
from tests.contents import feed, inside, labels, let_be_shown, rows, wipe
from tests.pushed import KEEP, arrive, event, follow, like, mention, push
from tests.scripted import FOLLOWERS
from tests.travel import Travel

ZOE = ContactKey("twitter", "7010")


def after(**by: float) -> datetime:
    return NOW + timedelta(**by)


def standing(database: Database) -> list[tuple[Any, ...]]:
    """Return whatever holds, with its beginning: what must not depend on the order of pushes."""
    by_id = {each["id"]: each["platform_id"] for each in rows(database, "contacts")}
    held = [each for each in rows(database, "signals") if each["ended_at"] is None]
    return sorted(
        (by_id[each["contact_id"]], each["kind"], each["item"], each["started_at"]) for each in held
    )


def state(database: Database) -> tuple[Any, ...]:
    shown = {who: label for who, label in labels(database).items() if label != "none"}
    return shown, standing(database), inside(database)


def test_a_follow_makes_a_regular_contact_and_an_unfollow_an_occasional_one(travel: Travel) -> None:
    push(travel, like(ZOE, after(minutes=-3)), follow(ZOE, after(minutes=-2)))
    assert (labels(travel.database), inside(travel.database)) == ({"7010": "regular"}, {"7010"})
    let_be_shown(travel.database)
    push(travel, follow(ZOE, after(minutes=-1), ends=True))
    assert (labels(travel.database), inside(travel.database)) == ({"7010": "occasional"}, set())
    assert [each[2:] for each in feed(travel.database)] == [("upsert", "admitted"), ("remove", "unfollowed")]


def test_what_is_delivered_is_in_the_ledger_once_a_day_at_least(travel: Travel) -> None:
    push(travel, follow(ZOE, after(minutes=-2)), like(BO, after(minutes=-3)), mention(BO, NOW))
    push(travel, follow(ZOE, after(minutes=-1)))  # the same event, sent again
    with travel.database.read() as connection:
        (events,) = added_up(connection, "stream", since=NOW)
        (account,) = added_up(connection, "account", since=NOW)
    assert (events.key, account.key) == ("events", OURS.name)
    assert (events.items, events.low, events.high, events.uncertain) == (4, 10_000, 40_000, 0)


def test_what_is_delivered_is_in_no_budget(travel: Travel) -> None:
    push(travel, follow(ZOE, after(minutes=-2)))
    with travel.database.write() as connection:
        budgets.put(connection, Scope(), 1_000_000, Period.MONTH, AtEnd.STOP, now=NOW)
    with travel.database.read() as connection:
        (budget,) = budgets.listed(connection, now=NOW)
    assert budget["committed_micro_usd"] == 0


def test_what_was_polled_is_not_counted_again(travel: Travel) -> None:
    travel.connector.listings[FOLLOWERS, ""].append(mentions(BO))
    travel.harvest(FOLLOWERS)
    before = [(each["kind"], each["item"], each["contact_id"]) for each in rows(travel.database, "signals")]
    travel.clock.forward(minutes=5)
    push(travel, follow(ADA, after(minutes=4)), mention(BO, NOW))
    now = [(each["kind"], each["item"], each["contact_id"]) for each in rows(travel.database, "signals")]
    assert sorted(now) == sorted(before)
    assert len(inside(travel.database)) == 3


def test_what_was_pushed_is_not_counted_again(travel: Travel) -> None:
    push(travel, follow(ADA, after(minutes=-1)), follow(BO, after(minutes=-1)), follow(DI, after(minutes=-1)))
    before = state(travel.database), len(feed(travel.database))
    travel.clock.forward(minutes=5)
    travel.harvest(FOLLOWERS)
    assert (state(travel.database), len(feed(travel.database))) == before


def test_a_missed_push_is_found_by_the_next_poll(travel: Travel) -> None:
    push(travel, follow(ADA, after(minutes=-1)), follow(ZOE, after(minutes=-1)))
    travel.clock.forward(minutes=5)
    travel.harvest(FOLLOWERS)  # ZOE's unfollow and the follows of the others were missed
    assert inside(travel.database) == {ADA.platform_id, BO.platform_id, DI.platform_id}


def test_older_than_the_last_whole_walk_nothing_begins_and_nothing_ends(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    before = state(travel.database)
    travel.clock.forward(minutes=5)
    push(travel, follow(ZOE, after(seconds=-1)), follow(ADA, after(seconds=-1), ends=True))
    assert state(travel.database) == before
    push(travel, follow(ZOE, after(minutes=1)), follow(ADA, after(minutes=1), ends=True))
    assert inside(travel.database) == {ZOE.platform_id, BO.platform_id, DI.platform_id}


def test_a_walk_says_nothing_of_what_its_roster_does_not_list(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.clock.forward(minutes=5)
    push(travel, like(ZOE, after(minutes=-30)), mention(ZOE, after(days=-2)))
    assert labels(travel.database)["7010"] == "occasional"


def test_a_walk_with_items_that_could_not_be_read_outweighs_nothing(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    with travel.database.write() as connection:
        connection.execute(update(walks).values(whole=False))
    push(travel, follow(ZOE, after(seconds=-1)))
    assert "7010" in inside(travel.database)


def test_the_last_walk_is_the_last_that_ended(travel: Travel) -> None:
    def began() -> dict[str, datetime]:
        with travel.database.read() as connection:
            return last_walk_began(connection, travel.account.id, FOLLOWERS)

    assert began() == {}
    travel.harvest(FOLLOWERS)
    first = began()
    assert first == {"": NOW}
    travel.clock.forward(hours=1)
    travel.connector.upsets[:] = [1, 1]
    (run,) = travel.begin(FOLLOWERS).values()
    travel.step(run)
    assert began() == first, "a walk that goes on proves nothing yet"
    travel.finish(run)
    assert began() == {"": after(hours=1)}


def test_a_follow_during_a_walk_survives_its_end(travel: Travel) -> None:
    (run,) = travel.begin(FOLLOWERS).values()
    travel.step(run)
    travel.clock.forward(seconds=10)
    push(travel, follow(ZOE, after(seconds=9)))  # her page was read before
    travel.finish(run)
    assert "7010" in inside(travel.database)


def test_an_unfollow_during_a_request_is_not_undone_by_its_answer(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.clock.forward(minutes=5)

    def meanwhile() -> None:
        travel.clock.forward(seconds=5)
        push(travel, follow(ADA, travel.clock(), ends=True))
        travel.clock.forward(seconds=5)

    travel.connector.meanwhile = meanwhile
    travel.harvest(FOLLOWERS)
    assert ADA.platform_id not in inside(travel.database)
    travel.clock.forward(minutes=5)
    travel.harvest(FOLLOWERS)
    assert ADA.platform_id in inside(travel.database), "she follows again, which the next walk shows"


def test_one_who_left_and_came_back_during_a_request_stays(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.clock.forward(minutes=5)

    def meanwhile() -> None:
        travel.clock.forward(seconds=5)
        push(travel, follow(ADA, travel.clock(), ends=True))
        travel.clock.forward(seconds=1)
        push(travel, follow(ADA, travel.clock()))
        travel.clock.forward(seconds=5)

    travel.connector.meanwhile = meanwhile
    travel.harvest(FOLLOWERS)
    assert ADA.platform_id in inside(travel.database)


def test_after_an_objection_nothing_begins(travel: Travel) -> None:
    travel.connector.listings[FOLLOWERS, ""][:] = [objects(CY)]
    travel.harvest(FOLLOWERS)
    push(travel, follow(CY, after(seconds=-1)), like(CY, after(seconds=-1)), mention(CY, after(days=-1)))
    travel.clock.forward(minutes=5)
    push(travel, follow(CY, after(minutes=4)))
    assert rows(travel.database, "signals") == []
    assert (labels(travel.database), inside(travel.database)) == ({}, set())


def test_older_than_a_block_nothing_begins(travel: Travel) -> None:
    travel.connector.listings[FOLLOWERS, ""][:] = [Signal(CY, SignalKind.BLOCKED)]
    travel.harvest(FOLLOWERS)
    before = rows(travel.database, "signals")
    push(travel, follow(CY, after(seconds=-1)), like(CY, after(seconds=-1)), mention(CY, after(days=-1)))
    assert rows(travel.database, "signals") == before
    travel.clock.forward(minutes=5)
    push(travel, follow(CY, after(minutes=4)))
    assert (labels(travel.database)["7003"], inside(travel.database)) == ("suppressed", set())


def test_neither_we_nor_our_team_become_contacts(travel: Travel) -> None:
    push(travel, follow(ContactKey("twitter", TEAM), NOW), like(ContactKey("twitter", OURS.platform_id), NOW))
    assert labels(travel.database) == {}


def test_what_may_only_be_counted_is_left_to_polling(database: Database) -> None:
    travel = Travel(database, policy=EU)
    counted = [each for each, rule in EU.rules.items() if rule.keep == "count"]
    assert SignalKind.LIKED in counted
    push(travel, like(BO, NOW))
    assert (rows(database, "signals"), rows(database, "kept_counts"), labels(database)) == ([], [], {})


def test_texts_go_with_what_was_taken_back(database: Database) -> None:
    page = Account("facebook", "4001", "our page")
    travel = Travel(database)
    with database.write() as connection:
        added(connection, page)

    def change(verb: str, seconds: int) -> bytes:
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": "900_55",
            "post_id": "4001_900",
            "parent_id": "4001_900",
            "created_time": int(NOW.timestamp()) + seconds,
            "message": "Read this",
            "from": {"id": "7001" if verb == "add" else "4001", "name": "Somebody"},
        }
        entry = {"id": "4001", "time": int(NOW.timestamp()), "changes": [{"field": "feed", "value": value}]}
        return json.dumps({"object": "page", "entry": [entry]}).encode()

    push(travel, change("add", -9), platform="facebook")
    assert [each["text"] for each in rows(database, "texts")] == ["Read this"]
    push(travel, change("remove", -5), platform="facebook")
    assert rows(database, "texts") == []
    assert labels(database) == {"4001:7001": "none"}
    push(travel, change("add", -7), platform="facebook")
    assert standing(database) == []


def test_an_end_that_comes_first_is_remembered_without_a_name(travel: Travel) -> None:
    push(travel, follow(ZOE, NOW, ends=True))
    assert labels(travel.database) == {}
    assert "7010" not in repr(rows(travel.database, "ended_acts"))
    push(travel, follow(ZOE, after(seconds=-1)))
    assert labels(travel.database) == {}
    travel.clock.forward(minutes=1)
    push(travel, follow(ZOE, after(seconds=1)))
    assert labels(travel.database) == {"7010": "regular"}


def test_a_moment_that_lies_ahead_counts_as_now(travel: Travel) -> None:
    push(travel, follow(ZOE, after(days=300)))
    travel.clock.forward(minutes=1)
    push(travel, follow(ZOE, after(seconds=30), ends=True))
    assert labels(travel.database) == {"7010": "none"}


def test_a_push_for_nobody_of_ours_is_taken_in_and_does_nothing(travel: Travel) -> None:
    push(travel, follow(ZOE, NOW, account="5555"))
    assert labels(travel.database) == {}
    assert [each["state"] for each in rows(travel.database, "inbox")] == ["taken"]


def test_two_accounts_in_one_batch(travel: Travel) -> None:
    other = Account("twitter", "5001", "our other profile")
    with travel.database.write() as connection:
        added(connection, other)
    push(travel, follow(ZOE, NOW), follow(ZOE, NOW, account="5001"), follow(BO, NOW, account="5001"))
    assert inside(travel.database) == {"7010", "7002"}
    assert len(rows(travel.database, "messaging_contacts")) == 2


def test_bodies_go_when_they_are_taken_in_and_the_unknown_stays_for_a_while(travel: Travel) -> None:
    push(travel, follow(ZOE, NOW), event("follow.surprise", {"source": {"id": "7777"}}), b"no JSON")
    held = [(each["state"], each["body"] is None) for each in rows(travel.database, "inbox")]
    assert sorted(held) == [("taken", True), ("unknown", False), ("unknown", False)]
    unknown = rows(travel.database, "unknown_pushes")
    assert {each["reason"] for each in unknown} == {
        "an event of the unknown type follow.surprise",
        "the push is no JSON",
    }
    assert "7777" not in repr(unknown)
    assert clear(travel.database, travel.database, now=after(days=2)) == 0
    assert clear(travel.database, travel.database, now=after(days=3)) == 2
    assert rows(travel.database, "inbox") == []


@pytest.mark.parametrize("before", [True, False], ids=["objected before", "objected after"])
def test_no_push_is_kept_that_names_whoever_objected(travel: Travel, *, before: bool) -> None:
    travel.suppressor = Suppressor([new_suppression_key()])
    named = [event("new.one", {"id": "7777"}), event("new.two", {"username": "Zoe_Example"})]
    at_facebook = [b"no JSON of 6001 and 8888", b"no JSON of 6001 and 9999"]
    with travel.database.write() as connection:
        added(connection, Account("facebook", "6001", "our page"))

    def object_() -> None:
        names = [("twitter", "7777"), ("handle:twitter", "zoe_example"), ("facebook", "6001:8888")]
        with travel.database.write() as connection:
            end_contact(connection, [], travel.suppressor, OBJECTED, identifiers=names, now=NOW)

    if before:
        object_()
    push(travel, *named)
    push(travel, *at_facebook, platform="facebook")
    if not before:
        assert len(rows(travel.database, "inbox")) == 4
        object_()
        assert forget_suppressed(travel.road) == 3
    (kept,) = rows(travel.database, "inbox")
    assert travel.road.opened(bytes(kept["body"])) == at_facebook[1]


def test_ends_are_forgotten_after_a_while(travel: Travel) -> None:
    push(travel, follow(ZOE, NOW, ends=True))
    clear(travel.database, travel.database, now=after(days=2))
    assert len(rows(travel.database, "ended_acts")) == 1
    clear(travel.database, travel.database, now=after(days=3))
    assert rows(travel.database, "ended_acts") == []


def test_a_poisoned_push_is_put_aside_and_the_rest_goes_on(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pushing.heard

    def failing(platform: str, body: bytes, received_at: datetime) -> Any:
        if b"7004" in body:
            raise ZeroDivisionError("a name stands here")
        return real(platform, body, received_at)

    monkeypatch.setattr(pushing, "heard", failing)
    done = push(travel, follow(ADA, NOW), follow(DI, NOW), follow(BO, NOW))
    assert inside(travel.database) == {"7001", "7002"}
    assert sum(each.pushes for each in done) == 2
    (aside,) = [each for each in rows(travel.database, "inbox") if each["state"] == "aside"]
    assert aside["problem"].startswith("It failed in our own code (ZeroDivisionError in failing")
    assert "name" not in aside["problem"]


def test_what_was_pushed_before_there_was_a_seal_is_taken_in(travel: Travel) -> None:
    came = inboxes.to_store([Arrived("twitter", follow(ADA, NOW), NOW)], bytes, keep=KEEP)
    with travel.database.write() as connection:
        inboxes.put(connection, came)
    push(travel, follow(BO, NOW))
    assert inside(travel.database) == {"7001", "7002"}


def test_what_another_key_sealed_is_put_aside_and_the_rest_goes_on(travel: Travel) -> None:
    another = BodySealer(new_key())
    came = inboxes.to_store([Arrived("twitter", follow(DI, NOW), NOW)], another.seal, keep=KEEP)
    with travel.database.write() as connection:
        inboxes.put(connection, came)
    push(travel, follow(ADA, NOW))
    assert inside(travel.database) == {"7001"}
    (aside,) = [each for each in rows(travel.database, "inbox") if each["state"] == "aside"]
    assert aside["problem"].startswith("It was sealed with a key that this database lacks")
    with travel.database.write() as connection:
        assert inboxes.forget_naming(connection, "twitter", ["1"], travel.road.opened) == 1, "who knows whose"


def test_a_push_that_kills_its_worker_is_put_aside_in_the_end(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Stands for SIGKILL: nothing of ours runs any more."""

    real = pushing.heard

    def killing(platform: str, body: bytes, received_at: datetime) -> Any:
        if b"7004" in body:
            raise Killed
        return real(platform, body, received_at)

    monkeypatch.setattr(pushing, "heard", killing)
    arrive(travel, follow(ADA, NOW), follow(DI, NOW), follow(BO, NOW))
    killed = 0
    for _ in range(12):
        try:
            while take_in(travel.road, travel.database) is not None:
                pass
        except Killed:
            killed += 1
        travel.clock.forward(seconds=31)
    assert (killed, inside(travel.database)) == (MAX_ATTEMPTS, {"7001", "7002"})
    (aside,) = [each for each in rows(travel.database, "inbox") if each["state"] == "aside"]
    assert aside["problem"] == "It ended its worker each time it was taken in."


def test_a_push_that_the_database_cannot_take_does_not_hold_the_others_up(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pushing.pushed.note_unknown

    def refusing(connection: Any, platform: str, items: Any, **more: Any) -> None:
        if items:
            raise DatabaseError("The statement was too much.")
        real(connection, platform, items, **more)

    monkeypatch.setattr(pushing.pushed, "note_unknown", refusing)
    arrive(travel, b"no JSON", follow(ADA, NOW))
    for _ in range(MAX_ATTEMPTS + 1):
        with contextlib.suppress(DatabaseError):
            while take_in(travel.road, travel.database) is not None:
                pass
    assert inside(travel.database) == {"7001"}
    assert sorted(each["state"] for each in rows(travel.database, "inbox")) == ["aside", "taken"]


def test_what_is_held_by_another_is_left_to_it_until_its_lease_ends(travel: Travel) -> None:
    arrive(travel, follow(ADA, NOW))
    with travel.database.write() as connection:
        connection.execute(
            update(inbox).values(claimed_by="another", claimed_until=after(seconds=30), attempts=1)
        )
    assert take_in(travel.road, travel.database) is None
    travel.clock.forward(seconds=31)
    assert take_in(travel.road, travel.database) is not None
    assert inside(travel.database) == {"7001"}


def test_a_crash_between_the_two_commits_does_nothing_twice(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(travel, follow(ADA, after(minutes=-2)), mention(BO, after(minutes=-2)))
    with monkeypatch.context() as patched:
        patched.setattr(pushing.inbox, "taken_in", lambda *_args: None)
        take_in(travel.road, travel.database)
    before = state(travel.database), feed(travel.database), rows(travel.database, "decisions")
    travel.clock.forward(seconds=31)
    while take_in(travel.road, travel.database) is not None:
        pass
    assert (state(travel.database), feed(travel.database), rows(travel.database, "decisions")) == before
    assert {each["state"] for each in rows(travel.database, "inbox")} == {"taken"}


def test_the_same_bytes_are_one_push_even_when_they_were_taken_in(travel: Travel) -> None:
    undated = follow(ZOE, None)
    push(travel, undated)
    travel.clock.forward(minutes=1)
    push(travel, follow(ZOE, None, ends=True))
    travel.clock.forward(minutes=1)
    push(travel, undated)
    assert labels(travel.database) == {"7010": "none"}


#: Follows and unfollows of two people, and a like, at small moments: many of them tie.
TOLD = st.tuples(
    st.sampled_from([ADA, BO]), st.integers(0, 4), st.sampled_from(["follow", "unfollow", "like"])
)


def written(told: tuple[ContactKey, int, str]) -> bytes:
    who, second, what = told
    at = after(seconds=second - 10)
    return like(who, at) if what == "like" else follow(who, at, ends=what == "unfollow")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data(), st.lists(TOLD, min_size=1, max_size=6))
def test_order_and_repetition_do_not_matter(
    database: Database, data: st.DataObject, events: list[Any]
) -> None:
    ways = [
        events,
        data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=3))])),
    ]
    ended = []
    for number, way in enumerate(ways):
        wipe(database)
        travel = Travel(database)
        # One a batch, as they come; or in batches of the test's choice.
        size = data.draw(st.integers(1, 4)) if number else 1
        for start in range(0, len(way), size):
            bodies = [
                written(each) + b" " * place for place, each in enumerate(way[start : start + size], start)
            ]
            push(travel, *bodies)
        ended.append(state(database))
    assert ended[0] == ended[1]
    last = {
        who: max((s, what == "unfollow") for w, s, what in events if w == who and what != "like")
        for who in {w for w, _, what in events if what != "like"}
    }
    assert inside(database) == {who.platform_id for who, (_, gone) in last.items() if not gone}
