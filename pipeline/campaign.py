"""Campaign: its end is set, taken back, and carried out when its day has come."""

from datetime import datetime

from sqlalchemy import Connection

from domain.account import Account
from domain.errors import RegularsError
from domain.push import Told
from pipeline.heed import objects
from pipeline.resume import resume_account
from store import accounts, campaigns, runs
from store.campaigns import EVERYTHING


def end_campaign(
    connection: Connection, account: Account | None, purge_at: datetime, *, now: datetime
) -> list[int]:
    """Set when everything goes that came through an account, or through all; returns the runs it ended.

    Nothing more is harvested of an account that is named, from now on; without one harvests go on until then.
    """
    if purge_at < now.replace(hour=0, minute=0, second=0, microsecond=0):
        raise RegularsError("That day is over; name today or a later one.")
    campaigns.settle(
        connection, account.id if account else EVERYTHING, purge_at, stopped=account is not None, now=now
    )
    return _stop(connection, account, _reason(purge_at), now=now) if account else []


def continue_campaign(connection: Connection, account: Account | None, *, now: datetime) -> int:
    """Take an end back before its day; returns how many runs go on.

    Raises RegularsError where none is set or its day has come.
    """
    if not campaigns.take_back(connection, account.id if account else EVERYTHING, now=now):
        raise RegularsError("No end is set there that could be taken back; see `regulars campaign show`.")
    ours = account is not None and (account.paused or "").startswith(_REASON)
    return resume_account(connection, account, now=now) if account and ours else 0


def close_due(connection: Connection, *, now: datetime) -> None:
    """Stop whatever is still harvested of accounts whose day has come."""
    for end in campaigns.every(connection):
        if end.purge_at > now or end.purged_at is not None:
            continue
        for row in accounts.every(connection):
            if end.account_id in (EVERYTHING, row.id):
                account = accounts.get(connection, row.id)
                if not (account.paused or "").startswith(_REASON):
                    _stop(connection, account, _reason(end.purge_at), now=now)


def still_heard(account: Account, told: Told) -> Told:
    """Return what may be taken in of pushes: after a campaign's end objections alone."""
    if not (account.paused or "").startswith(_REASON):
        return told
    return Told([each for each in told.began if objects(each)], told.ended, told.billed)


_REASON = "Its campaign ends"


def _reason(purge_at: datetime) -> str:
    return f"{_REASON} on {purge_at:%Y-%m-%d}, when what came through it is deleted."


def _stop(connection: Connection, account: Account, reason: str, *, now: datetime) -> list[int]:
    active = sorted(runs.active(connection, account.id).values())
    accounts.pause(connection, account.id, reason)
    ended = []
    for each in active:
        if runs.get(connection, each)["state"] in runs.ACTIVE:  # those that wait for another end with it
            runs.cancel(connection, each, now=now)
            ended.append(each)
    return ended
