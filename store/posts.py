"""The accounts' own posts, whose listings per-post streams read one after the other."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.batch import Post
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import posts


def add(connection: Connection, account_id: int, found: Sequence[Post], *, with_texts: bool = False) -> None:
    """Keep posts that are new, and of those we know what the platform counts of them now.

    A text is kept `with_texts` only, and only until its topics were read.
    """
    if not found:
        return
    rows = {
        each.post: [
            *(each.post, stamp(each.created_at) if each.created_at else None),
            *(each.likes, each.reposts, each.quotes, each.text if with_texts else None),
        ]
        for each in found
    }
    columns = {"post": "text", "created_at": "time"} | dict.fromkeys(("likes", "reposts", "quotes"), "int")
    run(
        connection,
        "INSERT INTO posts (account_id, post, created_at, likes, reposts, quotes, text) "
        "SELECT :account_id, post, created_at, likes, reposts, quotes, text FROM "
        f"{rows_of(connection, {**columns, 'text': 'text'})} AS r WHERE true "
        "ON CONFLICT (account_id, post) DO UPDATE SET likes = excluded.likes, reposts = excluded.reposts, "
        "quotes = excluded.quotes, text = coalesce(posts.text, excluded.text) "
        "WHERE excluded.likes IS NOT NULL OR excluded.text IS NOT NULL",
        account_id=account_id,
        rows=as_parameter(rows.values()),
    )


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
