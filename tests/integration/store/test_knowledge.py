"""What is known before a harvest: the platform's counts, those beside the posts, earlier walks."""

import pytest

from domain.account import Ownership
from domain.batch import Post
from domain.estimate import Counts, Earlier
from store import accounts, knowledge, posts
from store.database import Database
from tests.cast import ADA, BO, NOW, follows
from tests.scripted import FOLLOWERS
from tests.till import METERED, Till
from tests.travel import Travel


def test_what_the_platform_counts_of_account_and_posts_is_known(database: Database) -> None:
    travel = Travel(database)
    with database.write() as connection:
        accounts.proven(connection, travel.account.id, Ownership("5000", followers=120, posts=40))
        posts.add(connection, travel.account.id, [Post("9001", NOW, 3, 2, 1), Post("9002", None)])
        posts.add(connection, travel.account.id, [Post("9001", NOW, 4, 2, 1), Post("9002", None)])
        posts.add(connection, travel.account.id, [Post("9001", NOW)])
        posts.mark_gone(connection, 2, now=NOW)
        found = knowledge.known(connection, travel.account.id, now=NOW)
    assert (found.followers, found.posts_count) == (120, 40)
    assert found.posts == [Counts(4, 2, 1)], "newer counts win, and none takes nothing away"
    assert (found.earlier, found.billed_today) == ({}, {})


def test_earlier_walks_are_known_with_their_pace_and_age(database: Database) -> None:
    travel = Travel(database, Till({(FOLLOWERS, ""): [follows(ADA), follows(BO)]}, streams=METERED))
    travel.harvest(FOLLOWERS)
    travel.clock.forward(days=4)
    travel.followers.pop()
    travel.harvest(FOLLOWERS)
    travel.clock.forward(hours=12)
    with database.read() as connection:
        found = knowledge.known(connection, travel.account.id, now=travel.clock())
    assert found.earlier[FOLLOWERS] == Earlier(1, pytest.approx(4), pytest.approx(0.5))
    assert found.billed_today == {}
    travel.harvest(FOLLOWERS)
    with database.read() as connection:
        found = knowledge.known(connection, travel.account.id, now=travel.clock())
    assert found.billed_today == {FOLLOWERS: 1}
