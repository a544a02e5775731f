"""The accounts' own posts, whose listings per-post streams read one after the other."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from domain.batch import Post
from store.tables import posts


def add(connection: Connection, account_id: int, found: Sequence[Post]) -> None:
    """Keep posts that are new."""
    if not found:
        return
    names = {each.post for each in found}
    there = set(
        connection.scalars(
            select(posts.c.post).where(posts.c.account_id == account_id, posts.c.post.in_(names))
        )
    )
    rows = {
        each.post: {"account_id": account_id, "post": each.post, "created_at": each.created_at}
        for each in found
        if each.post not in there
    }
    if rows:
        connection.execute(insert(posts), list(rows.values()))


def next_after(connection: Connection, account_id: int, post_id: int) -> int | None:
    """Return our id of the next post that is not gone, None after the last."""
    return connection.scalar(
        select(posts.c.id)
        .where(posts.c.account_id == account_id, posts.c.id > post_id, posts.c.gone_at.is_(None))
        .order_by(posts.c.id)
        .limit(1)
    )


def name(connection: Connection, post_id: int) -> str:
    """Return the platform's id of a post."""
    return str(connection.scalar(select(posts.c.post).where(posts.c.id == post_id)))


def mark_gone(connection: Connection, post_id: int, *, now: datetime) -> None:
    """Leave a post out of later walks: the platform says that it is gone or hidden."""
    connection.execute(update(posts).where(posts.c.id == post_id).values(gone_at=now))
