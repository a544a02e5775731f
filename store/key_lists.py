"""Lists of keys: who was shown to somebody, kept by key, since whoever is gone has no row of its own."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table

from store.sets import as_parameter, rows_of, run

_KEY = {"platform": "text", "platform_id": "text"}


def note(connection: Connection, table: Table, owner: int, keys: Iterable[tuple[str, str]]) -> None:
    """Add contacts (platform, platform id) to the list that `owner` has in a table; its first column owns."""
    number = ":id" if connection.dialect.name == "sqlite" else "CAST(:id AS bigint)"
    run(
        connection,
        f"INSERT INTO {table.name} ({_owner(table)}, platform, platform_id) SELECT {number}, platform, "
        f"platform_id FROM {rows_of(connection, _KEY)} AS r WHERE true ON CONFLICT DO NOTHING",
        id=owner,
        rows=as_parameter([*each] for each in keys),
    )


def among(
    connection: Connection, table: Table, owner: int, keys: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return those of the contacts that stand in the list of `owner`."""
    found = run(
        connection,
        f"SELECT k.platform, k.platform_id FROM {rows_of(connection, _KEY)} AS r "
        f"CROSS JOIN {table.name} AS k WHERE k.{_owner(table)} = :id "
        "AND k.platform_id = r.platform_id AND k.platform = r.platform",
        id=owner,
        rows=as_parameter([*each] for each in keys),
    )
    return {(row[0], row[1]) for row in found}


def _owner(table: Table) -> str:
    return str(next(iter(table.columns)).name)
