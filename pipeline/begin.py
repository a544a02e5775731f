"""Begin: a harvest of an account, one run a stream."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from connectors.base import Connector
from domain.account import Account
from domain.errors import RegularsError
from domain.stream import COUNT, POSTS
from pipeline import walk
from store import runs
from store.checkpoints import Listing
from store.runs import Plan


class Wanted(NamedTuple):
    """What to harvest: streams by name, none for all; `page_size` at most, where small pages are wished.

    `join` goes on with runs that were begun before and have not ended, instead of refusing. `head_pages`
    lets rosters be read from their head only, so many pages of them at most.
    """

    streams: Sequence[str] = ()
    page_size: int = 1_000
    join: bool = False
    head_pages: int | None = None


def begin_harvest(
    connection: Connection, account: Account, connector: Connector, wanted: Wanted, *, now: datetime
) -> dict[str, int]:
    """Begin runs for the named streams, for all of them where none is named; returns runs by stream.

    Streams that go through the posts bring the stream of posts with them. Raises RegularsError for a
    stream that the platform does not have, or whose last run still reads and may not be joined.
    """
    streams = wanted.streams
    unknown = sorted(set(streams) - set(connector.streams))
    if unknown:
        raise RegularsError(
            f"{account.platform} has no stream {unknown[0]!r} for this account; it has "
            f"{', '.join(connector.streams)}."
        )
    chosen = {each for each in connector.streams if (each in streams if streams else each != COUNT)}
    if any(connector.streams[each].per_post for each in chosen):
        chosen.add(POSTS)
    active = runs.active(connection, account.id).items()
    joined = {stream: run_id for stream, run_id in active if stream in chosen}
    if joined and not wanted.join:
        raise RegularsError(
            f"A harvest of this account is still reading {', '.join(sorted(joined))}. Go on with it "
            "(`regulars harvest ACCOUNT --wait`) or cancel it (`regulars runs cancel RUN`)."
        )
    plans = [
        Plan(each.name, max(each.min_page, min(each.max_page, wanted.page_size)), each.per_post)
        for each in connector.streams.values()
        if each.name in chosen and each.name not in joined
    ]
    plans.sort(key=lambda each: each.stream != POSTS)
    begun = runs.begin(connection, (account.id, account.platform), plans, joined, now=now)
    if wanted.head_pages is not None:
        for each in plans:
            listing = Listing(account.id, each.stream, "", begun[each.stream])
            walk.limit(connection, listing, connector.streams[each.stream], wanted.head_pages, now=now)
    return begun
