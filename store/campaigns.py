"""Campaigns: when what came through an account, or through all of them, goes after the ballot."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from store.expiring import CONSENTED
from store.sets import put, run
from store.tables import accounts, campaign_ends

#: What stands for the account where the end is the whole installation's.
EVERYTHING = 0
_OF = f"((:account_id = 0 AND NOT {CONSENTED}) OR s.account_id = :account_id)"


class End(NamedTuple):
    """The end of a campaign: of one account, or of all where `account` is None."""

    account_id: int
    account: str | None
    purge_at: datetime
    stopped: bool
    purged_at: datetime | None


class Reach(NamedTuple):
    """What an end takes along: acts, contacts that go whole, and those of them in the messaging store."""

    acts: int
    contacts: int
    messaging: int


def settle(
    connection: Connection, account_id: int, purge_at: datetime, *, stopped: bool, now: datetime
) -> None:
    """Set an end, or set it anew."""
    row = {"account_id": account_id, "purge_at": purge_at, "stopped": stopped, "at": now, "purged_at": None}
    put(connection, campaign_ends, row)


def take_back(connection: Connection, account_id: int, *, now: datetime) -> bool:
    """Delete an end that has not come; False where there is none."""
    to_come = (campaign_ends.c.account_id == account_id, campaign_ends.c.purge_at > now)
    return bool(connection.execute(delete(campaign_ends).where(*to_come)).rowcount)


def every(connection: Connection) -> list[End]:
    """Return all ends, the next one first."""
    of_end = campaign_ends.c
    rows = connection.execute(
        select(of_end.account_id, accounts.c.name, of_end.purge_at, of_end.stopped, of_end.purged_at)
        .outerjoin(accounts, accounts.c.id == campaign_ends.c.account_id)
        .order_by(campaign_ends.c.purge_at, campaign_ends.c.account_id)
    )
    return [End(*row) for row in rows]


def mark_purged(connection: Connection, *, now: datetime) -> None:
    """Note that everything of the ends which have come is gone."""
    due = (campaign_ends.c.purge_at <= now, campaign_ends.c.purged_at.is_(None))
    connection.execute(update(campaign_ends).where(*due).values(purged_at=now))


def reach(connection: Connection, account_id: int) -> Reach:
    """Count what an end would take along if it came now."""
    gone = (
        f"SELECT s.contact_id FROM signals AS s GROUP BY s.contact_id "
        f"HAVING sum(CASE WHEN {_OF} THEN 0 ELSE 1 END) = 0"
    )
    counted = run(
        connection,
        f"SELECT (SELECT count(*) FROM signals AS s WHERE {_OF}), (SELECT count(*) FROM ({gone}) AS g), "
        f"(SELECT count(*) FROM messaging_contacts AS m WHERE m.contact_id IN ({gone}))",
        account_id=account_id,
    ).one()
    return Reach(*counted)
