"""Walks through listings: what a whole one concludes, and a broken one does not."""

from datetime import timedelta

from domain.batch import Post
from domain.errors import OperatorNeededError
from store.database import Database
from tests.cast import ADA, BO, DI, NOW, follows, likes, mentions
from tests.contents import feed, inside, labels, let_be_shown, rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel


def test_a_whole_walk_ends_the_follow_of_whom_it_does_not_show(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    let_be_shown(travel.database)
    travel.followers.remove(follows(DI))
    travel.clock.forward(days=1)
    travel.connector.upsets = [1, 1]
    run_id = travel.harvest(FOLLOWERS)[FOLLOWERS]
    assert labels(travel.database)[DI.platform_id] == "none"
    assert inside(travel.database) == {ADA.platform_id, BO.platform_id}
    assert feed(travel.database)[3:] == [(4, DI.platform_id, "remove", "unfollowed")]
    assert travel.run(run_id)["left"] == 1


def test_who_left_and_still_liked_remains_occasional_without_a_name(travel: Travel) -> None:
    travel.connector.listings[MENTIONS, ""] = [mentions(DI)]
    travel.harvest(FOLLOWERS, MENTIONS)
    travel.followers.remove(follows(DI))
    travel.harvest(FOLLOWERS)
    assert labels(travel.database)[DI.platform_id] == "occasional"
    (di,) = [each for each in rows(travel.database, "contacts") if each["platform_id"] == DI.platform_id]
    assert (di["handle"], di["display_name"], di["regular_since"]) == (None, None, None)
    assert di["keep_until"] == NOW + timedelta(days=30)


def test_who_left_and_comes_back_is_admitted_again(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    let_be_shown(travel.database)
    gone = travel.followers.pop(1)
    travel.harvest(FOLLOWERS)
    travel.followers.append(gone)
    travel.harvest(FOLLOWERS)
    assert DI.platform_id in inside(travel.database)
    let_be_shown(travel.database)
    assert [each[1:] for each in feed(travel.database) if each[1] == DI.platform_id] == [
        (DI.platform_id, "upsert", "admitted"),
        (DI.platform_id, "remove", "unfollowed"),
        (DI.platform_id, "upsert", "admitted"),
    ]


def test_a_run_that_fails_midway_makes_nobody_leave_and_the_next_begins_its_own_walk(travel: Travel) -> None:
    travel.harvest(FOLLOWERS)
    travel.followers.reverse()
    dead = OperatorNeededError("The token is dead.", code="token_dead")
    travel.connector.upsets = [1, dead]
    assert travel.finish(*travel.begin(FOLLOWERS).values()) == ["failed"]
    assert len(inside(travel.database)) == 3
    # Half of the roster is known to the failed run; a run that took it over would lose Bo here.
    travel.connector.upsets = [1, 1, 1]
    travel.cursors()
    travel.harvest(FOLLOWERS)
    assert travel.cursors() == [None, "1", "2"]
    assert len(inside(travel.database)) == 3
    assert feed(travel.database) == []


def test_a_cursor_that_grew_old_begins_its_listing_again(travel: Travel) -> None:
    run_id = travel.begin(FOLLOWERS)[FOLLOWERS]
    travel.step(run_id)
    travel.followers.remove(follows(ADA))
    travel.clock.forward(hours=21)
    travel.connector.upsets = [1, 1]
    assert travel.finish(run_id) == ["done"]
    assert travel.cursors() == [None, None, "1"]
    # Ada was on the first page of the walk that was given up, and on none of the whole one.
    assert inside(travel.database) == {DI.platform_id, BO.platform_id}


def test_a_likers_roster_is_compared_within_its_post(database: Database) -> None:
    connector = ScriptedConnector(
        {(LIKERS, "9001"): [likes(ADA, "9001"), likes(BO, "9001")], (LIKERS, "9002"): [likes(BO, "9002")]},
        own_posts=[Post("9001", NOW), Post("9002", NOW)],
    )
    travel = Travel(database, connector)
    travel.harvest(LIKERS)
    del connector.listings[LIKERS, "9001"][:]
    travel.harvest(LIKERS)
    standing = {each["item"] for each in rows(database, "signals") if each["ended_at"] is None}
    assert standing == {"9002"}
    assert labels(database) == {ADA.platform_id: "none", BO.platform_id: "occasional"}


def test_a_capped_listing_proves_nobodys_absence(database: Database) -> None:
    travel = Travel(database, ScriptedConnector({("capped", ""): []}))
    stream = travel.connector.streams[FOLLOWERS]
    travel.connector.streams = {"capped": type(stream)("capped", stream.kinds, stream.shape.CAPPED, 100)}
    travel.connector.listings["capped", ""] = [follows(ADA), follows(BO)]
    travel.harvest("capped")
    travel.connector.listings["capped", ""] = [follows(BO)]
    travel.harvest("capped")
    assert inside(database) == {ADA.platform_id, BO.platform_id}


def test_a_timeline_is_read_to_its_mark(database: Database) -> None:
    newest_first = [mentions(BO, f"80{each:02}") for each in range(9, 0, -1)]
    connector = ScriptedConnector({(MENTIONS, ""): newest_first}, upsets=[3, 3, 3])
    travel = Travel(database, connector)
    travel.harvest(MENTIONS)
    (checkpoint,) = rows(database, "checkpoints")
    assert (checkpoint["mark"], checkpoint["cursor"], checkpoint["pages"]) == ("8009", None, 0)
    newest_first.insert(0, mentions(ADA, "8010"))
    connector.upsets = [3, 3, 3]
    del connector.requests[:]
    travel.harvest(MENTIONS)
    assert [(each.cursor, each.mark) for each in connector.requests] == [(None, "8009"), ("3", "8009")]
    assert rows(database, "checkpoints")[0]["mark"] == "8010"
    assert labels(database) == {BO.platform_id: "occasional", ADA.platform_id: "occasional"}


def test_a_mark_stays_until_its_walk_ends(database: Database) -> None:
    newest_first = [mentions(BO, f"80{each:02}") for each in range(9, 0, -1)]
    connector = ScriptedConnector({(MENTIONS, ""): newest_first}, upsets=[3, 3, 3])
    travel = Travel(database, connector)
    run_id = travel.begin(MENTIONS)[MENTIONS]
    for mark in (None, None, "8009"):
        travel.step(run_id)
        assert rows(database, "checkpoints")[0]["mark"] == mark
