"""Walks through rosters: when each began, how it ended, and which were whole."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, select, update

from domain.signal import SignalKind
from store import sets
from store.checkpoints import Listing
from store.sets import run
from store.tables import harvest_runs, walks


class Begun(NamedTuple):
    """A walk under way: when its first page was asked for, and how many pages it may read if only a head."""

    began_at: datetime
    head_pages: int | None


def begin(connection: Connection, listing: Listing, kind: SignalKind, *, now: datetime) -> None:
    """Note that the first page of a walk is asked for, again where it begins anew."""
    connection.execute(
        delete(walks).where(_same(listing), walks.c.ended_at.is_(None), walks.c.run_id != listing.run_id)
    )
    row = listing._asdict() | {"kind": kind, "began_at": now, "whole": False, "state": "running"}
    sets.put(connection, walks, row)


def limit(connection: Connection, listing: Listing, kind: SignalKind, pages: int, *, now: datetime) -> None:
    """Let a run that has just begun read at most the first `pages` pages of its listing."""
    row = listing._asdict() | {"kind": kind, "began_at": now, "whole": False, "state": "running"}
    connection.execute(insert(walks).values(**row, head_pages=pages))


def begun(connection: Connection, listing: Listing) -> Begun | None:
    """Return the walk of a run; one that a former version began, as of its run."""
    row = connection.execute(
        select(walks.c.began_at, walks.c.head_pages).where(_same(listing), walks.c.run_id == listing.run_id)
    ).first()
    if row is not None:
        return Begun(*row)
    began = connection.scalar(select(harvest_runs.c.created_at).where(harvest_runs.c.id == listing.run_id))
    return Begun(began, None) if began else None


def compare(connection: Connection, listing: Listing, *, braked: bool) -> None:
    """Keep what a whole walk came to before its pages go: how many it listed, and whether the brake holds."""
    connection.execute(
        update(walks)
        .where(_same(listing), walks.c.run_id == listing.run_id)
        .values(
            state="braked" if braked else "running",
            members=_members(connection, listing.run_id, listing.post),
        )
    )


def conclude(connection: Connection, listing: Listing, *, now: datetime) -> None:
    """End a whole walk that was compared: it takes the place of those before."""
    connection.execute(
        update(walks)
        .where(_same(listing), walks.c.run_id == listing.run_id)
        .values(
            ended_at=now, whole=True, state=case((walks.c.state == "running", "done"), else_=walks.c.state)
        )
    )
    connection.execute(delete(walks).where(_same(listing), walks.c.run_id != listing.run_id))


def end(connection: Connection, listing: Listing, state: str, *, now: datetime) -> None:
    """End a walk that says of nobody that they left; of the walks before, only the last whole one stays."""
    connection.execute(
        update(walks)
        .where(_same(listing), walks.c.run_id == listing.run_id)
        .values(
            ended_at=now, state=state, whole=False, members=_members(connection, listing.run_id, listing.post)
        )
    )
    others = (_same(listing), walks.c.run_id != listing.run_id)
    connection.execute(delete(walks).where(*others, walks.c.whole.is_(False)))


def last_whole(connection: Connection, account_id: int, stream: str, post: str = "") -> datetime | None:
    """Return when the last whole walk of a listing began."""
    at: datetime | None = connection.scalar(
        select(func.max(walks.c.began_at)).where(
            _same(Listing(account_id, stream, post, 0)), walks.c.whole.is_(True)
        )
    )
    return at


def last_head(connection: Connection, account_id: int, stream: str) -> datetime | None:
    """Return when newcomers were last read, be it by a head read or by a walk to the end."""
    at: datetime | None = connection.scalar(
        select(func.max(walks.c.began_at)).where(
            _same(Listing(account_id, stream, "", 0)), walks.c.ended_at.is_not(None)
        )
    )
    return at


def _members(connection: Connection, run_id: int, post: str) -> int:
    """Count what the pages of a walk listed; whoever moved from page to page counts twice."""
    on_sqlite = connection.dialect.name == "sqlite"
    length = "json_array_length(members)" if on_sqlite else "json_array_length(CAST(members AS json))"
    counted = run(
        connection,
        f"SELECT coalesce(sum({length}), 0) FROM roster_pages "
        "WHERE run_id = :run_id AND post = :post AND NOT counting",
        run_id=run_id,
        post=post,
    )
    return int(counted.scalar_one())


def _same(listing: Listing) -> ColumnElement[bool]:
    return and_(
        walks.c.account_id == listing.account_id,
        walks.c.stream == listing.stream,
        walks.c.post == listing.post,
    )
