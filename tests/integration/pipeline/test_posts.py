"""Streams that go through the account's posts, one after the other."""

import pytest

from domain.batch import Post
from domain.errors import ItemGoneError, OperatorNeededError
from store import runs
from store.database import Database
from tests.cast import ADA, BO, NOW, likes
from tests.contents import labels, rows
from tests.scripted import LIKERS, POSTS, ScriptedConnector
from tests.travel import Travel

DEAD = OperatorNeededError("The token is dead.", code="token_dead")


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let Bo like all of three posts and Ada the second."""
    connector = ScriptedConnector(own_posts=[Post(each, NOW) for each in ("9001", "9002", "9003")])
    for each in connector.own_posts:
        connector.listings[LIKERS, each.post] = [likes(BO, each.post)]
    connector.listings[LIKERS, "9002"].append(likes(ADA, "9002"))
    return Travel(database, connector)


def test_a_stream_of_posts_waits_for_their_list_and_reads_each(travel: Travel) -> None:
    begun = travel.begin(LIKERS)
    assert list(begun) == [POSTS, LIKERS]
    assert travel.run(begun[LIKERS])["state"] == "waiting"
    assert travel.step(begun[LIKERS]) is None
    assert travel.step(begun[POSTS]) is None
    assert travel.run(begun[LIKERS])["state"] == "running"
    assert [each["subject_id"] for each in rows(travel.database, "outbox")] == [begun[LIKERS]]
    assert travel.finish(*begun.values()) == ["done", "done"]
    assert travel.connector.asked() == [
        (POSTS, "", None),
        (LIKERS, "9001", None),
        (LIKERS, "9002", None),
        (LIKERS, "9003", None),
    ]
    assert labels(travel.database) == {ADA.platform_id: "occasional", BO.platform_id: "occasional"}


def test_a_post_of_several_pages_is_read_to_its_end_before_the_next(travel: Travel) -> None:
    travel.connector.upsets = [None, 1, 1, 1, 1]
    travel.harvest(LIKERS)
    assert travel.connector.asked()[1:] == [
        (LIKERS, "9001", None),
        (LIKERS, "9002", None),
        (LIKERS, "9002", "1"),
        (LIKERS, "9003", None),
    ]


def test_a_post_that_is_gone_is_skipped_and_its_likers_stay(travel: Travel) -> None:
    travel.harvest(LIKERS)
    travel.connector.upsets = [None, None, ItemGoneError("The post is gone.", code="gone")]
    run_id = travel.harvest(LIKERS)[LIKERS]
    run = travel.run(run_id)
    assert (run["state"], run["skipped_posts"], run["left"]) == ("done", 1, 0)
    assert labels(travel.database)[ADA.platform_id] == "occasional"
    travel.connector.requests.clear()
    travel.harvest(LIKERS)
    assert [each[1] for each in travel.connector.asked()] == ["", "9001", "9003"]


def test_the_last_post_being_gone_ends_the_run_as_done(travel: Travel) -> None:
    gone = ItemGoneError("The post is gone.", code="gone")
    travel.connector.upsets = [None, gone, gone, gone]
    run_id = travel.harvest(LIKERS)[LIKERS]
    assert (travel.run(run_id)["state"], travel.run(run_id)["skipped_posts"]) == ("done", 3)


def test_without_posts_nothing_is_asked_for(travel: Travel) -> None:
    travel.connector.own_posts = []
    begun = travel.harvest(LIKERS)
    assert travel.run(begun[LIKERS])["state"] == "done"
    assert [each.stream for each in travel.connector.requests] == [POSTS]


def test_posts_that_could_not_be_listed_end_who_waits_and_a_replay_brings_both_back(travel: Travel) -> None:
    travel.connector.upsets = [DEAD]
    begun = travel.begin(LIKERS)
    assert travel.finish(*begun.values()) == ["failed", "failed"]
    assert "posts could not be read" in travel.run(begun[LIKERS])["error"]
    assert len(rows(travel.database, "failures")) == 1
    with travel.database.write() as connection:
        runs.replay(connection, begun[POSTS], now=travel.clock())
    assert travel.finish(*begun.values()) == ["done", "done"]
    assert BO.platform_id in labels(travel.database)


def test_a_cancelled_list_of_posts_cancels_who_waits(travel: Travel) -> None:
    begun = travel.begin(LIKERS)
    with travel.database.write() as connection:
        runs.cancel(connection, begun[POSTS], now=travel.clock())
    assert {travel.run(each)["state"] for each in begun.values()} == {"cancelled"}


def test_a_replay_goes_on_at_the_post_where_it_failed(travel: Travel) -> None:
    travel.connector.upsets = [None, None, DEAD]
    run_id = travel.harvest(LIKERS)[LIKERS]
    assert travel.run(run_id)["state"] == "failed"
    assert rows(travel.database, "failures")[0]["post"] == "9002"
    with travel.database.write() as connection:
        runs.replay(connection, run_id, now=travel.clock())
    travel.connector.requests.clear()
    travel.finish(run_id)
    assert [each[1] for each in travel.connector.asked()] == ["9002", "9003"]
