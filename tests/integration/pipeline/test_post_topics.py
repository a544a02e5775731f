"""Topics over own posts: counted where the pack allows it, over enough people, from no text that stays."""

from collections.abc import Iterable

import pytest

from classifier.policy import Policy
from domain.account import Account
from domain.batch import Post
from domain.contact import ContactKey
from domain.signal import Signal, SignalKind
from pipeline.interests import allow, waits
from pipeline.post_topics import counted
from store import post_topics
from store.database import Database
from store.post_topics import Counted, UnreadPost
from tests.cast import CNIL, EU, LATER, NOW
from tests.contents import contents, rows
from tests.interests import page, read
from tests.scripted import LIKERS, ScriptedConnector
from tests.travel import Travel

PAGE = Account("facebook", "4001", "our page")
LEAST = EU.number("aggregate_k")


def travel_of(database: Database, posts: Iterable[tuple[Post, int]], policy: Policy = EU) -> Travel:
    """Let a page have posts, each with so many people who reacted to it."""
    known = list(posts)
    connector = ScriptedConnector(own_posts=[post for post, _ in known])
    for post, people in known:
        connector.listings[LIKERS, post.post] = [
            Signal(ContactKey("facebook", str(6000 + each)), SignalKind.REACTED, post.post)
            for each in range(people)
        ]
    return Travel(database, connector, policy=policy, whose=PAGE)


def counts(database: Database, policy: Policy = EU) -> list[Counted]:
    with database.read() as connection:
        return counted(connection, policy)


@pytest.fixture
def posts() -> list[tuple[Post, int]]:
    """Return posts about rents, one of which too few people reacted to, and one about nothing."""
    texts = (
        "We speak of #housing",
        "Again #housing and #transport",
        "Few like #housing",
        "Good morning",
        None,
    )
    people = (LEAST, LEAST + 1, LEAST - 1, LEAST, LEAST)
    return [
        (Post(f"900{number}", NOW, text=text), count)
        for number, (text, count) in enumerate(zip(texts, people, strict=True), start=1)
    ]


def test_reactions_count_by_topic_over_posts_with_enough_of_them(
    database: Database, posts: list[tuple[Post, int]]
) -> None:
    page(database, [], EU)
    travel_of(database, posts).harvest(LIKERS)
    with database.read() as connection:
        assert waits(connection, now=NOW)
    assert read(database)["posts"] == 4
    assert counts(database) == [
        Counted("housing", 2, 2 * LEAST + 1, 1),
        Counted("transport", 1, LEAST + 1, 0),
    ]
    with database.read() as connection:
        assert not waits(connection, now=NOW)
    assert "speak of" not in repr(contents(database))
    assert rows(database, "contacts") == []


def test_what_was_read_is_not_read_again(database: Database, posts: list[tuple[Post, int]]) -> None:
    page(database, [], EU)
    travel = travel_of(database, posts)
    travel.harvest(LIKERS)
    read(database)
    travel.harvest(LIKERS)
    assert "posts" not in read(database)


def test_under_2016_no_own_text_is_kept_and_nothing_can_be_counted(
    database: Database, posts: list[tuple[Post, int]]
) -> None:
    page(database, [], CNIL)
    travel_of(database, posts, CNIL).harvest(LIKERS)
    assert {each["text"] for each in rows(database, "posts")} == {None}
    assert "posts" not in read(database)
    first = rows(database, "posts")[0]["id"]
    with database.write() as connection:
        post_topics.keep(connection, [UnreadPost(first, "facebook", "x")], [(first, "housing", "facebook")])
    assert rows(database, "post_topics") == []
    assert counts(database, CNIL) == []


def test_another_pack_takes_the_counts_away_and_the_first_reads_all_posts_again(
    database: Database, posts: list[tuple[Post, int]]
) -> None:
    page(database, [], EU)
    travel = travel_of(database, posts)
    travel.harvest(LIKERS)
    read(database)
    before = counts(database)
    with database.write() as connection:
        allow(connection, CNIL)
    assert counts(database) == []
    assert rows(database, "countable_topics") == rows(database, "post_topics") == []
    with database.write() as connection:
        allow(connection, EU)
    assert {each["mark"] for each in rows(database, "checkpoints") if each["stream"] == "posts"} == {None}
    travel.clock.at = LATER
    travel.harvest(LIKERS)
    read(database)
    assert counts(database) == before


def test_nothing_is_counted_from_x(database: Database) -> None:
    travel = Travel(database, ScriptedConnector(own_posts=[Post("9001", NOW, text="#housing")]), policy=EU)
    travel.harvest(LIKERS)
    assert rows(database, "posts")[0]["text"] is None
