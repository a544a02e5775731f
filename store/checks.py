"""Checks: what the last look at an account found of each of its streams."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from domain.account import StreamCheck
from store.sets import put
from store.tables import account_checks


class Kept(NamedTuple):
    """A check and when it was made."""

    check: StreamCheck
    checked_at: datetime


def keep(connection: Connection, account_id: int, checks: Sequence[StreamCheck], *, now: datetime) -> None:
    """Keep what was found, in the place of what was found before."""
    connection.execute(delete(account_checks).where(account_checks.c.account_id == account_id))
    for each in checks:
        found = {
            "account_id": account_id,
            "stream": each.stream,
            "readable": each.readable,
            "shows_authors": each.shows_authors,
            "missing": ",".join(each.missing_permissions),
            "remark": each.remark,
        }
        put(connection, account_checks, {**found, "checked_at": now})


def of_account(connection: Connection, account_id: int) -> dict[str, Kept]:
    """Return the checks of an account by stream."""
    return of_accounts(connection, [account_id]).get(account_id, {})


def of_accounts(connection: Connection, account_ids: Collection[int]) -> dict[int, dict[str, Kept]]:
    """Return the checks of accounts, by account and stream."""
    wanted = account_checks.c.account_id.in_(account_ids)
    found: dict[int, dict[str, Kept]] = {}
    for each in connection.execute(select(account_checks).where(wanted)):
        missing = tuple(filter(None, each.missing.split(",")))
        check = StreamCheck(each.stream, each.readable, each.shows_authors, missing, each.remark)
        found.setdefault(each.account_id, {})[each.stream] = Kept(check, each.checked_at)
    return found
