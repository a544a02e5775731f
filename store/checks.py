"""Checks: what the last look at an account found of each of its streams."""

from collections.abc import Sequence
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
    rows = connection.execute(select(account_checks).where(account_checks.c.account_id == account_id))
    return {
        each.stream: Kept(
            StreamCheck(
                each.stream,
                each.readable,
                each.shows_authors,
                tuple(filter(None, each.missing.split(","))),
                each.remark,
            ),
            each.checked_at,
        )
        for each in rows
    }
