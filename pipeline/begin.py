"""Begin: a harvest of an account, one run a stream."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from connectors.base import Connector
from domain.account import Account
from domain.errors import RegularsError
from domain.stream import POSTS
from store import runs
from store.runs import Plan


def begin_harvest(
    connection: Connection, account: Account, connector: Connector, streams: Sequence[str], *, now: datetime
) -> dict[str, int]:
    """Begin runs for the named streams, for all of them where none is named; returns runs by stream.

    Streams that go through the posts bring the stream of posts with them. Raises RegularsError for a
    stream that the platform does not have, or whose last run still reads.
    """
    unknown = sorted(set(streams) - set(connector.streams))
    if unknown:
        raise RegularsError(
            f"{account.platform} has no stream {unknown[0]!r} for this account; it has "
            f"{', '.join(connector.streams)}."
        )
    wanted = {each for each in connector.streams if not streams or each in streams}
    if any(connector.streams[each].per_post for each in wanted):
        wanted.add(POSTS)
    plans = [
        Plan(each.name, each.max_page, each.per_post)
        for each in connector.streams.values()
        if each.name in wanted
    ]
    plans.sort(key=lambda each: each.stream != POSTS)
    return runs.begin(connection, (account.id, account.platform), plans, now=now)[1]
