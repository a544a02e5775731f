"""Asking a platform from the command line for what it bills: within the budgets, and into the ledger."""

from collections.abc import Sequence

from config.prices import price_of
from connectors.base import Connector
from console.cli.patience import patiently
from domain.account import Account, Ownership, StreamCheck
from domain.contact import Platform
from pipeline.looking import Look, Paid, pay
from workers.runtime import Runtime, utc_now

#: By which meter X bills a look at an account.
USERS = "users"


def prove(open_runtime: Runtime, account: Account, connector: Connector) -> Ownership:
    """Ask whose token this is; one user on X, free on Facebook."""
    price = price_of(USERS, owned=False) if account.platform == Platform.TWITTER else 0
    look = Look(account, "account", USERS, price)

    def paid_for(proof: Ownership) -> Paid:
        return Paid(price, 1, (proof.platform_id,))

    return patiently(lambda: pay(open_runtime.database, look, connector.prove, paid_for, now=utc_now))


def check_streams(open_runtime: Runtime, account: Account, connector: Connector) -> Sequence[StreamCheck]:
    """Look at a smallest page of each stream."""
    prices = {
        each.name: price_of(each.meter, owned=account.owned_reads) for each in connector.streams.values()
    }
    most = sum(each.min_page * prices[each.name] for each in connector.streams.values())
    look = Look(account, "check", "check", most)

    def paid_for(checks: Sequence[StreamCheck]) -> Paid:
        items = [(each.billed_items, prices[each.stream]) for each in checks]
        return Paid(sum(count * price for count, price in items), sum(count for count, _ in items))

    return patiently(lambda: pay(open_runtime.database, look, connector.check, paid_for, now=utc_now))
