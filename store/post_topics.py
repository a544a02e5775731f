"""What own posts speak of, and how many reactions they have by topic: counts, and nobody's identity."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, not_, select, update

from store.sets import as_parameter, rows_of, run
from store.tables import accounts, checkpoints, countable_topics, posts


class UnreadPost(NamedTuple):
    """An own post whose topics are to be read."""

    post_id: int
    platform: str
    text: str


class Counted(NamedTuple):
    """How many posts speak of a topic, their reactions, and how many more posts have too few of these."""

    topic: str
    posts: int
    reactions: int
    small: int


def allow(connection: Connection, wanted: Collection[tuple[str, str]], listing: str) -> None:
    """Let only these (topic, platform) be counted; what else was read of posts goes, and their texts with it.

    Where more is allowed than before, the `listing` of own posts is read from its beginning the next time.
    """
    there = {(topic, platform) for topic, platform in connection.execute(select(countable_topics))}
    if there == set(wanted):
        return
    for topic, platform in sorted(there - set(wanted)):
        of_it = (countable_topics.c.topic == topic, countable_topics.c.platform == platform)
        connection.execute(delete(countable_topics).where(*of_it))
    of_platforms = select(accounts.c.id).where(accounts.c.platform.in_({each for _, each in wanted}))
    to_be_read = and_(posts.c.text != "", posts.c.account_id.in_(of_platforms))
    connection.execute(update(posts).where(posts.c.text.is_not(None), not_(to_be_read)).values(text=None))
    if fresh := sorted(set(wanted) - there):
        rows = [{"topic": topic, "platform": platform} for topic, platform in fresh]
        connection.execute(insert(countable_topics), rows)
        connection.execute(
            update(checkpoints)
            .where(checkpoints.c.stream == listing, checkpoints.c.account_id.in_(of_platforms))
            .values(mark=None)
        )


def unread(connection: Connection, count: int) -> list[UnreadPost]:
    """Return posts whose topics are to be read."""
    columns = (posts.c.id, accounts.c.platform, posts.c.text)
    waiting = select(*columns).join(accounts, accounts.c.id == posts.c.account_id).where(posts.c.text != "")
    return [UnreadPost(*each) for each in connection.execute(waiting.order_by(posts.c.id).limit(count))]


def waits(connection: Connection) -> bool:
    """Tell whether there is such a post."""
    return connection.scalar(select(posts.c.id).where(posts.c.text != "").limit(1)) is not None


def keep(connection: Connection, read: Sequence[UnreadPost], spoken: Sequence[tuple[int, str, str]]) -> None:
    """Store what posts speak of (post, topic, platform), as far as the pack allows; their texts go."""
    run(
        connection,
        "INSERT INTO post_topics (post_id, topic, platform) SELECT r.post_id, r.topic, r.platform "
        f"FROM {rows_of(connection, {'post_id': 'int', 'topic': 'text', 'platform': 'text'})} AS r "
        "CROSS JOIN countable_topics AS t CROSS JOIN posts AS p "
        "WHERE t.topic = r.topic AND t.platform = r.platform AND p.id = r.post_id "
        "ON CONFLICT (post_id, topic) DO NOTHING",
        rows=as_parameter(sorted(spoken)),
    )
    connection.execute(
        update(posts)
        .where(posts.c.id.in_([each.post_id for each in read]), posts.c.text != "")
        .values(text="")
    )


def counts(connection: Connection, least: int) -> list[Counted]:
    """Count reactions by what the posts speak of, over posts that have at least so many, the most first.

    Reactions and likes only: of these everybody has one a post, so that they count people.
    """
    found = run(
        connection,
        "SELECT t.topic, sum(CASE WHEN k.count >= :least THEN 1 ELSE 0 END) AS shown, "
        "sum(CASE WHEN k.count >= :least THEN k.count ELSE 0 END) AS reactions, "
        "sum(CASE WHEN k.count >= :least THEN 0 ELSE 1 END) AS small "
        "FROM post_topics AS t JOIN posts AS p ON p.id = t.post_id JOIN kept_counts AS k "
        "ON k.account_id = p.account_id AND k.item = p.post AND k.kind IN ('reacted', 'liked') "
        "WHERE k.count > 0 "
        "GROUP BY t.topic ORDER BY reactions DESC, t.topic",
        least=least,
    )
    return [
        Counted(topic, int(shown), int(reactions), int(small)) for topic, shown, reactions, small in found
    ]
