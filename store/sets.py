"""Sets as one parameter: rows travel as one JSON text and are a table to the statement."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

#: Column types as PostgreSQL must be told them; SQLite reads them off the JSON.
_CASTS = {"int": "bigint", "text": "text", "time": "timestamptz", "float": "double precision"}


def rows_of(connection: Connection, columns: Mapping[str, str], *, parameter: str = "rows") -> str:
    """Return the SQL of a table with `columns` (name → int, float, text or time) that reads `:rows`.

    The parameter is a JSON array of arrays in the order of `columns`; times are written by
    `store.tables.stamp`. One parameter serves any number of rows on both databases.
    """
    if connection.dialect.name == "sqlite":
        listed = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {listed} FROM json_each(:{parameter}))"
    listed = ", ".join(
        f"CAST(value ->> {place} AS {_CASTS[kind]}) AS {name}"
        for place, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {listed} FROM json_array_elements(CAST(:{parameter} AS json)))"


def as_parameter(rows: Iterable[Any]) -> str:
    """Write rows as the one JSON parameter of a set statement."""
    return orjson.dumps(list(rows)).decode()


def run(connection: Connection, statement: str, **parameters: Any) -> CursorResult[*tuple[Any, ...]]:
    """Execute a set statement; its names are ours, its values are parameters."""
    return connection.execute(_text(statement), parameters)


@lru_cache(maxsize=512)
def _text(statement: str) -> TextClause:
    return text(statement)


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert one row, or bring the one with the same primary key up to date; one statement, so no race."""
    keys = [each.name for each in table.primary_key]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def add(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert one row unless one with the same primary key is there."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).values(**values).on_conflict_do_nothing())
