"""Estimate: what a harvest of an account would take, from the store and the documented limits alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.limits import documented
from config.prices import least_price_of, price_of
from connectors.base import Connector
from domain.account import Account
from domain.contact import Platform
from domain.estimate import Priced, Range, Row, Total, estimate, total
from pipeline.begin import chosen_streams
from store import knowledge


class Estimate(NamedTuple):
    """What each stream will take, and all together."""

    rows: Sequence[Row]
    total: Total


def estimate_harvest(
    connection: Connection, account: Account, connector: Connector, streams: Sequence[str], *, now: datetime
) -> Estimate:
    """Estimate a harvest of the named streams, of all where none is named; asks no platform.

    Raises RegularsError for an unknown stream, and where nothing is known that bounds one.
    """
    chosen = chosen_streams(account, connector, streams)
    priced = [
        Priced(
            each,
            documented(account.platform, each.name),
            Range(
                least_price_of(each.meter, owned=account.owned_reads),
                price_of(each.meter, owned=account.owned_reads),
            ),
        )
        for each in connector.streams.values()
        if each.name in chosen
    ]
    rows = estimate(knowledge.known(connection, account.id, now=now), priced)
    # A Facebook page has one quota for everything.
    return Estimate(rows, total(rows, priced, shared_limit=account.platform == Platform.FACEBOOK))
