"""The departure brake: a walk that would end many follows at once is not believed before a second one."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.account import Account
from domain.errors import RegularsError
from domain.signal import SignalKind
from pipeline import withhold
from pipeline.redecide import redecide
from store import departing, departures, messaging, withheld
from store.database import Database
from store.messaging import Step

#: What the feed says of those whom a whole walk did not show.
LEFT = {
    SignalKind.FOLLOWS: "unfollowed",
    SignalKind.FRIEND: "unfriended",
    SignalKind.OPTED_IN: "opted_out",
}
#: More than both of these at once is not believed: platforms have served short lists that looked whole.
MOST, MOST_PERCENT = 10, 10
#: Acts that an operator's word ends, or takes out of doubt, in one transaction.
SLICE = 5_000


def holds(missing: int, roster: int) -> bool:
    """Tell whether the brake holds: `missing` of a `roster` are more than ten, and more than a tenth."""
    return missing > MOST and missing * 100 > MOST_PERCENT * roster


class Verb(Protocol):
    """What an operator says of those in doubt: `confirm` or `release`."""

    def __call__(self, connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
        """Carry it out for at most `SLICE` acts; returns how many it concerned."""


def settle(
    database: Database,
    verb: Verb,
    account: Account,
    policy: Policy,
    enter: Callable[[Connection, int], None],
    *,
    now: datetime,
) -> int:
    """Carry a verb out on all in doubt, slice by slice, and `enter` each slice's count in its transaction.

    Where it is cut short the rest stays in doubt, for the same word again. Returns how many it concerned;
    raises RegularsError where nobody is in doubt.
    """
    total = 0
    while True:
        count, waits = database.transact(
            lambda connection: _slice(connection, verb, account, policy, enter, now)
        )
        total += count
        if not waits:
            return total


def _slice(
    connection: Connection,
    verb: Verb,
    account: Account,
    policy: Policy,
    enter: Callable[[Connection, int], None],
    now: datetime,
) -> tuple[int, bool]:
    count = verb(connection, account, policy, now=now)
    enter(connection, count)
    return count, withheld.exist(connection, account.id)


def confirm(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """End acts towards an account that are in doubt, at most `SLICE`: an operator says that they have left.

    Returns how many ended; raises RegularsError where none is in doubt.
    """
    _require_doubted(connection, account)
    doubted = withheld.of_account(connection, account.id, SLICE)
    steps: list[Step] = []
    count = 0
    for kind, item in sorted({each[:2] for each in doubted}):
        acts = [(kind, contact_id) for *of, contact_id in doubted if of == [kind, item]]
        left = departures.end(connection, account.id, item, acts, before=now, now=now)
        steps += redecide(connection, left, account.platform, policy, reason(kind), now=now)
        count += len(left)
    messaging.publish(connection, steps, now=now)
    return count


def release(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """Take acts towards an account out of doubt, at most `SLICE`: an operator says that the list was short.

    Returns how many contacts came back into messaging; raises RegularsError where none is in doubt.
    """
    _require_doubted(connection, account)
    steps = withhold.release(connection, account.id, SLICE, policy, now=now)
    messaging.publish(connection, steps, now=now)
    return len(steps)


def _require_doubted(connection: Connection, account: Account) -> None:
    if departing.wait_of(connection, account.id):
        raise RegularsError(
            f"A walk of {account.name} is still parting with those whom it missed. Say it again in a minute."
        )
    if not withheld.exist(connection, account.id):
        raise RegularsError(f"Nobody of {account.name} is withheld. `regulars brake list` shows who is.")


def reason(kind: str) -> str:
    """Return what the feed says of those whose acts of a kind ended."""
    return LEFT.get(SignalKind(kind), "ended")


def remark(count: int) -> str:
    """Say that the brake holds `count` people back."""
    return (
        f"{count} people were missing at once, so nobody is taken to have left: they are withheld from "
        "messaging until a second walk (`regulars brake list`)."
    )
