"""Plans of statements: how a database carries out what a page asks of it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, event

from store.database import Database

#: Tables that grow with the number of contacts.
BIG = frozenset({
    "contacts", "signals", "decisions", "messaging_contacts", "admissions", "interests", "texts",
    "topic_holders", "notices", "consents", "addresses", "spoken", "changes", "withheld",
})  # fmt: skip
_ALIAS = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)\s+AS\s+(\w+)", re.IGNORECASE)


class Asked(NamedTuple):
    """One statement as the driver got it."""

    statement: str
    parameters: Any


@contextmanager
def listening_in(database: Database) -> Iterator[list[Asked]]:
    """Note every statement that reads."""
    noted: list[Asked] = []

    def note(*given: Any) -> None:
        _, _, statement, parameters, _, _ = given
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            noted.append(Asked(statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def whole_reads(connection: Connection, asked: Asked, *, most: int) -> list[str]:
    """Return where a statement goes through a whole big table, or through more than `most` rows of one."""
    if connection.dialect.name == "sqlite":
        return _of_sqlite(connection, asked)
    return _of_postgresql(connection, asked, most)


def _of_sqlite(connection: Connection, asked: Asked) -> list[str]:
    names = {alias: table for table, alias in _ALIAS.findall(asked.statement)}
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", asked.parameters)
    lines = [str(row[3]) for row in plan]
    scans = (each.split()[1] for each in lines if each.startswith("SCAN "))
    return [each for each in scans if names.get(each, each) in BIG]


def _of_postgresql(connection: Connection, asked: Asked, most: int) -> list[str]:
    statement = f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.statement}"
    (plan,) = connection.exec_driver_sql(statement, asked.parameters).scalars()
    found = []
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", ())
        removed = sum(node.get(f"Rows Removed by {each}", 0) for each in ("Filter", "Index Recheck"))
        looked = (node["Actual Rows"] + removed) * node["Actual Loops"]
        if node.get("Relation Name") in BIG and looked > most:
            found.append(f"{node['Node Type']} of {node['Relation Name']}: {looked} rows")
    return found
