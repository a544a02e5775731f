"""Withheld: acts in doubt, because one whole walk did not show them and no second one has spoken yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, exists, func, select

from domain.signal import SignalKind
from store.moments import stamp
from store.sets import as_parameter, rows_of, run
from store.tables import accounts, withheld


class Standing(NamedTuple):
    """A regular contact's place: in the messaging store or not, and whether it must be held out of it."""

    contact_id: int
    platform: str
    platform_id: str
    inside: bool
    held_out: bool


class Doubt(NamedTuple):
    """Why acts are in doubt: the run that did not show them, since when it read, their last confirmation."""

    account_id: int
    run_id: int
    began_at: datetime
    confirmed_at: datetime | None


_ACTS = {"kind": "text", "item": "text", "contact_id": "int"}
_HOLDS = "(s.ended_at IS NULL OR s.ended_at > {moment})"


def exist(connection: Connection, account_id: int | None = None) -> bool:
    """Tell whether any act is in doubt, of an account or at all; most of the time none is."""
    found = exists().select_from(withheld)
    if account_id is not None:
        found = found.where(withheld.c.account_id == account_id)
    return bool(connection.scalar(select(found)))


def add(connection: Connection, doubt: Doubt, acts: Iterable[tuple[str, str, int]], *, now: datetime) -> None:
    """Put acts (kind, item, contact id) in doubt that still hold and were not seen since the run began."""
    run(
        connection,
        "INSERT INTO withheld (account_id, kind, item, contact_id, run_id, since, confirmed_at) "
        f"SELECT s.account_id, s.kind, s.item, s.contact_id, :run_id, {_moment(connection)}, "
        f"{_moment(connection, 'confirmed_at')} FROM {rows_of(connection, _ACTS)} AS r "
        "CROSS JOIN signals AS s WHERE s.account_id = :account_id AND s.kind = r.kind AND s.item = r.item "
        f"AND s.contact_id = r.contact_id AND {_HOLDS.format(moment=_moment(connection))} "
        f"AND s.seen_at <= {_moment(connection, 'began_at')} "
        "ON CONFLICT (account_id, kind, item, contact_id) DO NOTHING",
        account_id=doubt.account_id,
        run_id=doubt.run_id,
        began_at=stamp(doubt.began_at),
        confirmed_at=stamp(doubt.confirmed_at) if doubt.confirmed_at else None,
        now=stamp(now),
        rows=as_parameter([*each] for each in acts),
    )


def sighted(connection: Connection, account_id: int, acts: Iterable[tuple[str, str, int]]) -> set[int]:
    """Take acts (kind, item, contact id) out of doubt, for they were seen; returns their contacts."""
    # By their places: by a part of the key SQLite goes through all that is in doubt of the account.
    place = "rowid" if connection.dialect.name == "sqlite" else "ctid"
    found = run(
        connection,
        f"DELETE FROM withheld WHERE {place} IN (SELECT w.{place} FROM {rows_of(connection, _ACTS)} AS r "
        "CROSS JOIN withheld AS w WHERE w.account_id = :account_id AND w.kind = r.kind AND w.item = r.item "
        "AND w.contact_id = r.contact_id) RETURNING contact_id",
        account_id=account_id,
        rows=as_parameter([*each] for each in acts),
    )
    return {row[0] for row in found}


def doubted(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """Return those of the contacts of whom any act is in doubt."""
    found = run(
        connection,
        f"SELECT DISTINCT w.contact_id FROM {rows_of(connection, {'id': 'int'})} AS r "
        "CROSS JOIN withheld AS w WHERE w.contact_id = r.id",
        rows=as_parameter([each] for each in contact_ids),
    )
    return {row[0] for row in found}


def forget_ended(connection: Connection, contact_ids: Iterable[int], *, now: datetime) -> None:
    """Delete the doubts about acts of these contacts that have ended meanwhile."""
    run(
        connection,
        "DELETE FROM withheld WHERE contact_id IN "
        f"(SELECT id FROM {rows_of(connection, {'id': 'int'})} AS r) AND NOT EXISTS "
        "(SELECT 1 FROM signals AS s WHERE s.account_id = withheld.account_id AND "
        "s.kind = withheld.kind AND s.item = withheld.item AND s.contact_id = withheld.contact_id AND "
        f"{_HOLDS.format(moment=_moment(connection))})",
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
    )


def standing(
    connection: Connection, contact_ids: Iterable[int], kinds: Sequence[SignalKind], *, now: datetime
) -> list[Standing]:
    """Return where those of the contacts stand that are labelled regular.

    One is held out while acts of it are in doubt and none of `kinds`, which make regular, holds beside them.
    """
    listed = ", ".join(f"'{each}'" for each in kinds) or "NULL"
    doubted = "SELECT 1 FROM withheld AS w WHERE w.contact_id = c.id"
    same = "w.account_id = s.account_id AND w.kind = s.kind AND w.item = s.item"
    found = run(
        connection,
        "SELECT c.id, c.platform, c.platform_id, EXISTS (SELECT 1 FROM messaging_contacts AS m "
        f"WHERE m.contact_id = c.id), EXISTS ({doubted}) AND NOT EXISTS (SELECT 1 FROM signals AS s "
        f"WHERE s.contact_id = c.id AND s.kind IN ({listed}) AND "
        f"{_HOLDS.format(moment=_moment(connection))} AND NOT EXISTS ({doubted} AND {same})) "
        f"FROM {rows_of(connection, {'id': 'int'})} AS r CROSS JOIN contacts AS c "
        "WHERE c.id = r.id AND c.label = 'regular' ORDER BY c.id",
        now=stamp(now),
        rows=as_parameter([each] for each in contact_ids),
    )
    return [
        Standing(contact_id, platform, platform_id, bool(inside), bool(held_out))
        for contact_id, platform, platform_id, inside, held_out in found
    ]


def of_account(
    connection: Connection, account_id: int, most: int | None = None
) -> list[tuple[str, str, int]]:
    """Return the acts towards an account that are in doubt, or `most` of them: kind, item, contact id."""
    found = connection.execute(
        select(withheld.c.kind, withheld.c.item, withheld.c.contact_id)
        .where(withheld.c.account_id == account_id)
        .order_by(withheld.c.kind, withheld.c.item, withheld.c.contact_id)
        .limit(most)
    )
    return [tuple(each) for each in found]


def count(connection: Connection, account_id: int) -> int:
    """Count the acts towards an account that are in doubt."""
    statement = select(func.count()).select_from(withheld).where(withheld.c.account_id == account_id)
    return connection.scalar(statement) or 0


def release(connection: Connection, account_id: int, most: int) -> set[int]:
    """Take acts towards an account out of doubt, at most so many; returns their contacts."""
    return sighted(connection, account_id, of_account(connection, account_id, most))


def listed(connection: Connection) -> Sequence[RowMapping]:
    """Return how many acts of which kind are in doubt, by account and the run that did not show them."""
    return (
        connection.execute(
            select(
                accounts.c.name.label("account"),
                withheld.c.kind,
                withheld.c.run_id,
                func.count().label("people"),
                func.min(withheld.c.since).label("since"),
            )
            .join(accounts, accounts.c.id == withheld.c.account_id)
            .group_by(accounts.c.name, withheld.c.kind, withheld.c.run_id)
            .order_by(accounts.c.name, withheld.c.kind, withheld.c.run_id)
        )
        .mappings()
        .all()
    )


def _moment(connection: Connection, name: str = "now") -> str:
    return f":{name}" if connection.dialect.name == "sqlite" else f"CAST(:{name} AS timestamptz)"
