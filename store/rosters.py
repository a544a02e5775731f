"""The pages of a walk through a whole set, kept until the walk is compared or counted."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from store.sets import as_parameter, run
from store.tables import departing, harvest_runs, roster_pages


class RosterPage(NamedTuple):
    """One page of a walk: its run, its post ("" for a listing of the account), its number."""

    run_id: int
    post: str
    page: int


def add(connection: Connection, page: RosterPage, members: Sequence[int | str], *, counting: bool) -> None:
    """Keep the members of one page: contact ids, or texts `kind:…` where only counts may stay."""
    connection.execute(
        insert(roster_pages).values(**page._asdict(), counting=counting, members=as_parameter(members))
    )


def forget(connection: Connection, run_id: int, post: str) -> None:
    """Delete the pages of a walk: it was compared, or it begins again."""
    connection.execute(
        delete(roster_pages).where(roster_pages.c.run_id == run_id, roster_pages.c.post == post)
    )


def forget_run(connection: Connection, run_id: int) -> None:
    """Delete all pages of a run that will never end its walk, and who it still has to part with."""
    for each in (roster_pages, departing):
        connection.execute(delete(each).where(each.c.run_id == run_id))


def forget_streams(connection: Connection, account_id: int, streams: Sequence[str]) -> None:
    """Delete the pages that former runs left behind: a new walk begins with none."""
    former = select(harvest_runs.c.id).where(
        harvest_runs.c.account_id == account_id, harvest_runs.c.stream.in_(streams)
    )
    for each in (roster_pages, departing):
        connection.execute(delete(each).where(each.c.run_id.in_(former)))


def count(connection: Connection, run_id: int, post: str) -> dict[str, tuple[int, str]]:
    """Count a walk's different members of which only counts may stay; returns (count, last) by kind."""
    if connection.dialect.name == "sqlite":
        member, kind = "json_each(p.members) AS m", "substr(value, 1, instr(value, ':') - 1)"
    else:
        member = "json_array_elements_text(CAST(p.members AS json)) AS m(value)"
        kind = "split_part(value, ':', 1)"
    collated = "" if connection.dialect.name == "sqlite" else ' COLLATE "C"'
    counted = run(
        connection,
        f"SELECT {kind}, count(*), max(value{collated}) FROM (SELECT DISTINCT m.value "
        f"FROM roster_pages AS p, {member} WHERE p.run_id = :run_id AND p.post = :post AND p.counting) AS d "
        "GROUP BY 1",
        run_id=run_id,
        post=post,
    )
    return {str(row[0]): (int(row[1]), str(row[2])) for row in counted}
