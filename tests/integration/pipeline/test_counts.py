"""Where a pack allows counts only: acts are counted by walk, and nobody's identity stays."""

from datetime import timedelta

import pytest

from domain.batch import Post
from domain.errors import CursorRefusedError
from store import runs
from store.database import Database
from tests.cast import ADA, BO, CY, EU, NOW, follows, likes, mentions
from tests.contents import contents, inside, labels, rows
from tests.scripted import FOLLOWERS, LIKERS, MENTIONS, ScriptedConnector
from tests.travel import Travel


@pytest.fixture
def travel(database: Database) -> Travel:
    """Let Ada, Bo and Cy like one post, on two pages that show Bo twice."""
    connector = ScriptedConnector(own_posts=[Post("9001", NOW)])
    connector.listings[LIKERS, "9001"] = [likes(ADA), likes(BO), likes(BO), likes(CY)]
    connector.upsets = [None, 2, 2]
    return Travel(database, connector, policy=EU)


def likers(travel: Travel) -> int:
    (counted,) = rows(travel.database, "kept_counts")
    assert (counted["kind"], counted["item"]) == ("liked", "9001")
    return int(counted["count"])


def test_each_liker_counts_once_and_leaves_no_trace(travel: Travel) -> None:
    travel.harvest(LIKERS)
    assert likers(travel) == 3
    assert labels(travel.database) == {}
    for table in ("signals", "texts", "decisions", "changes", "roster_pages"):
        assert rows(travel.database, table) == [], table
    assert BO.platform_id not in repr(contents(travel.database))


def test_a_second_walk_replaces_the_count(travel: Travel) -> None:
    travel.harvest(LIKERS)
    travel.connector.listings[LIKERS, "9001"].pop(0)
    travel.harvest(LIKERS)
    assert likers(travel) == 2


def test_a_whole_walk_that_shows_nobody_counts_nobody(travel: Travel) -> None:
    travel.harvest(LIKERS)
    travel.connector.listings[LIKERS, "9001"].clear()
    travel.harvest(LIKERS)
    assert likers(travel) == 0


def test_pages_of_a_walk_that_was_given_up_are_not_counted(travel: Travel) -> None:
    travel.connector.upsets = [None, 2, CursorRefusedError("Too old.", code="cursor_refused"), 4]
    travel.harvest(LIKERS)
    assert likers(travel) == 3


def test_a_cancelled_walk_keeps_no_ids(travel: Travel) -> None:
    begun = travel.begin(LIKERS)
    travel.step(begun["posts"])
    travel.step(begun[LIKERS])
    assert rows(travel.database, "roster_pages") != []
    with travel.database.write() as connection:
        runs.cancel(connection, begun[LIKERS], now=travel.clock())
    assert BO.platform_id not in repr(contents(travel.database))


def test_counts_of_a_timeline_add_up_over_harvests(travel: Travel) -> None:
    travel.connector.upsets = []
    travel.connector.listings[MENTIONS, ""] = [mentions(BO, "8001")]
    travel.harvest(MENTIONS)
    second = timedelta(seconds=1)
    newer = [
        mentions(BO, "8003")._replace(started_at=NOW + 2 * second),
        mentions(ADA, "8002")._replace(started_at=NOW + second),
    ]
    # A platform lists beyond the mark again; whom we counted then we no longer know.
    travel.connector.listings[MENTIONS, ""] = [*newer, mentions(BO, "8001")]
    travel.harvest(MENTIONS)
    assert [each["count"] for each in rows(travel.database, "kept_counts")] == [3]


def test_who_follows_is_stored_though_their_likes_are_only_counted(travel: Travel) -> None:
    travel.connector.upsets = []
    travel.connector.listings[FOLLOWERS, ""] = [follows(ADA)]
    travel.harvest(FOLLOWERS, LIKERS)
    assert inside(travel.database) == {ADA.platform_id}
    assert [each["kind"] for each in rows(travel.database, "signals")] == ["follows"]
