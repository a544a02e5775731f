"""A look: a request beside any harvest, such as whose token this is; it is paid for as pages are."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from domain.account import Account
from domain.budget import day_of, spent
from domain.errors import PlatformError, RegularsError
from pipeline.money import hashes
from store import budgets, spends
from store.budgets import Charge
from store.database import Database
from store.spends import NO_RUN, New, Settled

Answer = TypeVar("Answer")


class Look(NamedTuple):
    """What is looked at, by which meter, and how many micro-dollars it costs at most; 0 where it is free.

    The account may be one that is not stored yet: then the budgets of all accounts hold.
    """

    account: Account
    name: str
    meter: str
    micro_usd: int


class Paid(NamedTuple):
    """What a look came to: micro-dollars, items, and the ids of what was billed as far as they are known."""

    micro_usd: int
    items: int
    billed: tuple[str, ...] = ()


def pay(
    database: Database,
    look: Look,
    ask: Callable[[], Answer],
    paid_for: Callable[[Answer], Paid],
    *,
    now: Callable[[], datetime],
) -> Answer:
    """Reserve what a look costs at most, ask, and settle with what it came to.

    Raises RegularsError where a budget does not hold as much, and whatever asking raises: then the sum is
    given back if the request surely cost nothing, else it counts as spent.
    """
    if look.micro_usd == 0:
        return ask()
    at = now()
    spend_id, charges = _reserve(database, look, at)
    try:
        answer = ask()
    except PlatformError as error:
        with database.write() as connection:
            if not error.unbilled:
                spends.doubt(connection, NO_RUN, spend_id=spend_id)
            elif spends.free(connection, spend_id):
                budgets.change(connection, charges, -look.micro_usd)
        raise
    paid = paid_for(answer)
    with database.write() as connection:
        settled = Settled(paid.micro_usd, paid.items, hashes(paid.billed, day_of(at)))
        if spends.settle(connection, spend_id, settled):
            budgets.change(connection, charges, paid.micro_usd - look.micro_usd)
    return answer


def _reserve(database: Database, look: Look, at: datetime) -> tuple[int, list[Charge]]:
    account = look.account
    key = f"{account.platform}:{account.platform_id}"
    with database.write() as connection:
        caps = budgets.applying(connection, account.id, NO_RUN, now=at)
        empty = spent(caps, look.micro_usd)
        if empty:
            raise RegularsError(
                f"Nothing was asked: {empty[0].words} does not hold what a look costs. "
                "`regulars budget set` raises it."
            )
        charges = [budgets.take(connection, each, look.micro_usd, now=at) for each in caps]
        new = New(NO_RUN, 0, 1, key, look.name, look.meter, day_of(at), look.micro_usd)
        return spends.reserve(connection, new, now=at), charges
