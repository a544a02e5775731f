"""What a platform bills for the events that it delivers by itself: counted, for nothing can hold it back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from config.prices import least_price_of
from domain.account import Account
from domain.budget import day_of
from domain.push import Billed
from pipeline.money import hashes
from store import spends
from store.spends import EVENTS, NO_RUN, New, Settled

#: The meter of follows and unfollows, which are a part of what a roster costs.
FOLLOW_EVENTS = "follow_events"


def count(
    connection: Connection,
    account: Account,
    billed: Sequence[Billed],
    price: Callable[[str, bool], int],
    *,
    now: datetime,
) -> None:
    """Add events to the ledger, but to no budget: what was delivered cannot be stopped.

    An event that comes again on its day counts at most, and not at least, once more; one whose price is only
    assumed counts at most.
    """
    day = day_of(now)
    for meter in sorted({each.meter for each in billed}):
        resources = [each.resource for each in billed if each.meter == meter]
        each_usd = price(meter, account.owned_reads)
        sure = least_price_of(meter, owned=account.owned_reads) == each_usd
        micro_usd = len(resources) * each_usd
        key = f"{account.platform}:{account.platform_id}"
        came = hashes(resources, day) if sure else b""
        new = New(NO_RUN, 0, 0, key, EVENTS, meter, day, micro_usd)
        spend_id = spends.reserve(connection, new, now=now)
        spends.settle(connection, spend_id, Settled(micro_usd, len(resources), came))
