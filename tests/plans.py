"""Plans of statements: how a database carries out what a page asks of it."""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection

from store.database import Database
from store.tables import metadata
from tests.listening import listens

#: Tables that grow with the number of contacts.
BIG = frozenset({
    "contacts", "signals", "decisions", "messaging_contacts", "admissions", "interests", "texts",
    "topic_holders", "notices", "consents", "addresses", "spoken", "changes", "withheld",
})  # fmt: skip
#: Steps of SQLite's machine for a row that is looked at, with what is done to it.
STEPS_A_ROW = 60
#: What a scan may take that a limit ends: it shows some rows of thousands.
SCAN_STEPS = 30_000
#: Indexes over some of a table's rows: going through one is counted by what it takes.
_PARTIAL = {
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"].get("where") is not None
}
_ALIAS = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)\s+AS\s+(\w+)", re.IGNORECASE)


class Asked(NamedTuple):
    """One statement as the driver got it."""

    statement: str
    parameters: Any


@contextmanager
def listening_in(database: Database) -> Iterator[list[Asked]]:
    """Note every statement that reads, or looks for what it changes."""
    noted: list[Asked] = []

    def note(*given: Any) -> None:
        _, _, statement, parameters, _, _ = given
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            noted.append(Asked(statement, parameters))

    with listens(database, "before_cursor_execute", note):
        yield noted


def whole_reads(
    connection: Connection,
    asked: Asked,
    *,
    most: int,
    big: Collection[str] = BIG,
    forced: bool = False,
) -> list[str]:
    """Return where a statement goes through a whole big table, or through more than `most` rows of one.

    Of some thousands of rows PostgreSQL rightly prefers to read all to looking a hundred up; `forced` lets it
    read a table whole only where no index serves, as it does when there are millions.
    """
    if connection.dialect.name == "sqlite":
        return _of_sqlite(connection, asked, most, big)
    if forced:
        for each in ("seqscan", "hashjoin", "mergejoin", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{each} = off")
    return _of_postgresql(connection, asked, most, big)


def _of_sqlite(connection: Connection, asked: Asked, most: int, big: Collection[str]) -> list[str]:
    names = {alias: table for table, alias in _ALIAS.findall(asked.statement)}
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", asked.parameters)
    lines = [str(row[3]) for row in plan]
    read = [each.split()[1] for each in lines if each.startswith(("SCAN ", "SEARCH "))]
    if not {names.get(each, each) for each in read} & set(big):
        return []
    scans = (each.split()[1] for each in lines if each.startswith("SCAN ") and not _PARTIAL & {*each.split()})
    whole = [names.get(each, each) for each in scans if names.get(each, each) in big]
    if not _reads(asked):
        return whole
    # The plan does not tell how many rows an index gives, or whether a limit ends a scan: its work does.
    steps = _steps(connection, asked)
    bounded = any(each in asked.statement.upper() for each in ("LIMIT", "SELECT EXISTS", "SELECT MIN("))
    if steps > (SCAN_STEPS if whole else most * STEPS_A_ROW) or (whole and not bounded):
        return [f"{steps} steps: {'; '.join(lines)}"]
    return []


def _steps(connection: Connection, asked: Asked) -> int:
    """Carry a statement out and return about how many steps of the database's machine it took."""
    driver: Any = connection.connection.driver_connection
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 100
        return 0

    driver.set_progress_handler(count, 100)
    try:
        connection.exec_driver_sql(asked.statement, asked.parameters).all()
    finally:
        driver.set_progress_handler(None, 0)
    return counted


def _of_postgresql(connection: Connection, asked: Asked, most: int, big: Collection[str]) -> list[str]:
    reads = _reads(asked)
    statement = f"EXPLAIN ({'ANALYZE, ' if reads else ''}FORMAT JSON) {asked.statement}"
    (plan,) = connection.exec_driver_sql(statement, asked.parameters).scalars()
    found = []
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", ())
        if node.get("Relation Name") not in big:
            continue
        removed = sum(node.get(f"Rows Removed by {each}", 0) for each in ("Filter", "Index Recheck"))
        looked = (node["Actual Rows"] + removed) * node["Actual Loops"] if reads else 0
        if looked > most or (node["Node Type"] == "Seq Scan" and not reads):
            found.append(f"{node['Node Type']} of {node['Relation Name']}: {looked} rows")
    return found


def _reads(asked: Asked) -> bool:
    return asked.statement.lstrip().upper().startswith(("SELECT", "WITH"))
