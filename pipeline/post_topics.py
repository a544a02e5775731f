"""Topics over own posts: read beside the texts of contacts, shown as counts and only where enough reacted."""

from collections.abc import Sequence

from sqlalchemy import Connection

from classifier.policy import Policy
from classifier.topic_rules import Inferred, inferable
from domain.stream import POSTS
from domain.topic import Reading
from store import post_topics
from store.post_topics import Counted, UnreadPost


def counts_topics(policy: Policy, platform: str) -> bool:
    """Tell whether a pack lets topics be counted over the own posts of a platform."""
    return any(each == platform for _, each in inferable(policy.topics, Inferred.COUNTS))


def allow_counts(connection: Connection, policy: Policy) -> None:
    """Let no more be counted than a pack allows; what is beyond it goes."""
    post_topics.allow(connection, inferable(policy.topics, Inferred.COUNTS), POSTS)


def keep_read(connection: Connection, waiting: Sequence[UnreadPost], readings: Sequence[Reading]) -> None:
    """Store what own posts speak of; a post counts for the topics that its text decides."""
    spoken = [
        (each.post_id, topic, each.platform)
        for each, said in zip(waiting, readings, strict=True)
        for topic in said.topics
    ]
    post_topics.keep(connection, waiting, spoken)


def counted(connection: Connection, policy: Policy) -> list[Counted]:
    """Count reactions by the topics of the posts that enough people reacted to."""
    return post_topics.counts(connection, policy.number("aggregate_k"))
