"""Asking a platform while somebody waits for what it bills: within the budgets, and into the ledger."""

from collections.abc import Sequence

from config.prices import price_of
from connectors.base import Connector
from console.patience import AT_A_TERMINAL, Patience, patiently
from domain.account import Account, Ownership, StreamCheck
from domain.contact import Platform
from pipeline.looking import Look, Paid, pay
from workers.runtime import Runtime, utc_now

#: By which meter X bills a look at an account.
USERS = "users"


def price_of_proof(account: Account) -> int:
    """Return what it costs to ask whose a token is: one user on X, nothing on Facebook."""
    return price_of(USERS, owned=False) if account.platform == Platform.TWITTER else 0


def price_of_check(account: Account, connector: Connector) -> int:
    """Return what a look at a smallest page of each stream costs at most."""
    return sum(
        each.min_page * price_of(each.meter, owned=account.owned_reads) for each in connector.streams.values()
    )


def prove(
    open_runtime: Runtime, account: Account, connector: Connector, patience: Patience = AT_A_TERMINAL
) -> Ownership:
    """Ask whose token this is."""
    price = price_of_proof(account)
    look = Look(account, "account", USERS, price)

    def paid_for(proof: Ownership) -> Paid:
        return Paid(price, 1, (proof.platform_id,))

    return patiently(
        lambda: pay(open_runtime.database, look, connector.prove, paid_for, now=utc_now), patience
    )


def check_streams(
    open_runtime: Runtime, account: Account, connector: Connector, patience: Patience = AT_A_TERMINAL
) -> Sequence[StreamCheck]:
    """Look at a smallest page of each stream."""
    prices = {
        each.name: price_of(each.meter, owned=account.owned_reads) for each in connector.streams.values()
    }
    look = Look(account, "check", "check", price_of_check(account, connector))

    def paid_for(checks: Sequence[StreamCheck]) -> Paid:
        items = [(each.billed_items, prices[each.stream]) for each in checks]
        return Paid(sum(count * price for count, price in items), sum(count for count, _ in items))

    return patiently(
        lambda: pay(open_runtime.database, look, connector.check, paid_for, now=utc_now), patience
    )
