"""Departures: the acts that a whole walk did not show, and their end."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from store.checkpoints import Listing
from store.moments import stamp
from store.sets import as_parameter, rows_of, run


class Walked(NamedTuple):
    """A whole walk: its listing, the kinds of act it lists, and when its first page was asked for."""

    listing: Listing
    kinds: Sequence[str]
    began_at: datetime


class Absent(NamedTuple):
    """An act that a walk did not show; `doubted` where an earlier one did not show it either."""

    kind: str
    contact_id: int
    doubted: bool


def absent(connection: Connection, walked: Walked, *, now: datetime) -> Iterator[Absent]:
    """Read the standing acts, begun before the walk did, that it did not show.

    Nothing else may be asked of the connection before all of them are read.
    """
    pages = "FROM roster_pages AS p, {} WHERE p.run_id = :run_id AND p.post = :post AND NOT p.counting"
    if _on_sqlite(connection):
        members = pages.format("json_each(p.members) AS m")
        missing = f"s.contact_id NOT IN (SELECT CAST(m.value AS bigint) {members})"
    else:
        # A set that is hashed and spills to the disk. As `NOT IN` it is, where the server takes it for larger
        # than its memory, a list that is gone through for each act; so it is where it takes the acts for few.
        members = pages.format("json_array_elements_text(CAST(p.members AS json)) AS m(value)")
        missing = f"NOT EXISTS (SELECT 1 {members} AND CAST(m.value AS bigint) = s.contact_id)"
        connection.execute(text("SET LOCAL enable_nestloop = off"))
    statement = text(
        "SELECT s.kind, s.contact_id, EXISTS (SELECT 1 FROM withheld AS w WHERE w.account_id = s.account_id "
        "AND w.kind = s.kind AND w.item = s.item AND w.contact_id = s.contact_id) FROM signals AS s "
        f"WHERE {_comparable(connection, walked.kinds)} AND {missing} ORDER BY s.contact_id"
    ).execution_options(yield_per=5_000)
    parameters = {"run_id": walked.listing.run_id, **_parameters(walked, now)}
    for kind, contact_id, doubted in connection.execute(statement, parameters):
        yield Absent(kind, contact_id, bool(doubted))
    if not _on_sqlite(connection):
        connection.execute(text("SET LOCAL enable_nestloop = on"))


def roster(connection: Connection, walked: Walked, *, now: datetime) -> int:
    """Count the standing acts that the walk can end: those that had begun before it did."""
    counted = run(
        connection,
        f"SELECT count(*) FROM signals AS s WHERE {_comparable(connection, walked.kinds)}",
        **_parameters(walked, now),
    )
    return int(counted.scalar_one())


def end(
    connection: Connection,
    account_id: int,
    item: str,
    acts: Iterable[tuple[str, int]],
    *,
    before: datetime,
    now: datetime,
) -> list[int]:
    """End the acts (kind, contact id) on `item` that were not seen since `before`; returns their contacts."""
    # The whole key in one set: joined to the rows, SQLite would go through all acts of the account for each.
    columns = {"kind": "text", "contact": "int"}
    moment = _moment(connection, "now")
    ended = run(
        connection,
        f"UPDATE signals SET ended_at = {moment} WHERE (account_id, kind, item, contact_id) IN "
        "(SELECT CAST(:account_id AS bigint), kind, CAST(:item AS text), contact "
        f"FROM {rows_of(connection, columns)} AS r) AND (ended_at IS NULL OR ended_at > {moment}) "
        f"AND seen_at <= {_moment(connection, 'before')} RETURNING contact_id",
        account_id=account_id,
        item=item,
        before=stamp(before),
        now=stamp(now),
        rows=as_parameter([*each] for each in acts),
    )
    return sorted({row[0] for row in ended})


def _comparable(connection: Connection, kinds: Sequence[str]) -> str:
    # Who was seen since the walk began (by an event, by a head read) is none whom it can miss.
    listed = ", ".join(f"'{each}'" for each in kinds)
    return (
        f"s.account_id = :account_id AND s.kind IN ({listed}) AND s.item = :post "
        f"AND (s.ended_at IS NULL OR s.ended_at > {_moment(connection, 'now')}) "
        f"AND s.seen_at <= {_moment(connection, 'began_at')}"
    )


def _parameters(walked: Walked, now: datetime) -> dict[str, object]:
    return {
        "account_id": walked.listing.account_id,
        "post": walked.listing.post,
        "began_at": stamp(walked.began_at),
        "now": stamp(now),
    }


def _moment(connection: Connection, name: str) -> str:
    return f":{name}" if _on_sqlite(connection) else f"CAST(:{name} AS timestamptz)"


def _on_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
