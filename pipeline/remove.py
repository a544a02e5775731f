"""Remove: an account goes, and what came through it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.account import Account
from pipeline.interests import beside
from pipeline.redecide import redecide, restate
from store import accounts, contacts, decisions, inbox, messaging, signals
from store.database import Database

#: Acts that are deleted in one transaction.
SLICE = 2_000


def remove_account(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """Delete an account, its acts, and the contacts of whom nothing is left.

    Returns how many tombstones the feed shows of contacts that left so.
    """
    concerned = signals.forget_account(connection, account.id)
    steps = redecide(connection, concerned, account.platform, policy, "account_removed", now=now)
    contacts.forget_idle(connection, concerned)
    decisions.forget_account(connection, account.id)
    restate(connection, concerned, account.platform, policy, now=now)
    accounts.remove(connection, account.id)
    steps = beside(connection, steps, concerned, now=now)
    messaging.publish(connection, steps, now=now)
    return sum(each.op == "remove" for each in steps)


def remove_some(
    connection: Connection, account: Account, policy: Policy, *, now: datetime
) -> tuple[int, int]:
    """Delete what came of some contacts through an account, so that no transaction is long.

    Returns how many contacts were concerned, none once all of it is gone, and how many tombstones the feed
    shows of them. The account itself stays: `remove_account` ends it.
    """
    concerned = signals.towards(connection, account.id, SLICE)
    signals.forget_towards(connection, account.id, concerned)
    steps = redecide(connection, concerned, account.platform, policy, "account_removed", now=now)
    contacts.forget_idle(connection, concerned)
    decisions.forget_towards(connection, account.id, concerned)
    restate(connection, concerned, account.platform, policy, now=now)
    steps = beside(connection, steps, concerned, now=now)
    messaging.publish(connection, steps, now=now)
    return len(concerned), sum(each.op == "remove" for each in steps)


def remove_slowly(database: Database, account: Account, policy: Policy, *, now: datetime) -> int:
    """Delete all that came through an account but itself, a transaction a slice; returns the tombstones."""
    gone, seen = 0, 1
    while seen:
        seen, told = database.transact(lambda connection: remove_some(connection, account, policy, now=now))
        gone += told
    return gone


def forget_pushes(waiting: Database, account: Account, opened: Callable[[bytes], bytes]) -> int:
    """Delete the pushes kept for an operator that name an account, wherever they wait; returns how many.

    Those that are still to be taken in are dropped when they are, once the account is gone.
    """
    with waiting.write() as connection:
        return inbox.forget_naming(connection, account.platform, [account.platform_id], opened)
