"""The departure brake: a walk that would end many follows at once is not believed before a second one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from classifier.policy import Policy
from domain.account import Account
from domain.errors import RegularsError
from domain.signal import SignalKind
from pipeline import withhold
from pipeline.redecide import redecide
from store import departures, messaging, walks, withheld
from store.departures import Walked
from store.messaging import Step
from store.withheld import Doubt

#: What the feed says of those whom a whole walk did not show.
LEFT = {
    SignalKind.FOLLOWS: "unfollowed",
    SignalKind.FRIEND: "unfriended",
    SignalKind.OPTED_IN: "opted_out",
}
#: More than both of these at once is not believed: platforms have served short lists that looked whole.
MOST, MOST_PERCENT = 10, 10


class Departed(NamedTuple):
    """What a whole walk ended: the feed's steps, how many acts, and a sentence where the brake holds."""

    steps: list[Step]
    left: int
    remark: str | None


def holds(missing: int, roster: int) -> bool:
    """Tell whether the brake holds: `missing` of a `roster` are more than ten, and more than a tenth."""
    return missing > MOST and missing * 100 > MOST_PERCENT * roster


def depart(
    connection: Connection, walked: Walked, platform: str, policy: Policy, *, brakes: bool, now: datetime
) -> Departed:
    """End the acts that a whole walk did not show, or put them in doubt where the brake holds.

    Acts in doubt that this walk did not show either end, whatever else it shows. `brakes` is False for
    listings of which nobody becomes regular, such as the reactions under a post.
    """
    absent = departures.absent(connection, walked, now=now)
    again = [each for each in absent if each.doubted]
    first = [each for each in absent if not each.doubted]
    braked = False
    if brakes and len(first) > MOST:
        braked = holds(len(first), departures.roster(connection, walked, now=now) - len(again))
    listing = walked.listing
    account_id, post = listing.account_id, listing.post
    if braked:
        before = walks.last_whole(connection, account_id, listing.stream, post)
        doubt = Doubt(account_id, listing.run_id, before)
        withheld.add(connection, doubt, [(each.kind, post, each.contact_id) for each in first], now=now)
    ending = [(each.kind, each.contact_id) for each in (again if braked else absent)]
    left = departures.end(connection, account_id, post, ending, before=walked.began_at, now=now)
    steps = redecide(connection, left, platform, policy, _reason(walked.kinds[0]), now=now)
    if braked:
        doubted = {each.contact_id for each in first}
        steps = withhold.reconcile(connection, steps, doubted, policy, now=now)
    return Departed(steps, len(left), _remark(len(first)) if braked else None)


def confirm(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """End every act towards an account that is in doubt: an operator says that they have left.

    Returns how many ended; raises RegularsError where none is in doubt.
    """
    doubted = _doubted(connection, account)
    steps: list[Step] = []
    count = 0
    for kind, item in sorted({each[:2] for each in doubted}):
        acts = [(kind, contact_id) for *of, contact_id in doubted if of == [kind, item]]
        left = departures.end(connection, account.id, item, acts, before=now, now=now)
        steps += redecide(connection, left, account.platform, policy, _reason(kind), now=now)
        count += len(left)
    messaging.publish(connection, steps, now=now)
    return count


def release(connection: Connection, account: Account, policy: Policy, *, now: datetime) -> int:
    """Take every act towards an account out of doubt: an operator says that the list was short.

    Returns how many contacts came back into messaging; raises RegularsError where none is in doubt.
    """
    _doubted(connection, account)
    steps = withhold.release(connection, account.id, policy, now=now)
    messaging.publish(connection, steps, now=now)
    return len(steps)


def _doubted(connection: Connection, account: Account) -> list[tuple[str, str, int]]:
    doubted = withheld.of_account(connection, account.id)
    if not doubted:
        raise RegularsError(f"Nobody of {account.name} is withheld. `regulars brake list` shows who is.")
    return doubted


def _reason(kind: str) -> str:
    return LEFT.get(SignalKind(kind), "ended")


def _remark(count: int) -> str:
    return (
        f"{count} people were missing at once, so nobody is taken to have left: they are withheld from "
        "messaging until a second walk (`regulars brake list`)."
    )
