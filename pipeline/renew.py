"""Renew: a new token before the old one ends, asked for by one worker at a time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.base import Renews
from domain.account import Account
from domain.errors import OperatorNeededError, PlatformError
from pipeline.road import Road
from store import accounts, renewals

#: A token that is good for less is renewed first (x-api.md §5.2: X's live two hours).
MARGIN = timedelta(minutes=5)
#: How long the pages of an account wait while another worker renews its token.
PAUSE = timedelta(seconds=1)
#: After a renewal that the platform did not answer, the next one waits.
RETRY = timedelta(seconds=10)


def renewed(road: Road, account: Account) -> bool:
    """Renew a token that ends within `MARGIN`; False where the account's pages wait meanwhile.

    A refresh token works once: whoever renews holds the account's lease, and the new tokens are in the
    database before anybody uses them. Where the platform refuses, the account is paused.
    """
    now = road.now()
    with road.database.write() as connection:
        if not renewals.claim(connection, account.id, road.worker, before=now + MARGIN, now=now):
            return False
        connector = road.connector_of(connection, account)
    if not isinstance(connector, Renews):
        return True
    try:
        renewal = connector.renew()
    except PlatformError as error:
        _refused(road, account, error)
        return False
    until = now + timedelta(seconds=renewal.seconds) if renewal.seconds is not None else None
    with road.database.write() as connection:
        renewals.keep(connection, account.id, road.seal(connection, renewal.credentials), until)
    return True


def may_help(connection: Connection, account: Account, attempts: int, *, now: datetime) -> bool:
    """Say whether a refused token is renewed instead of the account being paused; if so, next of all.

    Once a page: a token that is refused though it is new is dead.
    """
    if attempts > 1 or not renewals.is_possible(connection, account.id):
        return False
    renewals.ended(connection, account.id, now=now)
    return True


def _refused(road: Road, account: Account, error: PlatformError) -> None:
    now = road.now()
    with road.database.write() as connection:
        if isinstance(error, OperatorNeededError):
            accounts.pause(connection, account.id, str(error))
        renewals.give_up(connection, account.id, until=now + RETRY)
