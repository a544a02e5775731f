"""Checkpoints: how far the walk through each listing has come."""

from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from domain.checkpoint import Checkpoint
from store.tables import checkpoints


class Listing(NamedTuple):
    """One listing of an account, and the run that reads it."""

    account_id: int
    stream: str
    post: str
    run_id: int


def load(connection: Connection, listing: Listing) -> Checkpoint:
    """Return the saved place in a listing; a walk that another run began starts again from its mark."""
    row = connection.execute(select(checkpoints).where(_same(listing))).mappings().first()
    if row is None:
        return Checkpoint()
    saved = Checkpoint(**{name: row[name] for name in Checkpoint.__dataclass_fields__})
    return saved if row["run_id"] == listing.run_id else saved.restarted()


def save(
    connection: Connection, listing: Listing, checkpoint: Checkpoint, *, walked_at: datetime | None = None
) -> None:
    """Move a listing's place; `walked_at` is given when a walk has ended."""
    values = asdict(checkpoint) | {"run_id": listing.run_id} | ({"walked_at": walked_at} if walked_at else {})
    moved = connection.execute(update(checkpoints).where(_same(listing)).values(values))
    if not moved.rowcount:
        connection.execute(insert(checkpoints).values(values | listing._asdict()))


def _same(listing: Listing) -> ColumnElement[bool]:
    return and_(
        checkpoints.c.account_id == listing.account_id,
        checkpoints.c.stream == listing.stream,
        checkpoints.c.post == listing.post,
    )
