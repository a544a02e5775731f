"""Rows that the database writes as JSON: many at once, in one text.

By rows the driver takes longer to hand over a record of two dozen columns than the database to find it, and
holds the lock of the interpreter between any two.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select


def read(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """Read all rows of a statement of numbers, texts, moments, which stay texts, and `within`; in no order.

    They are held in memory.
    """
    some = _written(connection, statement).subquery()
    joined = connection.scalar(select(func.aggregate_strings(some.c.row, ",")))
    return _rows(joined) if joined else []


def stream(
    connection: Connection, statement: Select[*tuple[Any, ...]], size: int
) -> Iterator[list[list[Any]]]:
    """Read the rows of such a statement in their order, so many at once."""
    found = connection.execute(_written(connection, statement), execution_options={"yield_per": size})
    for part in found.partitions():
        yield _rows(",".join([row for (row,) in part]))


def _written(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Select[str]:
    row = cast(array(connection, *statement.selected_columns), Text).label("row")
    return statement.with_only_columns(row)


def _rows(joined: str) -> list[list[Any]]:
    rows: list[list[Any]] = orjson.loads(f"[{joined}]")
    return rows


def array(connection: Connection, *values: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write values as one JSON array."""
    if connection.dialect.name == "sqlite":
        return func.json_array(*values)
    return func.json_build_array(*values)


def within(connection: Connection, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Let JSON that a subquery wrote be read as that, and not as a text: SQLite may forget what it is."""
    return func.json(value) if connection.dialect.name == "sqlite" else value


def told(moment: str | None) -> datetime | None:
    """Read a moment as JSON has it."""
    if moment is None:
        return None
    at = datetime.fromisoformat(moment)
    return at if at.tzinfo is UTC else _utc(at)


def _utc(at: datetime) -> datetime:
    # Schema 0001 wrote some without their zone.
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
