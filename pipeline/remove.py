"""Remove: an account goes, and what came through it."""

from datetime import datetime

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.account import Account
from pipeline.interests import beside
from pipeline.redecide import redecide
from store import accounts, contacts, messaging, signals


def remove_account(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """Delete an account, its acts, and the contacts of whom nothing is left.

    Returns how many contacts left the messaging store, each with its tombstone.
    """
    concerned = signals.forget_account(connection, account.id)
    steps = redecide(connection, concerned, account.platform, policy, "account_removed", now=now)
    contacts.forget_idle(connection, concerned)
    accounts.remove(connection, account.id)
    steps = beside(connection, steps, concerned, now=now)
    messaging.publish(connection, steps, now=now)
    return sum(each.op == "remove" for each in steps)
