"""The pages of a walk through a whole set, kept until the walk is compared."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from store.sets import as_parameter, run
from store.tables import roster_pages


def add_page(
    connection: Connection, run_id: int, post: str, page: int, members: Sequence[object]
) -> None:
    """Keep the members of one page: contact ids, or [kind, key] where only counts may stay."""
    connection.execute(
        insert(roster_pages).values(run_id=run_id, post=post, page=page, members=as_parameter(members))
    )


def forget_walk(connection: Connection, run_id: int, post: str) -> None:
    """Delete the pages of a walk: it was compared, or it begins again."""
    connection.execute(
        delete(roster_pages).where(roster_pages.c.run_id == run_id, roster_pages.c.post == post)
    )


def distinct_members(connection: Connection, run_id: int, post: str) -> int:
    """Count the different members of a walk."""
    counted = run(
        connection,
        f"SELECT count(DISTINCT m.value) FROM roster_pages AS p, {_members(connection)} AS m(value) "
        "WHERE p.run_id = :run_id AND p.post = :post"
        if connection.dialect.name != "sqlite"
        else "SELECT count(DISTINCT m.value) FROM roster_pages AS p, json_each(p.members) AS m "
        "WHERE p.run_id = :run_id AND p.post = :post",
        run_id=run_id,
        post=post,
    )
    return int(counted.scalar_one())


def _members(connection: Connection) -> str:
    del connection
    return "json_array_elements_text(CAST(p.members AS json))"
