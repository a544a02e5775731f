"""How many rows are written, by table, as the databases themselves count them."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event, text

from store.database import Database


@contextmanager
def written(database: Database) -> Iterator[Counter[str]]:
    """Count the rows that are written meanwhile, by table; known when it ends."""
    rows: Counter[str] = Counter()
    if database.on_sqlite:
        watched = _Watched(database.writer, rows)
        yield rows
        watched.end()
        return
    database.engine.dispose()  # a connection that ends tells the server what it wrote
    before = _told(database.engine)
    yield rows
    database.engine.dispose()
    rows.update({name: count - before[name] for name, count in _told(database.engine).items()})
    for each in [name for name, count in rows.items() if not count]:
        del rows[each]


class _Watched:
    """Counts what each statement changed on SQLite, with what its triggers and cascades did, by its table."""

    _TABLE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE)

    def __init__(self, engine: Engine, rows: Counter[str]) -> None:
        self._engine, self._rows = engine, rows
        self._table, self._total = "", 0
        event.listen(engine, "before_cursor_execute", self._execute)
        event.listen(engine, "commit", self._settle)

    def end(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._execute)
        event.remove(self._engine, "commit", self._settle)

    def _execute(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        self._settle(connection)
        found = self._TABLE.match(statement)
        self._table = found[1] if found else ""

    def _settle(self, connection: Connection) -> None:
        total = connection.connection.driver_connection.total_changes  # type: ignore[union-attr]
        if self._table and total > self._total:
            self._rows[self._table] += total - self._total
        self._table, self._total = "", total


def _told(engine: Engine) -> Counter[str]:
    time.sleep(1.5)  # the server counts what ended connections told within a second
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables")
        )
        return Counter({name: count for name, count in found})  # noqa: C416  # rows are no pairs to a type checker
